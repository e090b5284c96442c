package libp2p.netty;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshakerFactory;
import io.netty.handler.codec.http.websocketx.WebSocketVersion;
import io.netty.handler.proxy.HttpProxyHandler;
import io.netty.handler.proxy.ProxyHandler;
import io.netty.handler.proxy.Socks5ProxyHandler;
import io.netty.handler.ssl.SslHandler;
import io.netty.resolver.NoopAddressResolverGroup;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.concurrent.TimeUnit;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.net.Connection;
import libp2p.core.net.Dial;
import libp2p.core.net.Upgrader;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;
import libp2p.multiformats.Proto;

/**
 * One attempt to connect over TCP: the socket, the proxy's consent, TLS and the WebSocket where there are such, then the upgrade.
 *
 * <p>On its loop, but for {@link #cancel}. The time for a connect bounds all but the upgrade, which has bounds of its own.
 */
final class NettyDial implements Cancellable {
    private static final int RESPONSE_MAX = 16 * 1024;

    private final NettyLoop loop;
    private final NettyLoops loops;
    private final NettyOptions options;
    private final ServerTls tls;
    private final Dial dial;
    private final Upgrader upgrader;
    private final Callback<? super Connection> done;
    private @Nullable Channel channel;
    private Cancellable under = Cancellable.NONE; // the timer, then the upgrade
    private boolean upgrading;
    private boolean over;

    NettyDial(
            NettyLoop loop,
            NettyLoops loops,
            NettyOptions options,
            ServerTls tls,
            Dial dial,
            Upgrader upgrader,
            Callback<? super Connection> done) {
        this.loop = loop;
        this.loops = loops;
        this.options = options;
        this.tls = tls;
        this.dial = dial;
        this.upgrader = upgrader;
        this.done = done;
    }

    /** Half-closes a plain socket. */
    static void shutdownOutput(Channel channel) {
        if (channel instanceof DuplexChannel duplex) duplex.shutdownOutput();
    }

    /** Begins, from {@code source} if that can be had. */
    void begin(@Nullable InetSocketAddress source, long nanosMax) {
        if (over) return;
        long nanos = dial.deadlineNanos() == 0 ? nanosMax : Math.min(nanosMax, dial.deadlineNanos() - loop.nanoTime());
        if (nanos <= 0) {
            fail(CloseReason.of(CloseReason.Kind.TIMED_OUT, "the deadline has passed"));
            return;
        }
        under = loop.schedule(nanos, () -> fail(CloseReason.of(CloseReason.Kind.TIMED_OUT, "connect")));
        try {
            Multiaddr to = dial.address();
            if (to.port() == 0) throw new IOException("port 0 cannot be dialled");
            connect(WebSocketAddress.is(to) ? WebSocketAddress.of(to) : null, Sockets.socketAddress(to), source, nanos);
        } catch (IOException | RuntimeException e) {
            fail(e);
        }
    }

