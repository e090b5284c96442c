package libp2p.core.wire.sctp;

/** The retransmission timeout (RFC 9260 6.3.1). */
final class Rto {
    private static final long PROBE_MAX_NANOS = 60_000_000_000L;

    private final SctpSettings settings;
    private long rto;
    private long srtt = -1;
    private long rttvar;

    Rto(SctpSettings settings) {
        this.settings = settings;
        this.rto = settings.rtoInitialNanos();
    }

    long nanos() {
        return rto;
    }

    /** A round trip was measured. */
    void measured(long rtt) {
        if (srtt < 0) {
            srtt = rtt;
            rttvar = rtt / 2;
        } else {
            rttvar += (Math.abs(srtt - rtt) - rttvar) / 4;
            srtt += (rtt - srtt) / 8;
        }
        rto = Math.max(settings.rtoMinNanos(), Math.min(settings.rtoMaxNanos(), srtt + 4 * rttvar));
    }

    /** It has run out. */
    void expired() {
        rto = Math.min(settings.rtoMaxNanos(), rto * 2);
    }

    /** Doubled so many times, a minute at most. */
    long backedOff(int times) {
        return Math.min(PROBE_MAX_NANOS, rto << Math.min(times, 10));
    }
}
