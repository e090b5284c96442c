package libp2p.core.node;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.Crypto;
import libp2p.core.Loop;
import libp2p.core.Rng;
import libp2p.core.Watch;
import libp2p.core.identity.Identity;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Connection;
import libp2p.core.net.Dial;
import libp2p.core.net.Limits;
import libp2p.core.net.Listener;
import libp2p.core.net.Observer;
import libp2p.core.net.OpenOptions;
import libp2p.core.net.Scope;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.core.net.Transport;
import libp2p.core.net.Upgrader;
import libp2p.core.wire.BaseConnection;
import libp2p.core.wire.Streams;
import libp2p.core.wire.Upgrades;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;

/**
 * The node: listens, dials, keeps the connections, and gives streams to who answers them.
 *
 * <p>The only implementation of {@link Node}; hosts of the JVM and of the simulator are one with other parts. Used on its loop, but for
 * what {@link Node} lets any loop call, {@link #handle} and the {@link Watch}es.
 */
public final class Swarm implements Node, Streams {
    private final SwarmConfig config;
    private final PeerBook peers;
    private final Peers connected;
    private final Arrivals arrivals;
    private final Watch.Cell<Handlers> handlers = new Watch.Cell<>(Handlers.NONE);
    private final Watch.Cell<List<String>> protocols = new Watch.Cell<>(List.of());
    private final Watch.Cell<List<Multiaddr>> addresses = new Watch.Cell<>(List.of());
    private final Map<PeerId, Dialing> dialings = new LinkedHashMap<>();
    private final List<Listener> listeners = new ArrayList<>(1);
    private final Guesses guesses;
    private @Nullable Upgrader upgrader; // made when first asked for; loops that race for it make two alike
    private int attempts;
    private boolean stopping;

    /** A node of these parts, which does nothing before {@link #start}. */
    public Swarm(SwarmConfig config) {
        this.config = config;
        this.connected = new Peers(this, config.protocols());
        this.arrivals = new Arrivals(config, this::arrived);
        this.peers = new PeerBook(config.loop(), config.limits(), connected::has);
        this.guesses = new Guesses(config.securities(), config.limits().peersKnownMax());
    }

    /** Starts the transports and protocols; on the loop, once. */
    public void start() {
        for (Protocol p : config.protocols()) handlers.set(handlers.value().with(new Handlers.OfNode(p)));
        protocols.set(handlers.value().sortedIds());
        announce();
        for (Transport t : config.transports()) t.start(this, config.loops());
        for (Protocol p : config.protocols()) guard("start of ", p, () -> p.start(this));
    }

    // ---- who answers

    /** Answers streams under the id with handlers that run on their connection's loop, until cancelled. Legal from any thread. */
    public Cancellable handle(String id, Function<Stream, StreamHandler> accept) {
        return add(new Handlers.OfApplication(List.of(id), id::equals, accept));
    }

    /** The same for ids that are not known beforehand, and not told to others. */
    public Cancellable handle(Predicate<String> ids, Function<Stream, StreamHandler> accept) {
        return add(new Handlers.OfApplication(List.of(), ids, accept));
    }

    private Cancellable add(Handlers.Entry e) {
        loop().execute(() -> change(handlers.value().with(e)));
        return () -> loop().execute(() -> change(handlers.value().without(e)));
    }

    private void change(Handlers next) {
        handlers.set(next);
        protocols.set(next.sortedIds());
    }

    @Override
    public boolean speaks(String protocol) {
        return handlers.value().find(protocol) != null;
    }

    @Override
    public List<String> protocolIds() {
        return protocols.value();
    }

    @Override
    public @Nullable StreamHandler accept(Stream stream, String protocol) {
        Handlers.Entry e = handlers.value().find(protocol);
        if (e == null) return null;
        if (e instanceof Handlers.OfApplication a) return a.accept().apply(stream);
        Protocol p = ((Handlers.OfNode) e).protocol();
        if (p.onConnectionLoop()) {
            PeerId peer = stream.connection().remote();
            loop().execute(() -> connected.spoke(peer, p));
            return p.accept(stream);
        }
        return stream.loop() == loop() ? accept(stream, p) : Bridge.accepting(loop(), observer(), s -> accept(s, p));
    }

    /** On the node's loop. */
    private StreamHandler accept(Stream stream, Protocol p) {
        connected.spoke(stream.connection(), p);
        return p.accept(stream);
    }

    // ---- listening

    /** Listens on an address; {@code bound} runs on the node's loop. */
    public Cancellable listen(Multiaddr address, Callback<? super Listener> bound) {
        Transport t = transport(address);
        if (t == null) {
            loop().execute(() -> bound.done(null, CloseReason.of(CloseReason.Kind.UNREACHABLE, "no transport listens on " + address)));
            return Cancellable.NONE;
        }
        return t.listen(address, arrivals, (listener, failure) -> loop().execute(() -> {
            if (listener == null) {
                bound.done(null, failure);
                return;
            }
            if (stopping) {
                listener.close();
                bound.done(null, CloseReason.CANCELLED);
                return;
            }
            listeners.add(listener);
            listener.addresses().listen(loop(), now -> announce());
            announce();
            bound.done(listener, null);
        }));
    }

