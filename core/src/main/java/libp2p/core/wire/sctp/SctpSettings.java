package libp2p.core.wire.sctp;

/**
 * Sizes, times and bounds of an association. Start from {@link #DEFAULT}.
 *
 * @param packetMax bytes of a packet that is sent, a multiple of four
 * @param windowMax bytes of the peer's that may lie unread or out of order: the receiver window
 * @param sendBufferMax bytes of ours that wait or are under way before {@link Association#room} is used up
 * @param chunksMax chunks out of order, and chunks under way, each way; a power of two
 * @param rtoInitialNanos retransmission timeout before anything was measured
 * @param rtoMinNanos the least; larger than a peer's delay of acknowledgements, which is up to 200 ms
 * @param rtoMaxNanos the most
 * @param retransmitsMax timeouts in a row after which the peer is given up
 * @param ackDelayNanos how long an acknowledgement waits for a second packet
 * @param heartbeatNanos of silence until the peer is asked whether it is there
 * @param heartbeatReplyNanos until it must have answered
 * @param checksum how packets' checksums are computed
 */
public record SctpSettings(
        int packetMax,
        int windowMax,
        int sendBufferMax,
        int chunksMax,
        long rtoInitialNanos,
        long rtoMinNanos,
        long rtoMaxNanos,
        int retransmitsMax,
        long ackDelayNanos,
        long heartbeatNanos,
        long heartbeatReplyNanos,
        Checksum checksum) {

    /** CRC32c of {@code array[from..from+size)}. */
    public interface Checksum {
        /** The checksum. */
        int of(byte[] array, int from, int size);
    }

    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1000 * MILLI;
    private static final int PACKET_LEAST = 512;

    /** What fits the least packet of IPv6 under DTLS and UDP: 1280 - 40 - 8 - 37, and a multiple of four. */
    public static final SctpSettings DEFAULT = new SctpSettings(
            1192, 1 << 20, 1 << 20, 4096, SECOND, 400 * MILLI, 10 * SECOND, 10, 100 * MILLI, 30 * SECOND, 10 * SECOND, Crc32c::of);

    /** Checks what the machine relies on. */
    public SctpSettings {
        if (packetMax < PACKET_LEAST || packetMax % 4 != 0) throw new IllegalArgumentException("packetMax " + packetMax);
        if (chunksMax <= 0 || (chunksMax & chunksMax - 1) != 0) throw new IllegalArgumentException("chunksMax " + chunksMax);
    }

    /** The same with other buffers. */
    public SctpSettings buffers(int window, int sendBuffer) {
        return new SctpSettings(packetMax, window, sendBuffer, chunksMax, rtoInitialNanos, rtoMinNanos, rtoMaxNanos, retransmitsMax,
                ackDelayNanos, heartbeatNanos, heartbeatReplyNanos, checksum);
    }

    /** The same with other heartbeats. */
    public SctpSettings heartbeats(long nanos, long replyNanos) {
        return new SctpSettings(packetMax, windowMax, sendBufferMax, chunksMax, rtoInitialNanos, rtoMinNanos, rtoMaxNanos, retransmitsMax,
                ackDelayNanos, nanos, replyNanos, checksum);
    }

    /** The same with another way to compute checksums. */
    public SctpSettings checksum(Checksum how) {
        return new SctpSettings(packetMax, windowMax, sendBufferMax, chunksMax, rtoInitialNanos, rtoMinNanos, rtoMaxNanos, retransmitsMax,
                ackDelayNanos, heartbeatNanos, heartbeatReplyNanos, how);
    }
}
