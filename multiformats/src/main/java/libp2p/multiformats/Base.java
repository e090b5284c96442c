package libp2p.multiformats;

/**
 * The encodings of multibase, in the order of the table that defines them, but for base45 and proquint.
 *
 * <p>Source: multiformats/multibase, multibase.csv. Encodings with an upper and a lower case form decode either case.
 */
public enum Base {
    BASE2('0', "01", 1, 0, false),
    BASE8('7', "01234567", 3, 0, false),
    BASE10('9', "0123456789", 0, 0, false),
    BASE16('f', Base.DIGITS_16, 4, 0, true),
    BASE16_UPPER('F', Base.DIGITS_16_UPPER, 4, 0, true),
    BASE32_HEX('v', Base.DIGITS_32_HEX, 5, 0, true),
    BASE32_HEX_UPPER('V', Base.DIGITS_32_HEX_UPPER, 5, 0, true),
    BASE32_HEX_PAD('t', Base.DIGITS_32_HEX, 5, 8, true),
    BASE32_HEX_PAD_UPPER('T', Base.DIGITS_32_HEX_UPPER, 5, 8, true),
    BASE32('b', Base.DIGITS_32, 5, 0, true),
    BASE32_UPPER('B', Base.DIGITS_32_UPPER, 5, 0, true),
    BASE32_PAD('c', Base.DIGITS_32, 5, 8, true),
    BASE32_PAD_UPPER('C', Base.DIGITS_32_UPPER, 5, 8, true),
    BASE32_Z('h', "ybndrfg8ejkmcpqxot1uwisza345h769", 5, 0, false),
    BASE36('k', Base.DIGITS_36, 0, 0, true),
    BASE36_UPPER('K', Base.DIGITS_36_UPPER, 0, 0, true),
    BASE58_BTC('z', "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", 0, 0, false),
    BASE58_FLICKR('Z', "123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ", 0, 0, false),
    BASE64('m', Base.DIGITS_64, 6, 0, false),
    BASE64_PAD('M', Base.DIGITS_64, 6, 4, false),
    BASE64_URL('u', Base.DIGITS_64_URL, 6, 0, false),
    BASE64_URL_PAD('U', Base.DIGITS_64_URL, 6, 4, false),
    BASE256_EMOJI(0x1f680, "", 8, 0, false);

    private static final String DIGITS_16 = "0123456789abcdef";
    private static final String DIGITS_16_UPPER = "0123456789ABCDEF";
    private static final String DIGITS_32 = "abcdefghijklmnopqrstuvwxyz234567";
    private static final String DIGITS_32_UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final String DIGITS_32_HEX = "0123456789abcdefghijklmnopqrstuv";
    private static final String DIGITS_32_HEX_UPPER = "0123456789ABCDEFGHIJKLMNOPQRSTUV";
    private static final String DIGITS_36 = "0123456789abcdefghijklmnopqrstuvwxyz";
    private static final String DIGITS_36_UPPER = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private static final String DIGITS_64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    private static final String DIGITS_64_URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    private static final Base[] ALL = values();

    private final int prefix;
    private final Alphabet alphabet;
    private final int bits;
    private final int group;

    Base(int prefix, String digits, int bits, int group, boolean caseless) {
        this.prefix = prefix;
        this.alphabet = new Alphabet(digits, caseless);
        this.bits = bits;
        this.group = group;
    }

    /** The code point that stands before text in this base. */
    public int prefix() {
        return prefix;
    }

    static @Nullable Base of(int prefix) {
        for (Base base : ALL) {
            if (base.prefix == prefix) {
                return base;
            }
        }
        return null;
    }

    /** True if this base writes one large number: its time is the square of the length. */
    boolean isNumber() {
        return bits == 0;
    }

    String encode(byte[] bytes) {
        if (this == BASE256_EMOJI) {
            return Emoji.encode(bytes);
        }
        return isNumber() ? alphabet.encodeNumber(bytes) : alphabet.encodeBits(bytes, bits, group);
    }

    byte[] decode(String text, int start) {
        if (this == BASE256_EMOJI) {
            return Emoji.decode(text, start);
        }
        return isNumber() ? alphabet.decodeNumber(text, start) : alphabet.decodeBits(text, start, bits, group, true);
    }
}
