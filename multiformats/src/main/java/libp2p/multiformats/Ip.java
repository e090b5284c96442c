package libp2p.multiformats;

import java.util.Arrays;

/** IP addresses in text, without zones: IPv4 as four decimal numbers, IPv6 read as RFC 4291 section 2.2 and printed as RFC 5952 have it. */
final class Ip {
    private static final int GROUPS = 8;

    private Ip() {}

    static byte[] parse4(String text) {
        byte[] out = new byte[4];
        if (read4(text, 0, out, 0) != text.length()) {
            throw bad(text);
        }
        return out;
    }

    /** Four numbers of 0 to 255 without leading zeros; returns the index after them. */
    private static int read4(String text, int start, byte[] out, int at) {
        int i = start;
        for (int part = 0; part < 4; part++) {
            if (part > 0) {
                if (i >= text.length() || text.charAt(i) != '.') {
                    throw bad(text);
                }
                i++;
            }
            int first = i;
            int value = 0;
            while (i < text.length() && text.charAt(i) >= '0' && text.charAt(i) <= '9' && i < first + 3) {
                value = value * 10 + (text.charAt(i++) - '0');
            }
            if (i == first || value > 255 || i > first + 1 && text.charAt(first) == '0') {
                throw bad(text);
            }
            out[at + part] = (byte) value;
        }
        return i;
    }

    static byte[] parse6(String text) {
        byte[] out = new byte[16];
        int at = 0;
        int gap = -1;
        int i = 0;
        if (text.startsWith("::")) {
            gap = 0;
            i = 2;
        }
        while (i < text.length()) {
            if (at == 2 * GROUPS) {
                throw bad(text);
            }
            int end = groupEnd(text, i);
            if (end < text.length() && text.charAt(end) == '.') {
                if (at > 12 || read4(text, i, out, at) != text.length()) {
                    throw bad(text);
                }
                at += 4;
                break;
            }
            int value = group(text, i, end);
            out[at++] = (byte) (value >> 8);
            out[at++] = (byte) value;
            i = end;
            if (i < text.length()) {
                boolean isGap = text.startsWith("::", i);
                if (text.charAt(i) != ':' || isGap && gap >= 0 || !isGap && i + 1 == text.length()) {
                    throw bad(text);
                }
                gap = isGap ? at : gap;
                i += isGap ? 2 : 1;
            }
        }
        return spread(text, out, at, gap);
    }

    private static int groupEnd(String text, int start) {
        int end = start;
        while (end < text.length() && end <= start + 4 && Bytes.hexValue(text.charAt(end)) >= 0) {
            end++;
        }
        return end;
    }

    private static int group(String text, int start, int end) {
        if (end == start || end > start + 4) {
            throw bad(text);
        }
        int value = 0;
        for (int i = start; i < end; i++) {
            value = value << 4 | Bytes.hexValue(text.charAt(i));
        }
        return value;
    }

    /** Moves what stands after the gap to the end; a gap is one group of zeros at least. */
    private static byte[] spread(String text, byte[] out, int at, int gap) {
        if (gap < 0 ? at != out.length : at > out.length - 2) {
            throw bad(text);
        }
        if (gap >= 0) {
            int tail = at - gap;
            System.arraycopy(out, gap, out, out.length - tail, tail);
            Arrays.fill(out, gap, out.length - tail, (byte) 0);
        }
        return out;
    }

    static String print4(byte[] ip, int at) {
        return (ip[at] & 0xff) + "." + (ip[at + 1] & 0xff) + "." + (ip[at + 2] & 0xff) + "." + (ip[at + 3] & 0xff);
    }

    /** IPv4-mapped addresses end in four decimal numbers, as RFC 5952 section 5 recommends. */
    static String print6(byte[] ip) {
        if (isMapped(ip)) {
            return "::ffff:" + print4(ip, 12);
        }
        int gap = -1;
        int gapSize = 1;
        for (int g = 0; g < GROUPS; g++) {
            int end = g;
            while (end < GROUPS && ip[2 * end] == 0 && ip[2 * end + 1] == 0) {
                end++;
            }
            if (end - g > gapSize) {
                gap = g;
                gapSize = end - g;
            }
        }
        StringBuilder out = new StringBuilder(39);
        for (int g = 0; g < GROUPS; g++) {
            if (g == gap) {
                out.append("::");
                g += gapSize - 1;
            } else {
                if (g > 0 && g != gap + gapSize) {
                    out.append(':');
                }
                out.append(Integer.toHexString((ip[2 * g] & 0xff) << 8 | ip[2 * g + 1] & 0xff));
            }
        }
        return out.toString();
    }

    /** True for ::ffff:0:0/96. */
    static boolean isMapped(byte[] ip) {
        if (ip.length != 16 || ip[10] != -1 || ip[11] != -1) {
            return false;
        }
        for (int i = 0; i < 10; i++) {
            if (ip[i] != 0) {
                return false;
            }
        }
        return true;
    }

    static byte[] unmapped(byte[] ip) {
        return isMapped(ip) ? Arrays.copyOfRange(ip, 12, 16) : ip;
    }

    static boolean isUnspecified(byte[] address) {
        byte[] ip = unmapped(address);
        return Arrays.equals(ip, new byte[ip.length]);
    }

    static boolean isLoopback(byte[] address) {
        byte[] ip = unmapped(address);
        if (ip.length == 4) {
            return ip[0] == 127;
        }
        byte[] one = new byte[16];
        one[15] = 1;
        return Arrays.equals(ip, one);
    }

    static boolean isLinkLocal(byte[] address) {
        byte[] ip = unmapped(address);
        return ip.length == 4 ? in(ip, 169, 254, 16) : in(ip, 0xfe, 0x80, 10);
    }

    static boolean isPrivate(byte[] address) {
        byte[] ip = unmapped(address);
        return ip.length == 4
            ? in(ip, 10, 0, 8) || in(ip, 172, 16, 12) || in(ip, 192, 168, 16) || in(ip, 100, 64, 10)
            : in(ip, 0xfc, 0, 7);
    }

    private static boolean in(byte[] ip, int first, int second, int prefixBits) {
        int shift = 16 - prefixBits;
        return ((ip[0] & 0xff) << 8 | ip[1] & 0xff) >> shift == (first << 8 | second) >> shift;
    }

    private static FormatException bad(String text) {
        return new FormatException("not an IP address: " + FormatException.quote(text));
    }
}
