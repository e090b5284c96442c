package libp2p.netty;

import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
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
import libp2p.jvm.HostLoops;
import libp2p.jvm.TcpOptions;
import libp2p.multiformats.Component;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;
import libp2p.multiformats.Proto;

/**
 * WebSocket, QUIC, WebTransport, WebRTC-direct, and plain TCP where it shall share a WebSocket's port, on Netty's loops:
 * {@code /ip4|ip6/…/tcp/…} with {@code /ws}, {@code /wss}, {@code /tls/ws} or {@code /tls/sni/…/ws} and perhaps {@code /http-path/…};
 * {@code /ip4|ip6/…/udp/…} with {@code /quic-v1}, {@code /quic-v1/webtransport} or {@code /webrtc-direct}.
 *
 * <p>It has as many loops as the node, which are made when first needed; or it shares the node's, if those are {@link #loops()}: then a
 * connection of any transport can live on the thread of the protocols that it carries, without a hop between two, and plain TCP is
 * this transport's too, whatever its options say. Names must have been resolved.
 */
public final class NettyTransport implements Transport {
    private final NettyOptions options;
    private final ServerTls tls;
    private final List<TcpDoor> doors = new ArrayList<>(); // on the node's loop
    private @Nullable Node node;
    private int loopCount;
    private @Nullable NettyLoops loops; // on the node's loop
    private boolean shares; // the node's loops
    private @Nullable QuicTransport quic; // on the node's loop
    private @Nullable WtTransport wt; // on the node's loop
    private @Nullable RtcTransport rtc; // on the node's loop

    /** With {@link NettyOptions#DEFAULT}. */
    public NettyTransport() {
        this(NettyOptions.DEFAULT);
    }

    /** With other options. */
    public NettyTransport(NettyOptions options) {
        this.options = options;
        this.tls = new ServerTls(options);
    }

    @Override
    public void start(Node forNode, List<Loop> over) {
        if (node != null) throw new IllegalStateException("started twice");
        node = forNode;
        loopCount = Math.max(1, over.size());
        if (!over.isEmpty() && over.get(0) instanceof NettyLoop one) {
            loops = one.all();
            shares = true;
        }
    }

    /**
     * Netty's event loops, by epoll where it has that, as loops for a whole host: {@code Host.builder().loops(NettyTransport.loops())}. All
     * of its transports run on them, and nothing runs besides.
     */
    public static HostLoops.Factory loops() {
        return loops(true);
    }

    /** The same, by epoll or by Java's selectors. */
    public static HostLoops.Factory loops(boolean epoll) {
        return (count, clock, observer) -> new NettyLoops(count, epoll, clock, observer);
    }

    private Node node() {
        Node n = node;
        if (n == null) throw new IllegalStateException("not started");
        return n;
    }

    private NettyLoops mine() {
        NettyLoops l = loops;
        if (l == null) {
            Loop home = node().loop();
            l = new NettyLoops(loopCount, options.epoll(), home::nanoTime, node().observer());
            loops = l;
        }
        return l;
    }

    QuicTransport quic() {
        QuicTransport q = quic;
        if (q == null) {
            q = new QuicTransport(node(), mine(), options);
            quic = q;
        }
        return q;
    }

    private WtTransport wt() {
        WtTransport w = wt;
        if (w == null) {
            w = new WtTransport(node(), mine(), options, quic());
            wt = w;
        }
        return w;
    }

    RtcTransport rtc() {
        RtcTransport r = rtc;
        if (r == null) {
            r = new RtcTransport(node(), mine(), options, quic().sockets());
            rtc = r;
        }
        return r;
    }

    @Override
    public boolean handles(Multiaddr address) {
        if (QuicTransport.is(address) || WtTransport.is(address)) return true;
        if (RtcTransport.is(address) || WebSocketAddress.is(address)) return true;
        return (options.tcp() || shares) && isDialable(address);
    }

    private static boolean isTcp(Multiaddr address) {
        int prefix = Sockets.prefix(address, Proto.TCP);
        return prefix > 0 && prefix == address.components().size();
    }

    /** The same, and perhaps the security protocol that is spoken there. */
    private static boolean isDialable(Multiaddr address) {
        List<Component> parts = address.components();
        int prefix = Sockets.prefix(address, Proto.TCP);
        if (prefix == 0 || parts.size() != prefix + 1) return isTcp(address);
        return parts.get(prefix).proto() == Proto.NOISE || parts.get(prefix).proto() == Proto.TLS;
    }

    @Override
    public Cancellable dial(Dial dial, Callback<? super Connection> done) {
        Dial plain = dial.at(dial.address().unmapped());
        if (QuicTransport.is(plain.address())) return quic().dial(plain, done);
        if (WtTransport.is(plain.address())) return wt().dial(plain, done);
        if (RtcTransport.is(plain.address())) return rtc().dial(plain, done);
        NettyLoop loop = mine().next();
        NettyDial attempt = new NettyDial(loop, mine(), options, tls, plain, node().upgrader(), done);
        InetSocketAddress source = source(plain);
        loop.execute(() -> attempt.begin(source, node().limits().connectNanos()));
        return attempt;
    }

