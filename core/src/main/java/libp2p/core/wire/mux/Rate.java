package libp2p.core.wire.mux;

/** So many a second, twice that in a burst; the rest is refused. */
final class Rate {
    private static final long SECOND = 1_000_000_000L;
    private static final int BURST_SECONDS = 2;

    private final int perSecond;
    private long paidUntilNanos;
    private boolean begun;

    Rate(int perSecond) {
        this.perSecond = perSecond;
    }

    /** Takes one, if there is one left. */
    boolean take(long nowNanos) {
        if (perSecond == 0) return false;
        long each = Math.max(1, SECOND / perSecond);
        long from = begun && paidUntilNanos - nowNanos > 0 ? paidUntilNanos : nowNanos;
        if (from + each - nowNanos > BURST_SECONDS * each * perSecond) return false;
        begun = true;
        paidUntilNanos = from + each;
        return true;
    }
}
