package libp2p.core.wire.mux;

import libp2p.multiformats.Nullable;

/** The streams of a session that wait to write, in their turn; linked through themselves, so that waiting costs nothing. */
final class Writers {
    private @Nullable MuxStream first;
    private @Nullable MuxStream last;

    boolean isEmpty() {
        return first == null;
    }

    /** Puts a stream at the end, unless it waits already. */
    void add(MuxStream stream) {
        if (stream.queued) return;
        stream.queued = true;
        if (last == null) first = stream;
        else last.nextWriter = stream;
        last = stream;
    }

    /** Takes the one whose turn it is; null if none waits. */
    @Nullable MuxStream poll() {
        MuxStream s = first;
        if (s == null) return null;
        first = s.nextWriter;
        if (first == null) last = null;
        s.nextWriter = null;
        s.queued = false;
        return s;
    }

    void clear() {
        first = null;
        last = null;
    }
}
