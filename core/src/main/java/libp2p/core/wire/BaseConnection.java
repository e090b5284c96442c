package libp2p.core.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Loop;
import libp2p.core.identity.PeerId;
import libp2p.core.identity.PublicKey;
import libp2p.core.net.Connection;
import libp2p.core.net.Limits;
import libp2p.core.net.Observer;
import libp2p.core.net.OpenOptions;
import libp2p.core.net.Scope;
import libp2p.core.net.StreamHandler;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;

/**
 * The part that connections of all transports have in common: their facts, the negotiation and pacing of streams, and their end.
 *
 * <p>A transport implements {@code openRaw, drainRaw, closeRaw}, hands streams that the peer opened to {@link #inboundStream}, and calls
 * {@link #over} when all is gone.
 */
public abstract class BaseConnection implements Connection {

    /**
     * What does not change about a connection.
     *
     * @param loop where it lives
     * @param remote who is at the other end
     * @param remoteKey the key that proved it
     * @param localAddress ours, without {@code /p2p}
     * @param remoteAddress theirs, without {@code /p2p}
     * @param inbound whether the peer connected to us
     * @param limited whether it is bounded in time or bytes
     * @param security the security protocol's id, null where the transport has its own
     * @param muxer the muxer's id, null where the transport has its own
     */
    public record Facts(
            Loop loop,
            PeerId remote,
            PublicKey remoteKey,
            Multiaddr localAddress,
            Multiaddr remoteAddress,
            boolean inbound,
            boolean limited,
            @Nullable String security,
            @Nullable String muxer) {}

    /**
     * What a connection needs of its node.
     *
     * @param streams what is answered on inbound streams
     * @param limits the node's bounds
     * @param observer hears what happens
     */
    public record Surroundings(Streams streams, Limits limits, Observer observer) {}

    private final Facts facts;
    private final Surroundings node;
    private final Scope scope;
    private final Openings openings;
    private final List<Listening> listeners = new ArrayList<>(2);
    private @Nullable CloseReason end;

    /** A connection within its budget, which is given back at its end. */
    protected BaseConnection(Facts facts, Surroundings node, Scope scope) {
        this.facts = facts;
        this.node = node;
        this.scope = scope;
        this.openings = new Openings(this, node);
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
        return openings.inbound();
    }

    /** To be called once when the connection no longer carries anything; tells all who listen. */
    protected final void over(CloseReason reason) {
        if (end != null) return;
        end = reason;
        openings.close(reason);
        node.observer().disconnected(this, reason);
        for (Listening l : listeners) l.tell(reason);
        listeners.clear();
    }

    /** Why it ended, or null while it has not. */
    protected final @Nullable CloseReason end() {
        return end;
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
        facts.loop.execute(() -> {
            if (end == null) unpacedRaw();
        });
    }

    /**
     * The ids that the peer says it answers, which does not change: of several, the first need not be asked for if it is one of them. Legal
     * from any loop.
     */
    public final void answers(List<String> protocols) {
        facts.loop.execute(() -> openings.answers(protocols));
    }

    /** How many streams under one protocol id the peer is known to bear at once; legal from any loop. */
    public final void pace(int streamsPerProtocol) {
        facts.loop.execute(() -> openings.pace(streamsPerProtocol));
    }

    @Override
    public final Cancellable open(List<String> protocols, OpenOptions options, StreamHandler handler) {
        if (protocols.isEmpty()) throw new IllegalArgumentException("no protocol to open a stream for");
        return openings.open(protocols, options, handler);
    }

    @Override
    public final void drain(long code) {
        facts.loop.execute(() -> {
            if (end != null) return;
            openings.drain(code);
            drainRaw(code);
        });
    }

    @Override
    public final void close(CloseReason reason) {
        facts.loop.execute(() -> {
            if (end == null) closeRaw(reason);
        });
    }

    @Override
    public final Cancellable onClose(Loop home, Consumer<? super CloseReason> listener) {
        Listening l = new Listening(home, listener);
        facts.loop.execute(() -> {
            CloseReason reason = end;
            if (reason != null) l.tell(reason);
            else if (!l.off) listeners.add(l);
        });
        return () -> facts.loop.execute(() -> {
            l.off = true;
            listeners.remove(l);
        });
    }

    private static final class Listening {
        private final Loop home;
        private final Consumer<? super CloseReason> listener;
        private boolean off; // on the connection's loop

        Listening(Loop home, Consumer<? super CloseReason> listener) {
            this.home = home;
            this.listener = listener;
        }

        void tell(CloseReason reason) {
            if (!off) home.execute(() -> listener.accept(reason));
        }
    }

    @Override
    public final PeerId remote() {
        return facts.remote;
    }

    @Override
    public final PublicKey remoteKey() {
        return facts.remoteKey;
    }

    @Override
    public final Multiaddr localAddress() {
        return facts.localAddress;
    }

    @Override
    public final Multiaddr remoteAddress() {
        return facts.remoteAddress;
    }

    @Override
    public final boolean inbound() {
        return facts.inbound;
    }

    @Override
    public final boolean limited() {
        return facts.limited;
    }

    @Override
    public final @Nullable String security() {
        return facts.security;
    }

    @Override
    public final @Nullable String muxer() {
        return facts.muxer;
    }

    @Override
    public final Loop loop() {
        return facts.loop;
    }

    @Override
    public String toString() {
        return (inbound() ? "from " : "to ") + remote() + " at " + remoteAddress();
    }
}