    /** The concrete addresses we listen on, without {@code /p2p}. */
    public List<Multiaddr> listenAddresses() {
        LinkedHashSet<Multiaddr> all = new LinkedHashSet<>();
        for (Listener l : listeners) all.addAll(l.addresses().value());
        return new ArrayList<>(all);
    }

    private void announce() {
        LinkedHashSet<Multiaddr> told = new LinkedHashSet<>(config.announce().isEmpty() ? listenAddresses() : config.announce());
        told.addAll(config.appendAnnounce());
        told.removeIf(config.announces().negate());
        addresses.set(told.size() == 1 ? List.of(told.iterator().next()) : new ArrayList<>(told));
    }

    private @Nullable Transport transport(Multiaddr address) {
        for (Transport t : config.transports()) if (t.handles(address)) return t;
        return null;
    }

    // ---- connections

    /** A peer has connected to us; on the connection's loop. */
    private void arrived(Connection c) {
        loop().execute(() -> adopt(c));
        hearEnd(c);
    }

    /** On the connection's loop, so that its end comes after its beginning. */
    private void hearEnd(Connection c) {
        if (!(c instanceof BaseConnection b && b.takenOver())) c.onClose(loop(), reason -> gone(c, reason));
    }

    @Override
    public void ended(Connection c, CloseReason reason) {
        loop().execute(() -> gone(c, reason));
    }

    private void gone(Connection c, CloseReason reason) {
        if (c.inbound()) arrivals.leave(c.remoteAddress());
        connected.remove(c, reason);
    }

    private void adopt(Connection c) {
        if (stopping) c.close(CloseReason.of(CloseReason.Kind.CANCELLED, Codes.SHUTDOWN, "the node is stopping"));
        else connected.add(c);
    }

    @Override
    public List<Connection> connections(PeerId peer) {
        return connected.of(peer);
    }

    @Override
    public List<Connection> connections() {
        return connected.all();
    }

    @Override
    public void identified(Connection connection, Identified learned) {
        peers.learn(connection.remote(), learned);
        connected.learned(connection, learned);
    }

    @Override
    public Cancellable connect(PeerId peer, Callback<? super Connection> done) {
        return connect(peer, List.of(), done);
    }

    /** The same, with addresses to try besides those that the peer book has. */
    public Cancellable connect(PeerId peer, List<Multiaddr> more, Callback<? super Connection> done) {
        List<Connection> there = connected.of(peer);
        if (!there.isEmpty()) {
            Connection best = there.get(0);
            loop().execute(() -> done.done(best, null));
            return Cancellable.NONE;
        }
        CloseReason no = stopping ? CloseReason.CANCELLED : config.gater().dial(peer);
        if (no == null && peer.equals(identity().id())) no = CloseReason.of(CloseReason.Kind.REFUSED, "that is ourselves");
        if (no != null) {
            CloseReason why = no;
            loop().execute(() -> done.done(null, why));
            return Cancellable.NONE;
        }
        if (!more.isEmpty()) peers.add(peer, more, PeerBook.TOLD_NANOS);
        Dialing d = dialings.get(peer);
        if (d == null) {
            Dialing fresh = new Dialing(this, peer);
            dialings.put(peer, fresh);
            Cancellable joined = fresh.join(done);
            fresh.begin(peers.addresses(peer));
            return joined;
        }
        if (!more.isEmpty()) d.add(more);
        return d.join(done);
    }

    /** A connection to whoever is at the address; the peer it names, if any, must be it. */
    public Cancellable connect(Multiaddr address, Callback<? super Connection> done) {
        PeerId peer = PeerId.of(address);
        if (peer != null) return connect(peer, List.of(address), done);
        Dialing d = new Dialing(this, null);
        Cancellable joined = d.join(done);
        d.begin(List.of(address));
        return joined;
    }

    @Override
    public Cancellable dial(Dial dial, Callback<? super Connection> done) {
        return dialOne(dial, done);
    }

    /** One attempt at one address, or two if the first guessed wrong; the callback runs on the node's loop. */
    Cancellable dialOne(Dial dial, Callback<? super Connection> done) {
        Transport t = transport(dial.address());
        if (t == null) {
            loop().execute(() -> done.done(null, CloseReason.of(CloseReason.Kind.UNREACHABLE, "no transport for it")));
            return Cancellable.NONE;
        }
        if (attempts + config.scope().used(Scope.Resource.CONNECTIONS_OUTBOUND) >= limits().connectionsOutboundMax()) {
            CloseReason full = CloseReason.of(CloseReason.Kind.REFUSED, Codes.RESOURCE_LIMIT_EXCEEDED, "too many connections of ours");
            loop().execute(() -> done.done(null, full));
            return Cancellable.NONE;
        }
        return guesses.dial(dial, loop(), (one, heard) -> attempt(t, one, heard), done);
    }

