package libp2p.sim;

import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.Loop;
import libp2p.core.identity.PeerId;
import libp2p.core.identity.PublicKey;
import libp2p.core.net.Observer;
import libp2p.core.net.Scope;
import libp2p.core.net.Scope.Resource;
import libp2p.core.net.StreamHandler;
import libp2p.core.wire.BaseConnection;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;

/** One end of a connection that is made natively, without security protocol and muxer; the fidelity STREAMS. */
class SimConnection extends BaseConnection implements Line {
    private final Life life;
    private final SimHost to;
    private final Multiaddr remoteAddress;
    private final boolean inbound;
    private boolean counted; // has a place that is to be given back
    private @Nullable SimConnection far;
    private @Nullable SimStream first;
    private long lastArrival;

    /** An end, which has no place among its host's connections yet. */
    SimConnection(Life life, SimHost to, Multiaddr remoteAddress, boolean inbound, Surroundings node, Scope budget) {
        super(node, budget);
        this.life = life;
        this.to = to;
        this.remoteAddress = remoteAddress;
        this.inbound = inbound;
    }

    /** Takes a place, if there is one. */
    boolean count() {
        counted = life.transport().enter(remote(), inbound);
        return counted;
    }

    // ---- the facts

    @Override
    public PeerId remote() {
        return far().life.id();
    }

    @Override
    public PublicKey remoteKey() {
        return far().life.swarm().identity().publicKey();
    }

    @Override
    public Multiaddr localAddress() {
        return life.host().address();
    }

    @Override
    public Multiaddr remoteAddress() {
        return remoteAddress;
    }

    @Override
    public boolean inbound() {
        return inbound;
    }

    @Override
    public boolean limited() {
        return false;
    }

    @Override
    public @Nullable String security() {
        return null;
    }

    @Override
    public @Nullable String muxer() {
        return null;
    }

    @Override
    public Loop loop() {
        return life;
    }

    /** The two are the ends of one connection. */
    void join(SimConnection other) {
        far = other;
        other.far = this;
    }

    SimConnection far() {
        SimConnection f = far;
        if (f == null) throw new IllegalStateException("not connected");
        return f;
    }

    Life life() {
        return life;
    }

    Observer observer() {
        return surroundings().observer();
    }

    /** How many unread bytes a stream has room for. */
    int window() {
        return surroundings().limits().windowInitial();
    }

    // ---- the line

    @Override
    public SimHost from() {
        return life.host();
    }

    @Override
    public SimHost to() {
        return to;
    }

    @Override
    public long lastArrival() {
        return lastArrival;
    }

    @Override
    public void lastArrival(long time) {
        lastArrival = time;
    }

    @Override
    public @Nullable Line back() {
        return far;
    }

    @Override
    public void lost(CloseReason reason) {
        if (counted && !life.isOver()) end(reason);
    }

    /**
     * Whether the host at the other end has crashed since, or before it heard that we took its dial; then that end is no more, and a host
     * that runs says so.
     */
    boolean farGone() {
        return far().gone();
    }

    /** The same of this end. */
    boolean gone() {
        return life.isOver() && from().world().network().unknown(far());
    }

    // ---- streams

    @Override
    protected Cancellable openRaw(StreamHandler handler) {
        SimStream s = new SimStream(this, handler);
        if (refused() != null) {
            s.endedSoon(CloseReason.of(CloseReason.Kind.REFUSED, "the connection ends"));
        } else if (!scope().reserve(Resource.STREAMS_OUTBOUND, 1)) {
            s.endedSoon(CloseReason.of(CloseReason.Kind.REFUSED, Codes.RESOURCE_LIMIT_EXCEEDED, "too many streams are open"));
        } else {
            add(s);
            s.begin();
        }
        return s;
    }

    /** The other end has opened a stream: our end of it, or null if it is not taken. */
    @Nullable SimStream take(SimStream from) {
        if (end() != null) return null; // of which it will hear
        SimStream s = new SimStream(this, null);
        long code = Codes.NONE;
        if (refused() != null) code = Codes.SHUTDOWN;
        else if (!scope().reserve(Resource.STREAMS_INBOUND, 1)) code = Codes.RESOURCE_LIMIT_EXCEEDED;
        if (code != Codes.NONE) {
            surroundings().observer().streamRefused(this, "", CloseReason.of(CloseReason.Kind.REFUSED, code, "a stream of the peer's"));
            s.refuse(from, code);
            return null;
        }
        add(s);
        s.begin(from, inboundStream());
        return s;
    }

    private void add(SimStream s) {
        s.live = true;
        SimStream f = first;
        s.after = f;
        if (f != null) f.before = s;
        first = s;
    }

    /** The stream is over. */
    void left(SimStream s) {
        if (!s.live) return;
        s.live = false;
        SimStream b = s.before;
        SimStream a = s.after;
        if (b == null) first = a;
        else b.after = a;
        if (a != null) a.before = b;
        s.before = null;
        s.after = null;
        scope().release(s.inbound ? Resource.STREAMS_INBOUND : Resource.STREAMS_OUTBOUND, 1);
        if (refused() != null && first == null) life.execute(this::closeIfDrained);
    }

    // ---- ends

    @Override
    protected void drainRaw(long code) {
        closeIfDrained();
    }

    private void closeIfDrained() {
        CloseReason why = refused();
        if (why != null && first == null && end() == null) closeRaw(CloseReason.of(CloseReason.Kind.CANCELLED, why.code(), "drained"));
    }

    @Override
    protected void closeRaw(CloseReason reason) {
        from().timeline().departing(() -> from().world().network().send(new Hangup(this, reason.code()), this, 0));
        end(reason);
    }

    private void end(CloseReason reason) {
        if (end() != null) return;
        CloseReason all = CloseReason.of(CloseReason.Kind.CONNECTION_CLOSED, reason.code(), reason.detail());
        while (first != null) first.gone(all);
        over(reason);
        if (counted) life.transport().leave(remote(), inbound);
    }

    /** An end of a connection through NATs; a class of its own, since few are, and each byte counts in those that are not. */
    static final class ThroughNats extends SimConnection {
        private final Flow flow;

        ThroughNats(Life life, SimHost to, Multiaddr remoteAddress, boolean inbound, Flow flow, Surroundings node, Scope budget) {
            super(life, to, remoteAddress, inbound, node, budget);
            this.flow = flow;
        }

        @Override
        public Flow flow() {
            return flow;
        }
    }

    /** The end of a connection, at the other end. */
    private static final class Hangup extends Event {
        private final SimConnection from;
        private final long code;

        Hangup(SimConnection from, long code) {
            this.from = from;
            this.code = code;
        }

        @Override
        public void run() {
            from.far().lost(CloseReason.of(CloseReason.Kind.CONNECTION_CLOSED, code, "by the peer"));
        }

        @Override
        Kind kind() {
            return Kind.HANGUP;
        }

        @Override
        SimHost host() {
            return from.to();
        }

        @Override
        long content() {
            return code;
        }

        @Override
        public String toString() {
            return "hears the end of a connection, code " + code;
        }
    }
}
