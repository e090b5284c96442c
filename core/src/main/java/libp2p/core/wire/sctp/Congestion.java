package libp2p.core.wire.sctp;

/** The congestion window (RFC 9260 7.2). */
final class Congestion {
    private static final int LEAST = 4; // packets, 7.2.3
    private static final int INITIAL = 4404; // bytes, 7.2.1

    private final int packet;
    private final int most;
    private int window;
    private int threshold = Integer.MAX_VALUE;
    private int partial;
    private boolean recovering;
    private int recoveryEnd;

    Congestion(SctpSettings settings) {
        this.packet = settings.packetMax();
        this.most = 2 * settings.sendBufferMax();
        this.window = Math.min(4 * packet, Math.max(2 * packet, INITIAL));
    }

    /** Bytes that may be under way. */
    int window() {
        return window;
    }

    boolean isRecovering() {
        return recovering;
    }

    /** All up to that number is acknowledged. */
    void reached(int tsn) {
        if (recovering && !Format.before(tsn, recoveryEnd)) recovering = false;
    }

    /** The point of acknowledgement has moved, by so many bytes, while so many were under way (7.2.1, 7.2.2). */
    void acknowledged(int bytes, int underWay) {
        if (recovering || underWay + packet < window) return; // of no use while it is not used up
        if (window <= threshold) {
            window += Math.min(bytes, packet);
        } else {
            partial += bytes;
            if (partial >= window) {
                partial -= window;
                window += packet;
            }
        }
        window = Math.min(window, most);
    }

    /** Something is lost, the rest arrives; true if that is new (7.2.4). */
    boolean lost(int lastTsn) {
        if (recovering) return false;
        recovering = true;
        recoveryEnd = lastTsn;
        threshold = Math.max(window / 2, LEAST * packet);
        window = threshold;
        partial = 0;
        return true;
    }

    /** Nothing arrives any more (7.2.3). */
    void timedOut() {
        threshold = Math.max(window / 2, LEAST * packet);
        window = packet;
        partial = 0;
        recovering = false;
    }
}