    private Cancellable attempt(Transport t, Dial dial, Callback<? super Connection> done) {
        attempts++;
        long began = loop().nanoTime();
        observer().dialing(dial.address(), dial.expected());
        return t.dial(dial, (connection, failure) -> {
            loop().execute(() -> {
                attempts--;
                observer().dialed(dial.address(), dial.expected(), loop().nanoTime() - began, failure);
                if (connection != null) adopt(connection);
                done.done(connection, failure);
            });
            if (connection != null) hearEnd(connection);
        });
    }

    @Nullable CloseReason mayDial(@Nullable PeerId peer, Multiaddr address) {
        if (transport(address) == null) return CloseReason.of(CloseReason.Kind.UNREACHABLE, "no transport for " + address);
        return config.gater().dial(peer, address);
    }

    void dialled(@Nullable PeerId peer, Dialing dialing) {
        if (peer != null) dialings.remove(peer, dialing);
    }

    Names names() {
        return new Names(config.resolver(), loop(), limits());
    }

    @Override
    public Cancellable open(PeerId peer, List<String> ids, OpenOptions options, StreamHandler handler) {
        Cancellable[] now = new Cancellable[1];
        now[0] = connect(peer, (connection, failure) -> {
            if (connection == null) {
                handler.onClose(null, failure == null ? CloseReason.CANCELLED : failure);
            } else {
                boolean here = connection.loop() == loop();
                now[0] = connection.open(ids, options, here ? handler : Bridge.to(loop(), observer(), handler));
            }
        });
        return () -> loop().execute(() -> now[0].cancel());
    }

    @Override
    public <T> Cancellable offload(Supplier<T> work, Loop home, Callback<? super T> done) {
        return config.offload().run(work, home, done);
    }

    // ---- the end

    /**
     * Takes no new streams or connections, waits at most {@code Limits.drainNanos} for the streams there are, and closes all with code
     * SHUTDOWN.
     */
    public void stop(Callback<Void> done) {
        if (stopping) {
            loop().execute(() -> done.done(null, null));
            return;
        }
        stopping = true;
        for (Listener l : listeners) l.close();
        for (Dialing d : dialings.values().toArray(new Dialing[0])) d.end(null, CloseReason.CANCELLED);
        // Streams that protocols keep open for later use would hold up the drain.
        connected.stop();
        for (Protocol p : config.protocols()) guard("stop of ", p, p::stop);
        for (Connection c : connections()) c.drain(Codes.SHUTDOWN);
        Cancellable[] timer = {Cancellable.NONE};
        Runnable[] finish = {() -> {}};
        finish[0] = () -> {
            if (!connected.isEmpty()) return;
            timer[0].cancel();
            connected.whenEmpty(null);
            for (Transport t : config.transports()) t.stop();
            done.done(null, null);
        };
        connected.whenEmpty(() -> finish[0].run());
        timer[0] = loop().schedule(limits().drainNanos(), this::closeAll);
        loop().execute(() -> finish[0].run());
    }

    /** Closes all connections now. */
    public void closeAll() {
        for (Connection c : connections()) c.close(CloseReason.of(CloseReason.Kind.CANCELLED, Codes.SHUTDOWN, "the node is stopping"));
    }

    /** Calls into a protocol; its bugs are its own. */
    void guard(String what, Protocol of, Runnable call) {
        try {
            call.run();
        } catch (RuntimeException e) {
            observer().bug(what + of.ids(), e);
        }
    }

    // ---- facts

    @Override
    public Identity identity() {
        return config.identity();
    }

    @Override
    public Loop loop() {
        return config.loop();
    }

    @Override
    public Rng random() {
        return config.random();
    }

    @Override
    public long epochMillis() {
        return config.epochMillis().getAsLong();
    }

    @Override
    public Crypto crypto() {
        return config.crypto();
    }

    @Override
    public Limits limits() {
        return config.limits();
    }

    @Override
    public List<String> securities() {
        return guesses.ids();
    }

    @Override
    public PeerBook peers() {
        return peers;
    }

    @Override
    public Observer observer() {
        return config.observer();
    }

    @Override
    public Upgrader upgrader() {
        Upgrader u = upgrader;
        if (u == null) {
            BaseConnection.Surroundings surroundings = new BaseConnection.Surroundings(this, limits(), observer());
            u = new Upgrades(new Upgrades.Parts(
                    this, surroundings, config.securities(), config.muxers(), config.workspaces(), config.scope(), config.gater()));
            upgrader = u;
        }
        return u;
    }

    @Override
    public Watch<List<Multiaddr>> addresses() {
        return addresses;
    }

    @Override
    public Watch<List<String>> protocols() {
        return protocols;
    }

    /** The peers that have a connection. */
    public Watch<List<PeerId>> connectedPeers() {
        return connected.watch();
    }
}