    private void connect(@Nullable WebSocketAddress ws, InetSocketAddress target, @Nullable InetSocketAddress source, long nanos) {
        NettyOptions.Proxy proxy = options.proxy();
        InetSocketAddress first = proxy == null ? target : at(proxy);
        Bootstrap b = new Bootstrap()
                .group(loop.events())
                .resolver(NoopAddressResolverGroup.INSTANCE)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) Math.min(Integer.MAX_VALUE, TimeUnit.NANOSECONDS.toMillis(nanos) + 1))
                .option(ChannelOption.TCP_NODELAY, options.sockets().noDelay())
                .option(ChannelOption.SO_KEEPALIVE, options.sockets().keepAlive())
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, TcpDoor.WATER_MARK);
        b.handler(new ChannelInitializer<SocketChannel>() {
            @Override
            protected void initChannel(SocketChannel c) throws IOException {
                if (proxy != null) c.pipeline().addLast(handler(proxy, nanos));
                if (ws == null) return;
                if (ws.secure()) c.pipeline().addLast(clientTls(ws, c));
                c.pipeline().addLast(new HttpClientCodec(RESPONSE_MAX, RESPONSE_MAX, RESPONSE_MAX));
                c.pipeline().addLast(new HttpObjectAggregator(RESPONSE_MAX, true), new Asking(ws));
            }
        });
        loops.sockets().connecting(b, first.getAddress(), source, options.sockets().reusePort());
        ChannelFuture f = source == null ? b.connect(target) : b.connect(target, source);
        channel = f.channel();
        f.addListener((ChannelFutureListener) connected -> {
            if (over) connected.channel().close();
            else if (!connected.isSuccess() && source != null) connect(ws, target, null, nanos); // any source is better than no connection
            else if (!connected.isSuccess()) fail(connected.cause());
            else if (ws == null) raw((SocketChannel) connected.channel());
        });
    }

    private SslHandler clientTls(WebSocketAddress ws, SocketChannel c) throws IOException {
        String name = ws.name() == null ? ws.socket().getAddress().getHostAddress() : ws.name();
        return tls.client().newHandler(c.alloc(), name, ws.socket().getPort());
    }

    private static InetSocketAddress at(NettyOptions.Proxy proxy) {
        InetSocketAddress named = proxy.address();
        return named.isUnresolved() ? new InetSocketAddress(named.getHostString(), named.getPort()) : named;
    }

    private static ChannelHandler handler(NettyOptions.Proxy proxy, long nanos) {
        InetSocketAddress at = at(proxy);
        String user = proxy.user();
        String password = proxy.password() == null ? "" : proxy.password();
        ProxyHandler handler;
        if (proxy.kind() == NettyOptions.Proxy.Kind.SOCKS5) {
            handler = user == null ? new Socks5ProxyHandler(at) : new Socks5ProxyHandler(at, user, password);
        } else {
            handler = user == null ? new HttpProxyHandler(at) : new HttpProxyHandler(at, user, password);
        }
        handler.setConnectTimeoutMillis(TimeUnit.NANOSECONDS.toMillis(nanos) + 1);
        return handler;
    }

    private void raw(SocketChannel c) {
        c.config().setAutoRead(false);
        upgrade(pipe(c, NettyDial::shutdownOutput));
    }

    private ChannelPipe pipe(SocketChannel c, ChannelPipe.Finish finish) {
        under.cancel();
        Multiaddr local = Sockets.multiaddr(c.localAddress(), Proto.TCP);
        ChannelPipe pipe = new ChannelPipe(loop, c, local, dial.address(), finish);
        c.pipeline().addLast(pipe);
        return pipe;
    }

    private void upgrade(ChannelPipe pipe) {
        if (over) return;
        upgrading = true;
        under = upgrader.upgrade(pipe, dial, this::upgraded);
    }

    private void upgraded(@Nullable Connection connection, @Nullable CloseReason failure) {
        if (over) return;
        over = true;
        done.done(connection, failure);
    }

    private void fail(Throwable e) {
        fail(CloseReason.of(CloseReason.Kind.UNREACHABLE, String.valueOf(e.getMessage())));
    }

    private void fail(CloseReason reason) {
        if (over) return;
        over = true;
        under.cancel();
        Channel c = channel;
        channel = null;
        if (c != null) c.close();
        loop.execute(() -> done.done(null, reason));
    }

    @Override
    public void cancel() {
        loop.execute(() -> {
            if (upgrading) under.cancel();
            else fail(CloseReason.CANCELLED);
        });
    }

    /** Asks the server for a WebSocket (RFC 6455 4.1), once what lies below is ready. */
    private final class Asking extends ChannelInboundHandlerAdapter {
        private final WebSocketClientHandshaker shaker;

        Asking(WebSocketAddress ws) throws IOException {
            HttpHeaders headers = new DefaultHttpHeaders().set(HttpHeaderNames.HOST, ws.host());
            URI uri;
            try {
                uri = new URI(ws.secure() ? "wss" : "ws", ws.host(), ws.path(), null, null);
            } catch (URISyntaxException e) {
                throw new IOException(e.getMessage(), e);
            }
            shaker = WebSocketClientHandshakerFactory.newHandshaker(
                    uri, WebSocketVersion.V13, null, false, headers, WebSocketFrames.FRAME_MAX);
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            shaker.handshake(ctx.channel());
            ctx.fireChannelActive();
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            try {
                if (over || !(message instanceof FullHttpResponse response)) return;
                SocketChannel c = (SocketChannel) ctx.channel();
                c.config().setAutoRead(false);
                c.pipeline().addLast(new WebSocketFrames());
                ChannelPipe pipe = pipe(c, WebSocketFrames::finish);
                shaker.finishHandshake(c, response);
                ctx.pipeline().remove(this);
                loop.execute(() -> upgrade(pipe)); // in a task, as Netty takes HTTP's codec away
            } catch (RuntimeException e) {
                fail(e);
            } finally {
                ReferenceCountUtil.release(message);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            fail(CloseReason.of(CloseReason.Kind.UNREACHABLE, "the server hung up before there was a WebSocket"));
            ctx.fireChannelInactive();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            fail(cause);
            ctx.close();
        }
    }
}
