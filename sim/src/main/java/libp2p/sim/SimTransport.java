package libp2p.sim;

import java.util.ArrayList;
import java.util.List;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.Loop;
import libp2p.core.Watch;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Accept;
import libp2p.core.net.Connection;
import libp2p.core.net.Dial;
import libp2p.core.net.Listener;
import libp2p.core.net.Scope;
import libp2p.core.net.Scope.Resource;
import libp2p.core.net.Transport;
import libp2p.core.node.Identified;
import libp2p.core.node.Node;
import libp2p.core.wire.BaseConnection;
import libp2p.core.wire.Streams;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;
import libp2p.multiformats.Proto;

/**
 * The transport of a host of a world, and its one listener: connections made natively, or byte pipes that the node upgrades, as the
 * world's {@link Fidelity} has it.
 */
final class SimTransport implements Transport, Listener {
    private final Life life;
    private final Scope scope;
    private @Nullable Node node;
    private BaseConnection.@Nullable Surroundings surroundings;
    private final Watch<List<Multiaddr>> addresses;
    private @Nullable Accept accept; // while it listens
    private List<Attempt> fromListenPort = List.of();

    SimTransport(Life life, Scope scope) {
        this.life = life;
        this.scope = scope;
        this.addresses = new Watch<>(List.of(life.host().address()));
    }

    @Override
    public void start(Node owner, List<Loop> loops) {
        node = owner;
        surroundings = new BaseConnection.Surroundings((Streams) owner, owner.limits(), owner.observer());
    }

    Node node() {
        Node n = node;
        if (n == null) throw new IllegalStateException("the node has not started");
        return n;
    }

    Life life() {
        return life;
    }

    SimHost host() {
        return life.host();
    }

    @Override
    public boolean handles(Multiaddr address) {
        return address.has(Proto.IP4) && address.has(Proto.TCP);
    }

    @Override
    public Cancellable dial(Dial dial, Callback<? super Connection> done) {
        Attempt a = new Attempt(this, dial, done);
        a.begin();
        return a;
    }

    @Override
    public Cancellable listen(Multiaddr address, Accept arrivals, Callback<? super Listener> bound) {
        if (accept != null || !address.equals(host().address())) {
            life.execute(() -> bound.done(null, CloseReason.of(CloseReason.Kind.REFUSED, "a host listens once, on " + host().address())));
            return Cancellable.NONE;
        }
        accept = arrivals;
        life.execute(() -> bound.done(this, null));
        return Cancellable.NONE;
    }

    @Override
    public Watch<List<Multiaddr>> addresses() {
        return addresses;
    }

    @Override
    public void close() {
        accept = null;
    }

    // ---- connections without bytes below them

    /** A dial of another host has arrived: the answer. */
    Attempt.Answer knocked(Attempt a, Network.Route route) {
        Multiaddr source = route.source();
        Multiaddr here = host().nat() == null ? a.dial().address() : host().address();
        Attempt ours = crossing(a, source);
        if (ours != null) return crossed(a, ours, route);
        Accept arrivals = accept;
        if (arrivals == null || route.port() != Network.PORT) {
            return a.refused(CloseReason.of(CloseReason.Kind.UNREACHABLE, "nobody listens"));
        }
        if (arrivals.admit(here, source) != null) return a.refused(CloseReason.of(CloseReason.Kind.REFUSED, "the peer does not take us"));
        if (host().world().fidelity().isBytes()) {
            SimPipe pipe = new SimPipe(life, a.transport().host(), here, source, route.flow());
            node().upgrader().accept(pipe, arrivals);
            return a.taken(pipe);
        }
        SimConnection c = connection(a.transport().life(), source, true, route.flow());
        c.join(a.end());
        if (!c.count()) {
            CloseReason full = full();
            arrivals.failed(here, source, full);
            return a.refused(full);
        }
        node().observer().connected(c);
        arrivals.accepted(c);
        introduced(c, a.from());
        return a.taken(c);
    }

    /** Our end of a connection with another. */
    SimConnection connection(Life other, Multiaddr remote, boolean inbound, @Nullable Flow flow) {
        BaseConnection.Surroundings s = surroundings;
        if (s == null) throw new IllegalStateException("the node has not started");
        Scope budget = scope.peer(other.id()).connection();
        if (flow != null) return new SimConnection.ThroughNats(life, other.host(), remote, inbound, flow, s, budget);
        return new SimConnection(life, other.host(), remote, inbound, s, budget);
    }

    /** Whether there is a place for one more connection with the peer, which then is taken. */
    boolean enter(PeerId peer, boolean inbound) {
        return scope.peer(peer).reserve(inbound ? Resource.CONNECTIONS_INBOUND : Resource.CONNECTIONS_OUTBOUND, 1);
    }

    /** A connection that has a place is over. */
    void leave(PeerId peer, boolean inbound) {
        scope.peer(peer).release(inbound ? Resource.CONNECTIONS_INBOUND : Resource.CONNECTIONS_OUTBOUND, 1);
    }

    // ---- simultaneous open

    /** Dials from the listening port that are under way; one that comes from where they go to is their other end. */
    void dialsFromListenPort(Attempt a, boolean begins) {
        List<Attempt> next = new ArrayList<>(fromListenPort);
        if (begins) next.add(a);
        else next.remove(a);
        fromListenPort = next;
    }

    /** Our own dial that this one crosses: each from its listening port to where the other comes from. */
    private @Nullable Attempt crossing(Attempt a, Multiaddr source) {
        if (!a.dial().fromListenPort()) return null;
        for (Attempt ours : fromListenPort) if (ours.dial().address().equals(source)) return ours;
        return null;
    }

    /** The two dials become one connection, which each end has made. */
    private Attempt.Answer crossed(Attempt theirs, Attempt ours, Network.Route route) {
        if (host().world().fidelity().isBytes()) {
            SimPipe pipe = new SimPipe(life, theirs.transport().host(), host().address(), route.source(), route.flow());
            ours.cross(pipe);
            return theirs.taken(pipe);
        }
        SimConnection c = ours.cross(theirs, route);
        return c != null ? theirs.taken(c) : theirs.refused(CloseReason.of(CloseReason.Kind.REFUSED, "the peer does not take us"));
    }

    /** What identify would tell is handed over, where the world does so; once the node has taken the connection in. */
    void introduced(Connection c, SimHost other) {
        if (host().world().introduces()) life.execute(() -> node().identified(c, other.transport().told()));
    }

    private Identified told() {
        Node n = node();
        return new Identified(n.identity().publicKey(), n.addresses().value(), n.protocols().value(), null, null, null, null, false);
    }

    static CloseReason full() {
        return CloseReason.of(CloseReason.Kind.REFUSED, Codes.RESOURCE_LIMIT_EXCEEDED, "too many connections");
    }
}
