package libp2p.multiformats;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What every value of bytes needs; {@code Arrays.compareUnsigned} and ranges of {@code Arrays.equals} are not on Android 26. */
final class Bytes {
    private static final String HEX = "0123456789abcdef";

    private Bytes() {}

    static int compare(byte[] a, byte[] b) {
        int common = Math.min(a.length, b.length);
        for (int i = 0; i < common; i++) {
            if (a[i] != b[i]) {
                return (a[i] & 0xff) < (b[i] & 0xff) ? -1 : 1;
            }
        }
        return Integer.compare(a.length, b.length);
    }

    /** True if {@code part} stands in {@code whole} at that index. */
    static boolean at(byte[] whole, int index, byte[] part) {
        if (part.length > whole.length - index) {
            return false;
        }
        for (int i = 0; i < part.length; i++) {
            if (whole[index + i] != part[i]) {
                return false;
            }
        }
        return true;
    }

    static byte[] join(byte[] a, byte[] b) {
        byte[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }

    static boolean contains(byte[] bytes, char ascii) {
        for (byte b : bytes) {
            if (b == ascii) {
                return true;
            }
        }
        return false;
    }

    /** UTF-8; text that has no such form (a surrogate without its other half) is refused. */
    static byte[] ofText(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (!new String(bytes, StandardCharsets.UTF_8).equals(text)) {
            throw new FormatException("text is not valid Unicode");
        }
        return bytes;
    }

    /** The text of UTF-8; whatever else is refused, since it would not come back the same. */
    static String text(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (!Arrays.equals(text.getBytes(StandardCharsets.UTF_8), bytes)) {
            throw new FormatException("text is not UTF-8");
        }
        return text;
    }

    static char hexDigit(int value) {
        return HEX.charAt(value & 0xf);
    }

    /** The value of a hexadecimal digit of either case, -1 if it is none. */
    static int hexValue(char c) {
        return HEX.indexOf(c >= 'A' && c <= 'F' ? c + ('a' - 'A') : c);
    }

    /** A decimal number of digits only (leading zeros allowed), at most {@code max}. */
    static int decimal(String text, int max) {
        int value = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                throw new FormatException("not a number: " + FormatException.quote(text));
            }
            value = value * 10 + (c - '0');
            if (value > max) {
                throw new FormatException("number above " + max + ": " + FormatException.quote(text));
            }
        }
        if (text.isEmpty()) {
            throw new FormatException("a number is missing");
        }
        return value;
    }
}
