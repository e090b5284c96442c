package libp2p.jvm;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Supplier;
import libp2p.core.CloseReason;
import libp2p.core.Watch;
import libp2p.core.net.Accept;
import libp2p.core.net.Listener;
import libp2p.core.net.Upgrader;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;

/**
 * A listening socket: asks whether those who arrive may come in, and hands them to the upgrader on a loop each. On its loop, but for what
 * {@link Listener} allows.
 */
final class TcpListener implements Listener, NioLoop.Channel {
    /** How many arrivals one wake-up takes before other sockets have their turn. */
    static final int ACCEPTS_PER_TURN = 64;

    /** The pause after the system had no more descriptors, which trying again at once would not bring. */
    static final long PAUSE_NANOS = 100_000_000;

    /** Takes one arrival from the socket; null if there is none. */
    interface Source {
        @Nullable SocketChannel next() throws IOException;
    }

    private final NioLoop loop;
    private final ServerSocketChannel server;
    private final InetSocketAddress bound;
    private final TcpOptions options;
    private final Accept accept;
    private final Upgrader upgrader;
    private final Supplier<NioLoop> homes;
    private final Runnable closed;
    private final Watch.Cell<List<Multiaddr>> addresses = new Watch.Cell<>(List.of());
    private @Nullable SelectionKey key;
    private volatile int prefixBits;
    private boolean over;

    TcpListener(
            NioLoop loop,
            ServerSocketChannel server,
            TcpOptions options,
            Accept accept,
            Upgrader upgrader,
            Supplier<NioLoop> homes,
            Runnable closed)
            throws IOException {
        this.loop = loop;
        this.server = server;
        this.bound = (InetSocketAddress) server.getLocalAddress();
        this.options = options;
        this.accept = accept;
        this.upgrader = upgrader;
        this.homes = homes;
        this.closed = closed;
    }

    /** Begins to accept. */
    void begin() throws IOException {
        key = loop.register(server, SelectionKey.OP_ACCEPT, this);
    }

    @Override
    public Watch<List<Multiaddr>> addresses() {
        return addresses;
    }

    /** What it is bound to. */
    InetSocketAddress bound() {
        return bound;
    }

    /** Where it accepts. */
    NioLoop home() {
        return loop;
    }

    /** Whether it is bound to all addresses of its family. */
    boolean unspecified() {
        return bound.getAddress().isAnyLocalAddress();
    }

    /** What it is bound to, as a source of dials. */
    TcpOptions.Bound source() {
        return new TcpOptions.Bound(bound, prefixBits);
    }

    /**
     * Takes in what addresses the machine has now. Those of links are left out, since they mean nothing to others. Legal from any thread.
     */
    void hostAddresses(List<HostAddress> now) {
        if (!server.isOpen()) return;
        InetAddress own = bound.getAddress();
        if (!unspecified()) {
            for (HostAddress a : now) if (a.address().equals(own)) prefixBits = a.prefixBits();
            addresses.set(List.of(TcpSockets.multiaddr(own, bound.getPort())));
            return;
        }
        TreeSet<Multiaddr> found = new TreeSet<>();
        for (HostAddress a : now) {
            InetAddress one = a.address();
            boolean fits = a.six() == own instanceof Inet6Address && !one.isLinkLocalAddress() && !one.isMulticastAddress();
            if (fits) found.add(TcpSockets.multiaddr(one, bound.getPort()));
        }
        addresses.set(List.of(found.toArray(new Multiaddr[0])));
    }

    @Override
    public void ready(SelectionKey ready) {
        acceptFrom(server::accept);
    }

    /** Takes arrivals until there are none, or their share is used up. */
    void acceptFrom(Source source) {
        for (int n = 0; n < ACCEPTS_PER_TURN && !over; n++) {
            SocketChannel arrived;
            try {
                arrived = source.next();
            } catch (IOException e) {
                pause();
                return;
            }
            if (arrived == null) return;
            admit(arrived);
        }
    }

    private void pause() {
        SelectionKey k = key;
        if (over || k == null || !k.isValid()) return;
        k.interestOps(0);
        loop.schedule(PAUSE_NANOS, () -> {
            if (!over && k.isValid()) k.interestOps(SelectionKey.OP_ACCEPT);
        });
    }

    private void admit(SocketChannel arrived) {
        Multiaddr local;
        Multiaddr remote;
        try {
            local = TcpSockets.multiaddr(arrived.getLocalAddress());
            remote = TcpSockets.multiaddr(arrived.getRemoteAddress());
        } catch (IOException | RuntimeException e) {
            TcpSockets.close(arrived); // gone before it was looked at
            return;
        }
        CloseReason refusal;
        try {
            refusal = accept.admit(local, remote);
        } catch (RuntimeException e) {
            loop.observer().bug("admit " + remote, e);
            TcpSockets.close(arrived);
            return;
        }
        if (refusal != null) {
            TcpSockets.close(arrived);
            return;
        }
        NioLoop home = homes.get();
        if (home == loop) enter(home, arrived, local, remote);
        else home.execute(() -> enter(home, arrived, local, remote));
    }

    /** On the loop that the connection will live on. */
    private void enter(NioLoop home, SocketChannel arrived, Multiaddr local, Multiaddr remote) {
        TcpPipe pipe;
        try {
            arrived.configureBlocking(false);
            TcpSockets.configure(arrived, options);
            pipe = new TcpPipe(home, arrived, home.register(arrived, 0, new Orphan(arrived)), local, remote);
        } catch (IOException | RuntimeException e) {
            TcpSockets.close(arrived);
            accept.failed(local, remote, CloseReason.of(CloseReason.Kind.LOST, String.valueOf(e.getMessage())));
            return;
        }
        upgrader.accept(pipe, accept);
    }

    /** A registered socket in the moment before its pipe is made. */
    private record Orphan(SocketChannel channel) implements NioLoop.Channel {
        @Override
        public void ready(SelectionKey key) {}

        @Override
        public void broken(@Nullable Throwable bug) {
            TcpSockets.close(channel);
        }
    }

    @Override
    public void broken(@Nullable Throwable bug) {
        end();
    }

    @Override
    public void close() {
        if (loop.isCurrent()) end();
        else loop.execute(this::end);
    }

    private void end() {
        if (over) return;
        over = true;
        TcpSockets.close(server);
        addresses.set(List.of());
        closed.run();
    }
}
