package libp2p.multiformats;

/**
 * Base58 with the Bitcoin alphabet and without a multibase prefix: the text of peer ids and of CID version 0.
 *
 * <p>It takes time in the square of the length, so that lengths are bounded.
 */
public final class Base58 {
    /** Bytes that are encoded or decoded at most; the largest CID of this package takes 149. */
    public static final int BYTES_MAX = 256;
    /** Characters that are decoded at most: what {@link #BYTES_MAX} bytes can take. */
    public static final int TEXT_MAX = 350;

    static final Alphabet BITCOIN = new Alphabet("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", false);

    private Base58() {}

    /** @throws FormatException if there are more than {@link #BYTES_MAX} bytes */
    public static String encode(byte[] bytes) {
        if (bytes.length > BYTES_MAX) {
            throw new FormatException("more than " + BYTES_MAX + " bytes for base58");
        }
        return BITCOIN.encodeNumber(bytes);
    }

    /** @throws FormatException if the text is too long or has other characters than the 58 */
    public static byte[] decode(String text) {
        if (text.length() > TEXT_MAX) {
            throw new FormatException("more than " + TEXT_MAX + " characters of base58");
        }
        byte[] bytes = BITCOIN.decodeNumber(text, 0);
        if (bytes.length > BYTES_MAX) {
            throw new FormatException("more than " + BYTES_MAX + " bytes of base58");
        }
        return bytes;
    }
}
