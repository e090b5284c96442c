package libp2p.testkit;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Loop;
import libp2p.core.Watch;
import libp2p.core.net.Accept;
import libp2p.core.net.Connection;
import libp2p.core.net.Dial;
import libp2p.core.net.Listener;
import libp2p.core.net.Transport;
import libp2p.core.node.Node;
import libp2p.core.node.TallyScope;
import libp2p.core.wire.BaseConnection;
import libp2p.core.wire.KnownConnection;
import libp2p.core.wire.Streams;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;
import libp2p.multiformats.Proto;

/**
 * Connects nodes of one process on {@code /memory/NAME}: over pipes, or without security and muxer, with streams that carry stop and codes.
 *
 * <p>For nodes whose loops share a thread, such as {@link TestLoop}s of one clock.
 */
public final class MemoryTransport implements Transport {

    /** Where transports meet. */
    public static final class Network {
        private final Map<Multiaddr, Listening> listeners = new LinkedHashMap<>();
        private int dialled;
        private int cut = Integer.MAX_VALUE;
        private int window = 64 * 1024;
        private boolean limited;
        private boolean wired;
        private long latencyNanos;
        private @Nullable Multiaddr from;
        private @Nullable Consumer<PipePair> prepare;
        private final List<Multiaddr> silent = new ArrayList<>();
        private final List<Multiaddr> dials = new ArrayList<>();

        /** From now on bytes arrive in pieces of at most this many, each in a task of its own. */
        public Network cut(int size) {
            cut = size;
            return this;
        }

        /** Streams that are opened from now on hold at most this many unread bytes, each way. */
        public Network window(int size) {
            window = size;
            return this;
        }

        /** Connections that are made from now on are limited, or not. */
        public Network limited(boolean yes) {
            limited = yes;
            return this;
        }

        /** Connections that are made from now on are pipes that the nodes upgrade (true), or whole from the start. */
        public Network wired(boolean yes) {
            wired = yes;
            return this;
        }

        /** Pipes that are made from now on carry bytes one way in this time, and take a round trip to be made, as TCP does. */
        public Network latency(long nanos) {
            latencyNanos = nanos;
            return this;
        }

        /** Who dials from now on comes from there; null for an address of its own each time. */
        public Network from(@Nullable Multiaddr address) {
            from = address;
            return this;
        }

        /** Each pipe that is made from now on is shown to the test before its first byte; null for no more. */
        public Network pipes(@Nullable Consumer<PipePair> shown) {
            prepare = shown;
            return this;
        }

        /** On each pipe that is made from now on, what is proposed under this id comes to the listener under one that nobody has. */
        public Network hiding(String id) {
            String other = "/" + "x".repeat(id.length() - 1);
            return pipes(pipe -> pipe.dialer.changed(bytes -> new String(bytes, StandardCharsets.ISO_8859_1)
                    .replace(id + "\n", other + "\n")
                    .getBytes(StandardCharsets.ISO_8859_1)));
        }

        /** Dials of this address are never answered. */
        public Network silent(Multiaddr address) {
            silent.add(address);
            return this;
        }

        /** What has been dialled so far. */
        public List<Multiaddr> dials() {
            return dials;
        }

        /**
         * Arrives at an address with nobody behind it but the test, which gets the dialler's end of the pipe, on the listener's loop; or
         * the reason why it was not admitted.
         */
        public void arrive(Multiaddr at, Callback<? super PipePair.End> done) {
            Listening there = listeners.get(at);
            if (there == null) throw new IllegalArgumentException("nobody listens on " + at);
            Multiaddr source = source();
            CloseReason no = there.accept.admit(at, source);
            if (no != null) {
                done.done(null, no);
                return;
            }
            Loop loop = there.transport.loop();
            PipePair pipes = new PipePair(loop, loop, source, at).cut(cut);
            loop.execute(() -> there.transport.node.upgrader().accept(pipes.listener, there.accept));
            done.done(pipes.dialer, null);
        }

        private Multiaddr source() {
            Multiaddr given = from;
            return given != null ? given : Multiaddr.of("/memory/dialler" + dialled++);
        }

