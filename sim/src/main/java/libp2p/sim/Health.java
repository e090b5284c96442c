package libp2p.sim;

import libp2p.core.Rng;
import libp2p.multiformats.Nullable;

/** What is not as it should be with a host: its clocks, how fast it reads, what work costs it. Most hosts have none. */
final class Health {
    private static final long MILLION = 1_000_000;

    // The host's clock runs on from its anchor at its own rate.
    private long anchorWorld;
    private long anchorHost;
    private long ppm;

    /** It has no power: while it is down, not even its system answers for it. */
    boolean dark;

    /** Milliseconds by which the wall clock has been set ahead. */
    long wallMillis;

    /** What delays the delivery of streams; null for nothing. */
    @Nullable Bottleneck reader;

    /** What one piece of offloaded work costs; null for what the world says. */
    @Nullable Distribution cost;

    /** When each core is free. */
    private final long[] cores;

    Health(int cores) {
        this.cores = new long[cores];
    }

    /** What the host's clock shows beyond its beginning. */
    long clock(long now) {
        long passed = now - anchorWorld;
        return anchorHost + passed + scaled(passed, ppm, MILLION);
    }

    /** From now on it gains that many microseconds a second, or loses them. */
    void rate(long partsPerMillion, long now) {
        anchorHost = clock(now);
        anchorWorld = now;
        ppm = partsPerMillion;
    }

    long rate() {
        return ppm;
    }

    /** How long the world takes until this clock has gone on by {@code nanos}, rounded up. */
    long worldNanos(long nanos) {
        if (ppm == 0 || nanos <= 0 || nanos >= Long.MAX_VALUE / 4) return nanos;
        long wait = nanos - scaled(nanos, ppm, MILLION + ppm);
        return wait + Math.max(0, (nanos - wait - scaled(wait, ppm, MILLION)));
    }

    /** v * factor / divisor for a divisor near a million, without overflow. */
    private static long scaled(long v, long factor, long divisor) {
        return v / divisor * factor + v % divisor * factor / divisor;
    }

    /** When work that comes now is done: by the core that is free first. */
    long worked(long cost, long now) {
        int first = 0;
        for (int i = 1; i < cores.length; i++) if (cores[i] < cores[first]) first = i;
        cores[first] = Math.max(now, cores[first]) + cost;
        return cores[first];
    }

    long draw(Rng random, @Nullable Distribution usual) {
        Distribution d = cost == null ? usual : cost;
        return d == null ? 0 : d.draw(random);
    }
}
