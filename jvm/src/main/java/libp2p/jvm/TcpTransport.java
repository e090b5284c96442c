package libp2p.jvm;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Loop;
import libp2p.core.net.Accept;
import libp2p.core.net.Connection;
import libp2p.core.net.Dial;
import libp2p.core.net.Listener;
import libp2p.core.net.Transport;
import libp2p.core.node.Node;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;

/**
 * TCP over IPv4 and IPv6: {@code /ip4|ip6/.../tcp/...}, the latter also with {@code /ip6zone}. Names must have been resolved.
 *
 * <p>Its loops must be {@link NioLoop}s; connections go round over them.
 */
public final class TcpTransport implements Transport {
    private final TcpOptions options;
    private final Executor mayBlock;
    private final CopyOnWriteArrayList<TcpListener> listeners = new CopyOnWriteArrayList<>();
    // Each has its own turn: one for all would give every other loop only arrivals, where a node dials itself or dials and accepts alike.
    private final AtomicInteger dials = new AtomicInteger();
    private final AtomicInteger arrivals = new AtomicInteger();
    private final AtomicBoolean polling = new AtomicBoolean();
    private List<NioLoop> loops = List.of();
    private final AtomicBoolean prepared = new AtomicBoolean();
    private @Nullable Node node;
    private volatile boolean stopped;

    /** With {@link TcpOptions#DEFAULT}. */
    public TcpTransport() {
        this(TcpOptions.DEFAULT);
    }

    /** With other options. */
    public TcpTransport(TcpOptions options) {
        this(options, Threads::run);
    }

    TcpTransport(TcpOptions options, Executor mayBlock) {
        this.options = options;
        this.mayBlock = mayBlock;
    }

    @Override
    public void start(Node forNode, List<Loop> over) {
        if (node != null) throw new IllegalStateException("started twice");
        if (over.isEmpty()) throw new IllegalArgumentException("no loops");
        List<NioLoop> mine = new ArrayList<>();
        for (Loop l : over) {
            if (!(l instanceof NioLoop n)) throw new IllegalArgumentException("TcpTransport runs on NioLoops, not on " + l);
            mine.add(n);
        }
        loops = mine;
        node = forNode;
    }

    @Override
    public boolean handles(Multiaddr address) {
        return TcpSockets.isDialable(address);
    }

    @Override
    public Cancellable dial(Dial dial, Callback<? super Connection> done) {
        Node n = started();
        NioLoop loop = next(dials);
        Dial plain = dial.at(dial.address().unmapped());
        if (!handles(plain.address())) {
            loop.execute(() -> done.done(null, CloseReason.of(CloseReason.Kind.UNREACHABLE, "not a TCP address: " + dial.address())));
            return Cancellable.NONE;
        }
        prepare(n, loop);
        TcpDial attempt = new TcpDial(loop, plain, options, n.upgrader(), done);
        loop.execute(() -> attempt.begin(source(plain), n.limits().connectNanos()));
        return attempt;
    }

    /**
     * Loads what a handshake needs while the first dial waits for the network; a node that is alone stays small. If it fails, so does the
     * handshake, and says why.
     */
    private void prepare(Node n, NioLoop loop) {
        if (!(n.crypto() instanceof JvmCrypto) || !prepared.compareAndSet(false, true)) return;
        JvmCrypto primitives = (JvmCrypto) n.crypto();
        n.<Void>offload(
                () -> {
                    primitives.prepare();
                    return null;
                },
                loop,
                (nothing, failure) -> {});
    }

    @Override
    public Cancellable listen(Multiaddr address, Accept accept, Callback<? super Listener> bound) {
        started();
        NioLoop loop = next(arrivals);
        AtomicBoolean cancelled = new AtomicBoolean();
        mayBlock.execute(() -> {
            List<HostAddress> now = options.hostAddresses().get();
            loop.execute(() -> {
                if (cancelled.get() || stopped) bound.done(null, CloseReason.CANCELLED);
                else listen(loop, address.unmapped(), accept, now, bound);
            });
        });
        return () -> cancelled.set(true);
    }

    private void listen(NioLoop loop, Multiaddr address, Accept accept, List<HostAddress> now, Callback<? super Listener> bound) {
        ServerSocketChannel server = null;
        TcpListener listener;
        try {
            if (!TcpSockets.isTcp(address)) throw new IOException("not a TCP address to listen on");
            InetSocketAddress at = TcpSockets.socketAddress(address);
            server = TcpSockets.listen(at, options, ours(at.getPort()));
            TcpListener[] self = new TcpListener[1];
            Runnable closed = () -> listeners.remove(self[0]);
            listener = new TcpListener(loop, server, options, accept, started().upgrader(), () -> next(arrivals), closed);
            self[0] = listener;
            listener.hostAddresses(now);
            listeners.add(listener);
            listener.begin();
        } catch (IOException | RuntimeException e) {
            if (server != null) TcpSockets.close(server);
            String why = address + ": " + e.getMessage();
            bound.done(null, e instanceof IOException ? CloseReason.of(CloseReason.Kind.REFUSED, why) : CloseReason.bug(e));
            return;
        }
        if (listener.unspecified()) poll(loop);
        bound.done(listener, null);
    }

    @Override
    public void stop() {
        stopped = true;
        for (TcpListener l : listeners) l.close();
    }

    private Node started() {
        Node n = node;
        if (n == null) throw new IllegalStateException("not started");
        return n;
    }

    private NioLoop next(AtomicInteger turn) {
        return loops.get(Math.floorMod(turn.getAndIncrement(), loops.size()));
    }

    private boolean ours(int port) {
        for (TcpListener l : listeners) if (l.bound().getPort() == port) return true;
        return false;
    }

    // ---- the machine's addresses

    /** Looks at the machine's addresses again and again, while a listener wants to know. */
    private void poll(NioLoop loop) {
        if (!polling.compareAndSet(false, true)) return;
        loop.schedule(options.interfacePollNanos(), () -> mayBlock.execute(() -> {
            List<HostAddress> now = options.hostAddresses().get();
            polling.set(false); // before the look at the listeners: one that comes now either is seen here or polls itself
            boolean wanted = false;
            for (TcpListener l : listeners) {
                l.hostAddresses(now);
                wanted |= l.unspecified();
            }
            if (wanted && !stopped) loop.execute(() -> poll(loop));
        }));
    }

    /** Where to connect from; null leaves it to the system. */
    private @Nullable InetSocketAddress source(Dial dial) {
        InetAddress target;
        try {
            target = TcpSockets.socketAddress(dial.address()).getAddress();
        } catch (IOException e) {
            return null; // the dial itself will tell
        }
        return source(target, dial.fromListenPort());
    }

    /** Of our listeners, as {@link TcpOptions#source} chooses. */
    @Nullable InetSocketAddress source(InetAddress target, boolean fromListenPort) {
        List<TcpOptions.Bound> bound = new ArrayList<>();
        for (TcpListener l : listeners) bound.add(l.source());
        return options.source(bound, target, fromListenPort);
    }
}
