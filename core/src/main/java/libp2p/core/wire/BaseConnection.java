package libp2p.core.wire;

import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Consumer;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Loop;
import libp2p.core.net.Connection;
import libp2p.core.net.Limits;
import libp2p.core.net.Observer;
import libp2p.core.net.OpenOptions;
import libp2p.core.net.Scope;
import libp2p.core.net.StreamHandler;
import libp2p.multiformats.Nullable;

/**
 * The part that connections of all transports have in common: the negotiation and pacing of streams, and their end.
 *
 * <p>A transport implements {@code openRaw, drainRaw, closeRaw}, hands streams that the peer opened to {@link #inboundStream}, and calls
 * {@link #over} when all is gone.
 */
public abstract class BaseConnection extends Openings.State implements Connection {

    /**
     * What a connection needs of its node.
     *
     * @param streams what is answered on inbound streams
     * @param limits the node's bounds
     * @param observer hears what happens
     */
    public record Surroundings(Streams streams, Limits limits, Observer observer) {}

    private final Surroundings node;
    private final Scope scope;
    private @Nullable Listening listening; // the last of those who listen, who knows the one before
    private @Nullable CloseReason end;
    private @Nullable Object noted; // on the node's loop
    private boolean takenOver;

    /** A connection within its budget, which is given back at its end. */
    protected BaseConnection(Surroundings node, Scope scope) {
        this.node = node;
        this.scope = scope;
    }

    /**
     * Opens a stream without a protocol; the handler hears {@code onOpen} with a {@link libp2p.core.net.BaseStream}, or only
     * {@code onClose}.
     */
    protected abstract Cancellable openRaw(StreamHandler handler);

    /** Takes no new streams; closes with the code after the last. */
    protected abstract void drainRaw(long code);

    /** Closes now, telling the peer. */
    protected abstract void closeRaw(CloseReason reason);

    /** The handler of a stream that the peer opened: it negotiates, then gives the stream to who answers the protocol. */
    protected final StreamHandler inboundStream() {
        return openings().inbound();
    }

    private Openings openings() {
        return new Openings(this);
    }

    /** To be called once when the connection no longer carries anything; tells all who listen. */
    protected final void over(CloseReason reason) {
        if (end != null) return;
        end = reason;
        openings().close(reason);
        node.observer().disconnected(this, reason);
        if (takenOver) node.streams().ended(this, reason);
        if (listening != null) listening.tellAll(reason);
        listening = null;
    }

    /**
     * The node keeps it from now on, and will hear of its end through {@link Streams#ended}, which takes no room in a connection at rest as
     * a listener does; false if it has ended already. On its loop.
     */
    public final boolean takenOver() {
        takenOver = end == null;
        return takenOver;
    }

    /** Keeps something for the node, in place of what was there; on the node's loop. */
    public final void note(@Nullable Object what) {
        noted = what;
    }

    /** What {@link #note} was told last. */
    public final @Nullable Object noted() {
        return noted;
    }

    /** Why it ended, or null while it has not. */
    protected final @Nullable CloseReason end() {
        return end;
    }

    /** Why it takes no new streams, be it drained or ended; null while it does. */
    protected final @Nullable CloseReason refused() {
        return refused;
    }

    /** Its budget. */
    protected final Scope scope() {
        return scope;
    }

    /** What it needs of its node. */
    protected final Surroundings surroundings() {
        return node;
    }

    /** The peer is known to bear streams that are opened in bursts. */
    protected void unpacedRaw() {}

    /** The peer is known to bear streams that are opened in bursts; legal from any loop. */
    public final void unpaced() {
        loop().execute(() -> {
            if (end == null) unpacedRaw();
        });
    }

    /**
     * The ids that the peer says it answers, which does not change: of several, the first need not be asked for if it is one of them. Legal
     * from any loop.
     */
    public final void answers(List<String> protocols) {
        loop().execute(() -> openings().answers(protocols));
    }

    /** How many streams under one protocol id the peer is known to bear at once; legal from any loop. */
    public final void pace(int streamsPerProtocol) {
        loop().execute(() -> openings().pace(streamsPerProtocol));
    }

    @Override
    public final Cancellable open(List<String> protocols, OpenOptions options, StreamHandler handler) {
        if (protocols.isEmpty()) throw new IllegalArgumentException("no protocol to open a stream for");
        return openings().open(protocols, options, handler);
    }

    @Override
    public final void drain(long code) {
        loop().execute(() -> {
            if (end != null) return;
            openings().drain(code);
            drainRaw(code);
        });
    }

    @Override
    public final void close(CloseReason reason) {
        loop().execute(() -> {
            if (end == null) closeRaw(reason);
        });
    }

    @Override
    public final Cancellable onClose(Loop home, Consumer<? super CloseReason> listener) {
        Listening l = new Listening(home, listener);
        loop().execute(() -> {
            CloseReason reason = end;
            if (reason != null) {
                l.tell(reason);
            } else if (!l.off) {
                l.before = listening;
                listening = l;
            }
        });
        return () -> loop().execute(() -> {
            l.off = true;
            listening = without(listening, l);
        });
    }

    private static @Nullable Listening without(@Nullable Listening last, Listening gone) {
        if (last == null) return null;
        if (last == gone) return last.before;
        for (Listening l = last; l.before != null; l = l.before) {
            if (l.before == gone) {
                l.before = gone.before;
                break;
            }
        }
        return last;
    }

    private static final class Listening {
        private final Loop home;
        private final Consumer<? super CloseReason> listener;
        private @Nullable Listening before; // on the connection's loop, as the next
        private boolean off;

        Listening(Loop home, Consumer<? super CloseReason> listener) {
            this.home = home;
            this.listener = listener;
        }

        /** In the order in which they came. */
        void tellAll(CloseReason reason) {
            ArrayDeque<Listening> all = new ArrayDeque<>();
            for (Listening l = this; l != null; l = l.before) all.addFirst(l);
            for (Listening l : all) l.tell(reason);
        }

        void tell(CloseReason reason) {
            if (!off) home.execute(() -> listener.accept(reason));
        }
    }

    @Override
    public String toString() {
        return (inbound() ? "from " : "to ") + remote() + " at " + remoteAddress();
    }
}
