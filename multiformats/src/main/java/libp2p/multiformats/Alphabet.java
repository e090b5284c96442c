package libp2p.multiformats;

import java.util.Arrays;

/** The ASCII digits of a base, and the two ways to write bytes with them: in groups of bits, and as one large number. */
final class Alphabet {
    private final String digits;
    private final byte[] values = new byte[128];

    Alphabet(String digits, boolean caseless) {
        this.digits = digits;
        Arrays.fill(values, (byte) -1);
        for (int i = 0; i < digits.length(); i++) {
            char c = digits.charAt(i);
            values[c] = (byte) i;
            if (caseless && c >= 'a' && c <= 'z') {
                values[c - 'a' + 'A'] = (byte) i;
            } else if (caseless && c >= 'A' && c <= 'Z') {
                values[c - 'A' + 'a'] = (byte) i;
            }
        }
    }

    private int value(String text, int index) {
        char c = text.charAt(index);
        int value = c < 128 ? values[c] : -1;
        if (value < 0) {
            throw new FormatException("not a digit of the base, at " + index + " of " + FormatException.quote(text));
        }
        return value;
    }

    /** Groups of {@code bits}, high bits first; {@code group} digits are filled up with '=' unless {@code group} is 0 (RFC 4648). */
    String encodeBits(byte[] bytes, int bits, int group) {
        StringBuilder out = new StringBuilder((int) ((bytes.length * 8L + bits - 1) / bits) + group);
        int held = 0;
        int heldBits = 0;
        for (byte b : bytes) {
            held = held << 8 | b & 0xff;
            heldBits += 8;
            while (heldBits >= bits) {
                heldBits -= bits;
                out.append(digits.charAt(held >>> heldBits));
                held &= (1 << heldBits) - 1;
            }
        }
        if (heldBits > 0) {
            out.append(digits.charAt(held << bits - heldBits));
        }
        while (group > 0 && out.length() % group != 0) {
            out.append('=');
        }
        return out.toString();
    }

    /** The reverse. Bits left over must be fewer than a digit, and zero if {@code strict}; padding must be whole. */
    byte[] decodeBits(String text, int start, int bits, int group, boolean strict) {
        int end = group == 0 ? text.length() : unpadded(text, start, group);
        byte[] out = new byte[(int) ((end - start) * (long) bits / 8)];
        int held = 0;
        int heldBits = 0;
        int length = 0;
        for (int i = start; i < end; i++) {
            held = held << bits | value(text, i);
            heldBits += bits;
            if (heldBits >= 8) {
                heldBits -= 8;
                out[length++] = (byte) (held >>> heldBits);
                held &= (1 << heldBits) - 1;
            }
        }
        if (heldBits >= bits) {
            throw new FormatException("no text of the base has this length");
        }
        if (strict && held != 0) {
            throw new FormatException("bits left over are not zero");
        }
        return out;
    }

    private static int unpadded(String text, int start, int group) {
        int end = text.length();
        while (end > start && text.charAt(end - 1) == '=') {
            end--;
        }
        int tail = (end - start) % group;
        if (text.length() - end != (tail == 0 ? 0 : group - tail)) {
            throw new FormatException("padding is wrong");
        }
        return end;
    }

    /** One large number; a leading zero byte is a leading zero digit. Takes time in the square of the length. */
    String encodeNumber(byte[] bytes) {
        int radix = digits.length();
        int zeros = 0;
        while (zeros < bytes.length && bytes[zeros] == 0) {
            zeros++;
        }
        // The least radix is 10, and 8 / log2(10) < 2.5.
        byte[] number = new byte[(bytes.length - zeros) * 5 / 2 + 1];
        int length = 0;
        for (int i = zeros; i < bytes.length; i++) {
            int carry = bytes[i] & 0xff;
            for (int d = 0; d < length || carry > 0; d++) {
                carry += d < length ? number[d] << 8 : 0;
                number[d] = (byte) (carry % radix);
                carry /= radix;
                length = Math.max(length, d + 1);
            }
        }
        StringBuilder out = new StringBuilder(zeros + length);
        for (int i = 0; i < zeros; i++) {
            out.append(digits.charAt(0));
        }
        for (int d = length - 1; d >= 0; d--) {
            out.append(digits.charAt(number[d]));
        }
        return out.toString();
    }

    /** The reverse. */
    byte[] decodeNumber(String text, int start) {
        int radix = digits.length();
        int end = text.length();
        int zeros = start;
        while (zeros < end && text.charAt(zeros) == digits.charAt(0)) {
            zeros++;
        }
        byte[] number = new byte[end - zeros];
        int length = 0;
        for (int i = zeros; i < end; i++) {
            int carry = value(text, i);
            for (int d = 0; d < length || carry > 0; d++) {
                carry += d < length ? (number[d] & 0xff) * radix : 0;
                number[d] = (byte) carry;
                carry >>>= 8;
                length = Math.max(length, d + 1);
            }
        }
        byte[] out = new byte[zeros - start + length];
        for (int d = 0; d < length; d++) {
            out[out.length - 1 - d] = number[d];
        }
        return out;
    }
}
