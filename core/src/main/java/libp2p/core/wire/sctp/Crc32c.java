package libp2p.core.wire.sctp;

/** CRC32c (RFC 9260 appendix A), four bytes at a time, for platforms that have none of their own. */
final class Crc32c {
    private static final int POLYNOMIAL = 0x82f63b78; // Castagnoli's, with its bits reversed
    private static final int[][] TABLES = tables();

    private Crc32c() {}

    private static int[][] tables() {
        int[][] t = new int[4][256];
        for (int i = 0; i < 256; i++) {
            int c = i;
            for (int bit = 0; bit < 8; bit++) c = (c & 1) != 0 ? c >>> 1 ^ POLYNOMIAL : c >>> 1;
            t[0][i] = c;
        }
        for (int i = 0; i < 256; i++) {
            for (int k = 1; k < 4; k++) t[k][i] = t[k - 1][i] >>> 8 ^ t[0][t[k - 1][i] & 0xff];
        }
        return t;
    }

    static int of(byte[] a, int from, int size) {
        int c = -1;
        int i = from;
        int end = from + size;
        for (; i + 4 <= end; i += 4) {
            c ^= a[i] & 0xff | (a[i + 1] & 0xff) << 8 | (a[i + 2] & 0xff) << 16 | a[i + 3] << 24;
            c = TABLES[3][c & 0xff] ^ TABLES[2][c >>> 8 & 0xff] ^ TABLES[1][c >>> 16 & 0xff] ^ TABLES[0][c >>> 24];
        }
        for (; i < end; i++) c = c >>> 8 ^ TABLES[0][(c ^ a[i]) & 0xff];
        return ~c;
    }
}
