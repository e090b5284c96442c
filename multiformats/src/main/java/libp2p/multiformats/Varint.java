package libp2p.multiformats;

/**
 * Unsigned LEB128 numbers of at most 63 bits (nine bytes), which must be in their shortest form.
 *
 * <p>Source: multiformats/unsigned-varint, README, "Practical maximum of 9 bytes".
 */
public final class Varint {
    /** Bytes of the longest number. */
    public static final int SIZE_MAX = 9;

    private Varint() {}

    /** Bytes that the number takes, 1 to 9. Negative numbers throw {@link IllegalArgumentException}. */
    public static int size(long value) {
        if (value < 0) {
            throw new IllegalArgumentException("a varint is not negative: " + value);
        }
        return value == 0 ? 1 : (70 - Long.numberOfLeadingZeros(value)) / 7;
    }

    /** Writes the number and returns the index after it. */
    public static int write(long value, byte[] to, int at) {
        int size = size(value);
        if (at < 0 || size > to.length - at) {
            throw new IndexOutOfBoundsException("no room for a varint of " + size + " bytes at " + at + " of " + to.length);
        }
        long rest = value;
        int index = at;
        while (rest > 0x7f) {
            to[index++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        to[index++] = (byte) rest;
        return index;
    }

    /** The number in bytes of its own. */
    public static byte[] encode(long value) {
        byte[] bytes = new byte[size(value)];
        write(value, bytes, 0);
        return bytes;
    }

    /**
     * Bytes of the number that starts at {@code start}, or 0 if it goes on after {@code end}.
     *
     * @throws FormatException if it is longer than nine bytes or not in its shortest form, as soon as that can be told
     */
    public static int length(byte[] from, int start, int end) {
        if (start < 0 || start > end || end > from.length) {
            throw new IndexOutOfBoundsException(start + " to " + end + " of " + from.length);
        }
        int available = Math.min(end - start, SIZE_MAX);
        for (int i = 0; i < available; i++) {
            byte b = from[start + i];
            if (b >= 0) {
                if (b == 0 && i > 0) {
                    throw new FormatException("varint is not in its shortest form");
                }
                return i + 1;
            }
        }
        if (available == SIZE_MAX) {
            throw new FormatException("varint is longer than " + SIZE_MAX + " bytes");
        }
        return 0;
    }

    /**
     * The number that starts at {@code start}; it takes {@link #size} bytes.
     *
     * @throws FormatException if it is cut short, too long or not in its shortest form
     */
    public static long read(byte[] from, int start, int end) {
        int length = length(from, start, end);
        if (length == 0) {
            throw new FormatException("varint is cut short");
        }
        long value = 0;
        for (int i = length - 1; i >= 0; i--) {
            value = value << 7 | from[start + i] & 0x7f;
        }
        return value;
    }
}