    /** Where to connect from; null leaves it to the system, and so does a proxy. */
    private @Nullable InetSocketAddress source(Dial dial) {
        byte[] ip = dial.address().ip();
        if (ip == null || options.proxy() != null) return null;
        List<TcpOptions.Bound> bound = new ArrayList<>();
        for (TcpDoor d : doors) if (d.isBound()) bound.add(d.source());
        try {
            return options.sockets().source(bound, InetAddress.getByAddress(ip), dial.fromListenPort());
        } catch (UnknownHostException e) {
            return null; // the dial itself will tell
        }
    }

    // ---- listening

    @Override
    public Cancellable listen(Multiaddr address, Accept accept, Callback<? super Listener> bound) {
        AtomicBoolean cancelled = new AtomicBoolean();
        Callback<Listener> told = (listener, failure) -> told(listener, failure, cancelled, bound);
        if (QuicTransport.is(address)) quic().listen(address, accept, told);
        else if (WtTransport.is(address)) wt().listen(address, accept, told);
        else if (RtcTransport.is(address)) rtc().listen(address, accept, told);
        else listenOnTcp(address, accept, told);
        return () -> cancelled.set(true);
    }

    private void listenOnTcp(Multiaddr address, Accept accept, Callback<Listener> bound) {
        InetSocketAddress at;
        TcpArrivals.Form form;
        try {
            at = Sockets.socketAddress(address.unmapped());
            form = form(address);
        } catch (IOException e) {
            CloseReason why = CloseReason.of(CloseReason.Kind.REFUSED, address + ": " + e.getMessage());
            mine().next().execute(() -> bound.done(null, why));
            return;
        }
        listen(at, form, accept, bound);
    }

    /** On the node's loop. */
    private void listen(InetSocketAddress at, TcpArrivals.Form form, Accept accept, Callback<Listener> bound) {
        NettyLoops all = mine();
        TcpDoor there = door(at);
        TcpDoor door = there == null ? new TcpDoor(all.next(), all, at, node().limits().selectNanos()) : there;
        if (there == null) doors.add(door);
        Callback<Listener> told = (listener, failure) -> {
            if (failure != null && !door.isBound()) node().loop().execute(() -> doors.remove(door));
            bound.done(listener, failure);
        };
        boolean shared = ours(at.getPort());
        door.loop().execute(() -> {
            if (!door.isOver()) enter(door, at, shared, form, accept, told);
            else node().loop().execute(() -> {
                doors.remove(door); // its last listener has gone meanwhile
                listen(at, form, accept, bound);
            });
        });
    }

    private static void told(
            @Nullable Listener listener, @Nullable CloseReason failure, AtomicBoolean cancelled, Callback<? super Listener> bound) {
        if (listener == null || !cancelled.get()) {
            bound.done(listener, failure);
            return;
        }
        listener.close();
        bound.done(null, CloseReason.CANCELLED);
    }

    private void enter(
            TcpDoor door, InetSocketAddress at, boolean portIsOurs, TcpArrivals.Form form, Accept accept, Callback<Listener> told) {
        door.bind(options.sockets(), portIsOurs, (socket, failure) -> {
            if (failure == null) stand(door, form, accept, told);
            else told.done(null, CloseReason.of(failure.kind(), at + ": " + failure.detail()));
        });
    }

    private void stand(TcpDoor door, TcpArrivals.Form form, Accept accept, Callback<Listener> told) {
        Runnable emptied = () -> node().loop().execute(() -> doors.remove(door));
        TcpArrivals listener =
                new TcpArrivals(door, mine(), options, form, accept, node().upgrader(), node().limits().selectNanos(), emptied);
        if (!door.add(form.kind(), listener)) {
            told.done(null, CloseReason.of(CloseReason.Kind.REFUSED, door.bound() + " is listened on already"));
            return;
        }
        listener.begin(() -> told.done(listener, null));
    }

    private TcpArrivals.Form form(Multiaddr address) throws IOException {
        if (!WebSocketAddress.is(address) && !isTcp(address)) throw new IOException("not an address to listen on");
        if (!WebSocketAddress.is(address)) return new TcpArrivals.Form(TcpDoor.Kind.RAW, List.of(), null, null);
        WebSocketAddress ws = WebSocketAddress.of(address);
        SslContext context = null;
        if (ws.secure()) {
            if (!tls.canListen()) throw new IOException("needs a certificate: give the transport a key store (NettyOptions.keyStore)");
            context = tls.server();
        }
        TcpDoor.Kind kind = ws.secure() ? TcpDoor.Kind.SECURE : TcpDoor.Kind.PLAIN;
        return new TcpArrivals.Form(kind, ws.suffix(), ws.anyPath() ? null : ws.path(), context);
    }

    private boolean ours(int port) {
        for (TcpDoor d : doors) if (d.isBound() && d.bound().getPort() == port) return true;
        return false;
    }

    /** The door that is, or is about to be, bound to that address and port. */
    private @Nullable TcpDoor door(InetSocketAddress at) {
        for (TcpDoor d : doors) if (d.is(at)) return d;
        return null;
    }

    @Override
    public void stop() {
        RtcTransport r = rtc;
        rtc = null;
        if (r != null) r.stop();
        wt = null;
        QuicTransport q = quic;
        quic = null;
        if (q != null) q.stop();
        NettyLoops l = loops;
        loops = null;
        if (l != null && !shares) l.end();
    }
}
