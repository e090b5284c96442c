package libp2p.sim;

import java.util.function.Consumer;
import libp2p.multiformats.Nullable;

/** What happens in a world: a running hash of all of it, always, and the story of it, when someone listens. */
final class Trace {
    private static final int KINDS = Event.Kind.values().length;

    private long hash;
    private @Nullable Consumer<? super String> listener;
    private final Timeline time;

    Trace(Timeline time) {
        this.time = time;
    }

    long hash() {
        return hash;
    }

    /** An event was put into the queue. */
    void scheduled(Event e) {
        hash = Mix.fold(Mix.fold(Mix.fold(hash, e.time), e.sequence), (long) e.sender * KINDS + e.kind().ordinal());
    }

    /** An event is about to happen. */
    void happens(Event e) {
        SimHost host = e.host();
        long h = Mix.fold(Mix.fold(hash, e.time), e.sequence);
        h = Mix.fold(h, (long) (host == null ? Event.WORLD : host.index()) * KINDS + e.kind().ordinal());
        hash = Mix.with(Mix.fold(h, e.size()), e.content());
        if (listener != null) tell(describe(e));
    }

    /** From now on this hears the story, a line at a time; null for nobody. */
    void listener(@Nullable Consumer<? super String> next) {
        listener = next;
    }

    boolean isHeard() {
        return listener != null;
    }

    /** One line, of the host whose turn it is. */
    void say(String what) {
        if (listener == null) return;
        SimHost host = time.current();
        tell(moment(time.now()) + (host == null ? "  world" : "  " + host) + "  " + what);
    }

    private void tell(String line) {
        Consumer<? super String> l = listener;
        if (l != null) l.accept(line);
    }

    /** An event in words. */
    static String describe(Event e) {
        SimHost host = e.host();
        StringBuilder s = new StringBuilder(moment(e.time)).append("  ").append(host == null ? "world" : host);
        s.append("  ").append(e);
        if (host == null || e.sender != host.index()) s.append(" from ").append(e.sender == Event.WORLD ? "the world" : "host" + e.sender);
        return s.append(" (its event ").append(e.sequence).append(')').toString();
    }

    /** Seconds with nine digits. */
    static String moment(long nanos) {
        String digits = Long.toString(nanos % World.SECOND + World.SECOND).substring(1);
        return nanos / World.SECOND + "." + digits;
    }
}
