package libp2p.sim;

import java.util.List;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.Loop;
import libp2p.core.Watch;
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
 * The transport of a host of a world: connections made natively, or byte pipes that the node upgrades, as the world's {@link Fidelity} has
 * it.
 */
final class SimTransport implements Transport {
    private final SimHost host;
    private final Scope scope;
    private @Nullable Node node;
    private BaseConnection.@Nullable Surroundings surroundings;
    private @Nullable Accept accept;

    SimTransport(SimHost host, Scope scope) {
        this.host = host;
        this.scope = scope;
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

    SimHost host() {
        return host;
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
        if (accept != null || !address.equals(host.address())) {
            host.execute(() -> bound.done(null, CloseReason.of(CloseReason.Kind.REFUSED, "a host listens once, on " + host.address())));
            return Cancellable.NONE;
        }
        accept = arrivals;
        Watch<List<Multiaddr>> addresses = new Watch<>(List.of(address));
        Listener listener = new Listener() {
            @Override
            public Watch<List<Multiaddr>> addresses() {
                return addresses;
            }

            @Override
            public void close() {
                accept = null;
            }
        };
        host.execute(() -> bound.done(listener, null));
        return Cancellable.NONE;
    }

    // ---- connections without bytes below them

    /** A dial of another host has arrived: the answer. */
    Attempt.Answer knocked(Attempt a, Multiaddr source) {
        Accept arrivals = accept;
        if (arrivals == null) return a.refused(CloseReason.of(CloseReason.Kind.UNREACHABLE, "nobody listens"));
        Multiaddr here = a.dial().address();
        if (arrivals.admit(here, source) != null) return a.refused(CloseReason.of(CloseReason.Kind.REFUSED, "the peer does not take us"));
        if (host.world().fidelity().isBytes()) {
            SimPipe pipe = new SimPipe(host, a.transport().host, here, source);
            node().upgrader().accept(pipe, arrivals);
            return a.taken(pipe);
        }
        SimConnection c = connection(a.transport(), here, source, true);
        if (!c.isCounted()) {
            CloseReason full = full();
            arrivals.failed(here, source, full);
            return a.refused(full);
        }
        node().observer().connected(c);
        arrivals.accepted(c);
        introduced(c, a.from());
        return a.taken(c);
    }

    /** Our end of a connection that the other has taken; not counted if we have no place for it. */
    SimConnection connection(SimTransport other, Multiaddr local, Multiaddr remote, boolean inbound) {
        Node there = other.node();
        Scope peer = scope.peer(there.identity().id());
        boolean counted = peer.reserve(inbound ? Resource.CONNECTIONS_INBOUND : Resource.CONNECTIONS_OUTBOUND, 1);
        BaseConnection.Facts facts = new BaseConnection.Facts(
                host, there.identity().id(), there.identity().publicKey(), local, remote, inbound, false, null, null);
        BaseConnection.Surroundings s = surroundings;
        if (s == null) throw new IllegalStateException("the node has not started");
        return new SimConnection(facts, s, peer, counted, other.host);
    }

    /** What identify would tell is handed over, where the world does so; once the node has taken the connection in. */
    void introduced(Connection c, SimHost other) {
        if (host.world().introduces()) host.execute(() -> node().identified(c, other.transport().told()));
    }

    private Identified told() {
        Node n = node();
        return new Identified(n.identity().publicKey(), n.addresses().value(), n.protocols().value(), null, null, null, null, false);
    }

    static CloseReason full() {
        return CloseReason.of(CloseReason.Kind.REFUSED, Codes.RESOURCE_LIMIT_EXCEEDED, "too many connections");
    }
}
