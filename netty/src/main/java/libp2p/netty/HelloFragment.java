package libp2p.netty;

import java.util.Arrays;
import libp2p.multiformats.Nullable;

/**
 * A record with a ClientHello, or with a part of one: with a post-quantum key share they do not fit a packet (RFC 6347 4.2.3).
 *
 * @param version that the record names
 * @param number of the record
 * @param message number of the message
 * @param length of the whole message without its header
 * @param offset of this part
 * @param bytes this part
 */
record HelloFragment(int version, long number, int message, int length, int offset, byte[] bytes) {
    /** A longer ClientHello is none of ours. */
    static final int LENGTH_MAX = 8192;

    static final int RECORD_HEADER = 13;
    static final int MESSAGE_HEADER = 12;
    static final int HANDSHAKE = 22;
    static final int CLIENT_HELLO = 1;
    private static final int VERSION_MAJOR = 0xfe;
    private static final int VERSION_AT = 1;
    private static final int EPOCH_AT = 3;
    private static final int NUMBER_AT = 5;
    private static final int NUMBER = 6;
    private static final int LENGTH_AT = 11;
    private static final int RANDOM_AT = 2; // behind the version
    private static final int RANDOM = 32;
    private static final int SESSION_MAX = 32;

    /** The packet if it is such a record and nothing else, else null. */
    static @Nullable HelloFragment read(byte[] packet, int size) {
        int body = RECORD_HEADER + MESSAGE_HEADER;
        if (size < body || packet[0] != HANDSHAKE || (packet[VERSION_AT] & 0xff) != VERSION_MAJOR) return null;
        if (number(packet, EPOCH_AT, 2) != 0 || number(packet, LENGTH_AT, 2) != size - RECORD_HEADER) return null;
        int at = RECORD_HEADER;
        int length = (int) number(packet, at + 1, 3);
        int message = (int) number(packet, at + 4, 2);
        int offset = (int) number(packet, at + 6, 3);
        int n = (int) number(packet, at + 9, 3);
        if (packet[at] != CLIENT_HELLO || length > LENGTH_MAX || n != size - body || n == 0 || offset + n > length) return null;
        return new HelloFragment((int) number(packet, VERSION_AT, 2), number(packet, NUMBER_AT, NUMBER), message, length, offset,
                Arrays.copyOfRange(packet, body, size));
    }

    private static long number(byte[] from, int at, int size) {
        long n = 0;
        for (int i = at; i < at + size; i++) n = n << 8 | from[i] & 0xff;
        return n;
    }

    /** The client's random bytes; null if they are not in this part. */
    byte @Nullable [] random() {
        if (offset != 0 || bytes.length < RANDOM_AT + RANDOM) return null;
        return Arrays.copyOfRange(bytes, RANDOM_AT, RANDOM_AT + RANDOM);
    }

    /** The cookie, empty in a first ClientHello; null if it is not in this part. */
    byte @Nullable [] cookie() {
        int session = RANDOM_AT + RANDOM;
        if (offset != 0 || bytes.length <= session || (bytes[session] & 0xff) > SESSION_MAX) return null;
        int at = session + 1 + (bytes[session] & 0xff);
        if (bytes.length <= at || bytes.length < at + 1 + (bytes[at] & 0xff)) return null;
        return Arrays.copyOfRange(bytes, at + 1, at + 1 + (bytes[at] & 0xff));
    }
}
