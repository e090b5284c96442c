package libp2p.core.proto;

/** Whether bytes are UTF-8 as RFC 3629 has it: shortest forms only, no surrogates, nothing beyond U+10FFFF. */
final class Utf8 {
    private Utf8() {}

    static boolean valid(byte[] b) {
        int i = 0;
        while (i < b.length) {
            int c = b[i++] & 0xff;
            if (c < 0x80) continue;
            int more = c >= 0xc2 && c < 0xe0 ? 1 : c >= 0xe0 && c < 0xf0 ? 2 : c >= 0xf0 && c < 0xf5 ? 3 : 0;
            if (more == 0 || more > b.length - i) return false;
            int second = b[i] & 0xff;
            // the second byte alone tells overlong forms, surrogates and what lies beyond the last plane
            int least = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
            int most = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
            if (second < least || second > most) return false;
            for (int j = 1; j < more; j++) if ((b[i + j] & 0xc0) != 0x80) return false;
            i += more;
        }
        return true;
    }
}