        int cut() {
            return cut;
        }

        int window() {
            return window;
        }
    }

    private record Listening(MemoryTransport transport, Accept accept) {}

    private final Network network;
    private @Nullable Node node;
    private List<Loop> loops = List.of();
    private int next;

    /** A transport that meets those of the same network. */
    public MemoryTransport(Network network) {
        this.network = network;
    }

    @Override
    public void start(Node owner, List<Loop> spread) {
        node = owner;
        loops = spread;
    }

    @Override
    public boolean handles(Multiaddr address) {
        return address.has(Proto.MEMORY);
    }

    @Override
    public Cancellable dial(Dial dial, Callback<? super Connection> done) {
        Loop here = loop();
        network.dials.add(dial.address());
        if (network.silent.contains(dial.address())) return () -> here.execute(() -> done.done(null, CloseReason.CANCELLED));
        here.execute(() -> {
            Listening there = network.listeners.get(dial.address());
            Multiaddr from = network.source();
            if (there == null) {
                done.done(null, CloseReason.of(CloseReason.Kind.UNREACHABLE, "nobody listens"));
                return;
            }
            if (!network.wired && dial.expected() != null && !dial.expected().equals(there.transport.node.identity().id())) {
                done.done(null, CloseReason.of(CloseReason.Kind.VIOLATION, "another peer"));
                return;
            }
            CloseReason no = there.accept.admit(dial.address(), from);
            if (no != null) {
                done.done(null, no);
                return;
            }
            Loop far = there.transport.loop();
            if (network.wired) {
                wire(new PipePair(here, far, from, dial.address()), there, dial, done);
                return;
            }
            MemoryConnection near = end(this, here, there.transport, from, dial.address(), false);
            MemoryConnection other = end(there.transport, far, this, dial.address(), from, true);
            near.join(other);
            other.join(near);
            far.execute(() -> there.accept.accepted(other));
            done.done(near, null);
        });
        return Cancellable.NONE;
    }

    private void wire(PipePair pipes, Listening there, Dial dial, Callback<? super Connection> done) {
        Loop here = pipes.dialer.loop();
        Loop far = pipes.listener.loop();
        long latency = network.latencyNanos;
        pipes.cut(network.cut).latency(latency);
        Consumer<PipePair> prepare = network.prepare;
        if (prepare != null) prepare.accept(pipes);
        Runnable accept = () -> there.transport.node.upgrader().accept(pipes.listener, there.accept);
        if (latency == 0) {
            far.execute(accept);
            node.upgrader().upgrade(pipes.dialer, dial, done);
            return;
        }
        far.schedule(3 * latency, accept); // the third packet of TCP's handshake, which the first bytes may go with
        here.schedule(2 * latency, () -> node.upgrader().upgrade(pipes.dialer, dial, done));
    }

    @Override
    public Cancellable listen(Multiaddr address, Accept accept, Callback<? super Listener> bound) {
        network.listeners.put(address, new Listening(this, accept));
        Watch<List<Multiaddr>> addresses = new Watch<>(List.of(address));
        Listener listener = new Listener() {
            @Override
            public Watch<List<Multiaddr>> addresses() {
                return addresses;
            }

            @Override
            public void close() {
                network.listeners.remove(address);
            }
        };
        loop().execute(() -> bound.done(listener, null));
        return Cancellable.NONE;
    }

    private Loop loop() {
        return loops.get(next++ % loops.size());
    }

    private static MemoryConnection end(
            MemoryTransport own, Loop loop, MemoryTransport other, Multiaddr local, Multiaddr remote, boolean inbound) {
        Node there = other.node;
        Node here = own.node;
        KnownConnection.Facts facts = new KnownConnection.Facts(
                loop, there.identity().id(), there.identity().publicKey(), local, remote, inbound, own.network.limited, null, null);
        BaseConnection.Surroundings surroundings = new BaseConnection.Surroundings((Streams) here, here.limits(), here.observer());
        return new MemoryConnection(facts, surroundings, new TallyScope(here.limits()).connection(), own.network);
    }
}
