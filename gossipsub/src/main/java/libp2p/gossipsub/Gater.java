package libp2p.gossipsub;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import libp2p.core.Rng;

/**
 * Whether to take a message for validation while validation is overloaded: early and at random, by what came from its source before
 * (red.md). A source is an address that peers share; who has none is a source of its own.
 */
final class Gater {
    private static final class Source {
        private double delivered;
        private double duplicate;
        private double ignored;
        private double rejected;
        private int peers;
        private long goneAt;
    }

    private final GaterParams params;
    private final Map<String, Source> sources = new LinkedHashMap<>();
    private double validated;
    private double throttled;
    private long lastThrottle = Long.MIN_VALUE;

    Gater(GaterParams params) {
        this.params = params;
    }

    /** A peer of the source came. */
    void join(String source) {
        Source s = sources.get(source);
        if (s == null) {
            if (sources.size() >= params.sourcesMax() && !forgetOne()) return;
            s = new Source();
            sources.put(source, s);
        }
        s.peers++;
    }

    private boolean forgetOne() {
        for (Iterator<Source> i = sources.values().iterator(); i.hasNext();) {
            if (i.next().peers > 0) continue;
            i.remove();
            return true;
        }
        return false;
    }

    /** And went. */
    void leave(String source, long now) {
        Source s = sources.get(source);
        if (s == null) return;
        s.peers--;
        s.goneAt = now;
    }

    /** Whether to take a message from the source. */
    boolean accepts(String source, long now, Rng rng) {
        if (lastThrottle == Long.MIN_VALUE || now - lastThrottle > params.quietNanos()) return true;
        if (throttled == 0) return true;
        if (validated != 0 && throttled / validated < params.threshold()) return true;
        Source s = sources.get(source);
        if (s == null) return true;
        double good = 1 + s.delivered;
        double all = good + params.duplicateWeight() * s.duplicate + params.ignoreWeight() * s.ignored + params.rejectWeight() * s.rejected;
        return rng.nextDouble() < good / all;
    }

    void validated() {
        validated++;
    }

    void throttled(long now) {
        lastThrottle = now;
        throttled++;
    }

    void delivered(String source, double weight) {
        Source s = sources.get(source);
        if (s != null) s.delivered += weight;
    }

    void duplicate(String source) {
        Source s = sources.get(source);
        if (s != null) s.duplicate++;
    }

    void ignored(String source) {
        Source s = sources.get(source);
        if (s != null) s.ignored++;
    }

    void rejected(String source) {
        Source s = sources.get(source);
        if (s != null) s.rejected++;
    }

    /** An interval is over. */
    void decay(long now) {
        validated = decayed(validated, params.globalDecay());
        throttled = decayed(throttled, params.globalDecay());
        sources.values().removeIf(s -> s.peers <= 0 && now - s.goneAt > params.retainNanos());
        for (Source s : sources.values()) {
            s.delivered = decayed(s.delivered, params.sourceDecay());
            s.duplicate = decayed(s.duplicate, params.sourceDecay());
            s.ignored = decayed(s.ignored, params.sourceDecay());
            s.rejected = decayed(s.rejected, params.sourceDecay());
        }
    }

    private double decayed(double v, double factor) {
        double d = v * factor;
        return d < params.decayToZero() ? 0 : d;
    }

    int sources() {
        return sources.size();
    }
}
