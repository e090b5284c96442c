package libp2p.core.wire.sctp;

import libp2p.core.Buf;

/** Numbers of the wire format (RFC 9260 3, RFC 6525 4), and how packets and chunks begin and end. */
final class Format {
    static final int HEADER = 12;
    static final int CHUNK = 4;
    static final int DATA_HEADER = 16;
    static final int PORT = 5000; // what WebRTC's descriptions say; inside DTLS nothing depends on it

    static final int DATA = 0;
    static final int INIT = 1;
    static final int INIT_ACK = 2;
    static final int SACK = 3;
    static final int HEARTBEAT = 4;
    static final int HEARTBEAT_ACK = 5;
    static final int ABORT = 6;
    static final int SHUTDOWN = 7;
    static final int SHUTDOWN_ACK = 8;
    static final int ERROR = 9;
    static final int COOKIE_ECHO = 10;
    static final int COOKIE_ACK = 11;
    static final int SHUTDOWN_COMPLETE = 14;
    static final int RE_CONFIG = 130;

    /** Flags of DATA. */
    static final int END = 1;

    static final int BEGIN = 2;
    static final int UNORDERED = 4;
    static final int IMMEDIATE = 8; // RFC 7053

    /** Flag of ABORT and SHUTDOWN COMPLETE: the tag is the receiver's own. */
    static final int REFLECTED = 1;

    static final int PARAM_HEARTBEAT = 1;
    static final int PARAM_COOKIE = 7;
    static final int PARAM_EXTENSIONS = 0x8008;
    static final int PARAM_RESET_OUTGOING = 13;
    static final int PARAM_RESET_INCOMING = 14;
    static final int PARAM_RESET_RESPONSE = 16;
    static final int PARAM_ADD_STREAMS_INCOMING = 18;

    static final int CAUSE_USER_ABORT = 12; // RFC 9260 3.3.10.12

    private Format() {}

    /** The size that a chunk or parameter takes with its padding. */
    static int padded(int size) {
        return size + 3 & ~3;
    }

    /** Whether serial number {@code a} comes before {@code b} (RFC 1982). */
    static boolean before(int a, int b) {
        return a - b < 0;
    }

    static void header(Buf packet, int tag) {
        packet.putU16(PORT).putU16(PORT).putI32(tag).putI32(0);
    }

    /** Writes the checksum over all of the packet; least significant byte first. */
    static void seal(Buf packet, SctpSettings.Checksum checksum) {
        int c = Integer.reverseBytes(checksum.of(packet.array, packet.start, packet.size()));
        int end = packet.end;
        packet.end = packet.start + HEADER - 4;
        packet.putI32(c);
        packet.end = end;
    }

    /** Whether the checksum is right; leaves zeros in its place. */
    static boolean checks(Buf packet, SctpSettings.Checksum checksum) {
        int at = packet.start + HEADER - 4;
        byte[] a = packet.array;
        int said = a[at] & 0xff | (a[at + 1] & 0xff) << 8 | (a[at + 2] & 0xff) << 16 | a[at + 3] << 24;
        a[at] = 0;
        a[at + 1] = 0;
        a[at + 2] = 0;
        a[at + 3] = 0;
        return checksum.of(a, packet.start, packet.size()) == said;
    }

    /** A chunk of a body whose size is given; padding follows by {@link #pad}. */
    static Buf chunk(int type, int flags, int body) {
        Buf b = new Buf(padded(CHUNK + body));
        return b.putU8(type).putU8(flags).putU16(CHUNK + body);
    }

    static void pad(Buf b) {
        while ((b.size() & 3) != 0) b.putU8(0);
    }
}
