package libp2p.multiformats;

/**
 * Bytes as text whose first character names the base.
 *
 * <p>But for upper and lower case, decoding takes one text only for the same bytes in the same base: bits left over are zero, padding is
 * whole. Source: multiformats/multibase, README.
 */
public final class Multibase {
    /** Bytes that are encoded at most, but for the bases below. */
    public static final int BYTES_MAX = 128 * 1024;
    /** Characters that are decoded at most, but for the bases below: what {@link #BYTES_MAX} bytes can take. */
    public static final int TEXT_MAX = 8 * BYTES_MAX + 2;
    /** Bytes that are encoded at most in base 10, 36 and 58, which take time in the square of the length. */
    public static final int NUMBER_BYTES_MAX = 256;
    /** Characters that are decoded at most in base 10, 36 and 58: what {@link #NUMBER_BYTES_MAX} bytes can take. */
    public static final int NUMBER_TEXT_MAX = 618;

    private Multibase() {}

    /** @throws FormatException if there are more bytes than the limit for this base */
    public static String encode(Base base, byte[] bytes) {
        int max = base.isNumber() ? NUMBER_BYTES_MAX : BYTES_MAX;
        if (bytes.length > max) {
            throw new FormatException("more than " + max + " bytes for " + base);
        }
        return new StringBuilder().appendCodePoint(base.prefix()).append(base.encode(bytes)).toString();
    }

    /** @throws FormatException if the text names no base, has characters or a length that the base has not, or is too long */
    public static byte[] decode(String text) {
        if (text.isEmpty()) {
            throw new FormatException("multibase text is empty");
        }
        int prefix = text.codePointAt(0);
        Base base = Base.of(prefix);
        if (base == null) {
            throw new FormatException("unknown multibase: " + FormatException.quote(text));
        }
        int max = base.isNumber() ? NUMBER_TEXT_MAX : TEXT_MAX;
        if (text.length() > max) {
            throw new FormatException("more than " + max + " characters of " + base);
        }
        byte[] bytes = base.decode(text, Character.charCount(prefix));
        if (base.isNumber() && bytes.length > NUMBER_BYTES_MAX) {
            throw new FormatException("more than " + NUMBER_BYTES_MAX + " bytes of " + base);
        }
        return bytes;
    }
}
