package libp2p.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker13;
import io.netty.util.NetUtil;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.regex.Pattern;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;

/** Someone who has connected and must now ask for a WebSocket, in time (RFC 6455 4.2). On the channel's loop. */
final class WebSocketArrival extends ChannelInboundHandlerAdapter {
    private static final String FORWARDED_FOR = "X-Forwarded-For";
    private static final int REQUEST_MAX = 16 * 1024; // of the line, of all headers, and of a body that nobody needs
    private static final List<String> VERSION = List.of("13");
    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9+/]{22}=="); // 16 bytes

    private final TcpArrivals listener;
    private final NettyLoop home;
    private final SocketChannel channel;
    private final Multiaddr local;
    private final boolean throughProxy;
    private Multiaddr remote;
    private boolean admitted;
    private boolean over;
    private Cancellable timer = Cancellable.NONE;

    WebSocketArrival(TcpArrivals listener, NettyLoop home, SocketChannel channel) {
        this.listener = listener;
        this.home = home;
        this.channel = channel;
        this.local = listener.local(channel);
        this.remote = listener.remote(channel);
        this.throughProxy = listener.isProxy(channel);
        this.admitted = !throughProxy;
    }

    void begin() {
        CloseReason late = CloseReason.of(CloseReason.Kind.TIMED_OUT, "no request for a WebSocket");
        timer = home.schedule(listener.patienceNanos(), () -> fail(late));
        ChannelPipeline p = channel.pipeline();
        if (listener.form().tls() != null) p.addLast(listener.form().tls().newHandler(channel.alloc()));
        http(p);
        p.addLast(this);
        channel.config().setAutoRead(true); // until there is a pipe; all that comes before is bounded
    }

    /** What makes whole requests of bytes, within bounds. */
    static void http(ChannelPipeline p) {
        p.addLast(new HttpServerCodec(new HttpDecoderConfig().setMaxInitialLineLength(REQUEST_MAX).setMaxHeaderSize(REQUEST_MAX)));
        p.addLast(new HttpObjectAggregator(REQUEST_MAX, true));
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            if (over) return;
            if (message instanceof FullHttpRequest request) answer(ctx, request);
            else fail(CloseReason.of(CloseReason.Kind.VIOLATION, "not a request for a WebSocket"));
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void answer(ChannelHandlerContext ctx, FullHttpRequest request) {
        HttpResponseStatus no = refusal(request);
        if (no != null) {
            refuse(ctx, no);
            return;
        }
        channel.config().setAutoRead(false);
        ChannelPipe pipe = new ChannelPipe(home, channel, local, remote, WebSocketFrames::finish);
        channel.pipeline().addLast(new WebSocketFrames(), pipe);
        grant(channel, request);
        over = true;
        timer.cancel();
        ctx.pipeline().remove(this);
        listener.hand(home, pipe);
    }

    /** Answers a request in which there is no {@link #problem}; frames follow. */
    static void grant(Channel channel, FullHttpRequest request) {
        WebSocketDecoderConfig config =
                WebSocketDecoderConfig.newBuilder().maxFramePayloadLength(WebSocketFrames.FRAME_MAX).withUTF8Validator(false).build();
        new WebSocketServerHandshaker13(request.uri(), null, config).handshake(channel, request);
    }

    private @Nullable HttpResponseStatus refusal(FullHttpRequest request) {
        HttpResponseStatus no = problem(request, listener.form().path());
        if (no != null) return no;
        if (!throughProxy) return null;
        InetAddress client = forwardedFor(request.headers().getAll(FORWARDED_FOR));
        if (client != null) remote = listener.remote(channel, client);
        admitted = listener.admit(local, remote);
        return admitted ? null : HttpResponseStatus.SERVICE_UNAVAILABLE;
    }

    /** What is wrong with a request for a WebSocket at that path, any if null (RFC 6455 4.2.1); null if nothing is. */
    static @Nullable HttpResponseStatus problem(FullHttpRequest request, @Nullable String wanted) {
        String path = request.decoderResult().isSuccess() ? path(request.uri()) : null;
        if (path == null) return HttpResponseStatus.BAD_REQUEST;
        if (wanted != null && !path.equals(wanted)) return HttpResponseStatus.NOT_FOUND;
        if (!request.method().equals(HttpMethod.GET)) return HttpResponseStatus.METHOD_NOT_ALLOWED;
        HttpHeaders h = request.headers();
        boolean upgrade = h.contains(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true) // alone, as the library wants it
                && h.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true);
        if (!upgrade || !h.getAll(HttpHeaderNames.SEC_WEBSOCKET_VERSION).equals(VERSION)) return HttpResponseStatus.UPGRADE_REQUIRED;
        List<String> keys = h.getAll(HttpHeaderNames.SEC_WEBSOCKET_KEY);
        return keys.size() == 1 && KEY.matcher(keys.get(0)).matches() ? null : HttpResponseStatus.BAD_REQUEST;
    }

    private static @Nullable String path(String uri) {
        try {
            return new QueryStringDecoder(uri).path();
        } catch (IllegalArgumentException e) {
            return null; // escaped as nothing is
        }
    }

    /** Whom the proxy that we trust saw: the last entry, since all before it may have been made up by the peer. */
    static @Nullable InetAddress forwardedFor(List<String> headers) {
        if (headers.isEmpty()) return null;
        String last = headers.get(headers.size() - 1);
        String text = last.substring(last.lastIndexOf(',') + 1).trim();
        byte[] ip = NetUtil.createByteArrayFromIpAddressString(text);
        try {
            return ip == null ? null : InetAddress.getByAddress(ip);
        } catch (UnknownHostException e) {
            return null;
        }
    }

    private void refuse(ChannelHandlerContext ctx, HttpResponseStatus status) {
        over = true;
        timer.cancel();
        DefaultFullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status);
        response.headers().set(HttpHeaderNames.CONTENT_LENGTH, 0).set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        if (status.equals(HttpResponseStatus.UPGRADE_REQUIRED)) {
            response.headers().set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET).set(HttpHeaderNames.SEC_WEBSOCKET_VERSION, VERSION);
        }
        ctx.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
        tell(CloseReason.of(CloseReason.Kind.UNSUPPORTED, "no WebSocket was asked for as it should be: " + status));
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        fail(CloseReason.of(CloseReason.Kind.LOST, "gone before it asked for a WebSocket"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        fail(CloseReason.of(CloseReason.Kind.LOST, String.valueOf(cause.getMessage())));
    }

    private void fail(CloseReason why) {
        if (over) return;
        over = true;
        timer.cancel();
        channel.close();
        tell(why);
    }

    private void tell(CloseReason why) {
        if (admitted) listener.failed(local, remote, why);
    }
}
