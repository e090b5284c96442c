package libp2p.netty;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.util.EnumMap;
import java.util.Map;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.jvm.TcpOptions;
import libp2p.multiformats.Nullable;

/**
 * A listening socket that one or several listeners stand behind: what arrives is for the only one, or for the one whose kind the first
 * byte tells. On its loop.
 */
final class TcpDoor {
    /** What can be spoken behind a TCP port. */
    enum Kind {
        /** multistream-select at once: begins with the length of its first message. */
        RAW,
        /** HTTP: begins with a method. */
        PLAIN,
        /** TLS: begins with a handshake record. */
        SECURE;

        private static final int TLS_HANDSHAKE = 22;
        private static final int MULTISTREAM = 19;

        /** What begins so; null for nothing we know. */
        static @Nullable Kind of(int first) {
            if (first == TLS_HANDSHAKE) return SECURE;
            if (first == MULTISTREAM) return RAW;
            return first >= 'A' && first <= 'Z' ? PLAIN : null;
        }
    }

    /** Someone behind the door. */
    interface Host {
        /** An admitted arrival, whose channel reads when told to; on the channel's loop. */
        void arrived(SocketChannel channel);

        /** Whether it may come in; tells whoever has to know if not. */
        boolean admit(SocketChannel channel);

        /** It said nothing, or nothing that anybody here speaks. */
        void lost(SocketChannel channel, CloseReason why);
    }

    /** Unsent bytes beyond which a pipe takes no more, and below which it does again. */
    static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(64 * 1024, 128 * 1024);

    private final NettyLoop loop;
    private final NettyLoops loops;
    private final Map<Kind, Host> hosts = new EnumMap<>(Kind.class); // replaced as a whole, since all loops look at it
    private volatile Map<Kind, Host> seen = Map.of();
    private final long patienceNanos;
    private final InetSocketAddress at;
    private @Nullable ChannelFuture binding;
    private volatile @Nullable InetSocketAddress bound;
    private volatile int prefixBits;

    /** One that will be bound there. */
    TcpDoor(NettyLoop loop, NettyLoops loops, InetSocketAddress at, long patienceNanos) {
        this.at = at;
        this.loop = loop;
        this.loops = loops;
        this.patienceNanos = patienceNanos;
    }

    NettyLoop loop() {
        return loop;
    }

    /** What it is bound to. */
    InetSocketAddress bound() {
        InetSocketAddress b = bound;
        if (b == null) throw new IllegalStateException("not bound");
        return b;
    }

    /** What it is bound to, as a source of dials. */
    TcpOptions.Bound source() {
        return new TcpOptions.Bound(bound(), prefixBits);
    }

    boolean isBound() {
        return bound != null;
    }

    /** Whether it is, or is about to be, bound there; any port is not the same twice. */
    boolean is(InetSocketAddress wanted) {
        return wanted.getPort() != 0 && (wanted.equals(at) || wanted.equals(bound));
    }

    /** Whether it was bound and is no more. */
    boolean isOver() {
        return bound != null && binding != null && !binding.channel().isOpen();
    }

    /** Puts someone behind it; false if there is one of that kind already. */
    boolean add(Kind kind, Host host) {
        if (hosts.putIfAbsent(kind, host) != null) return false;
        seen = new EnumMap<>(hosts);
        return true;
    }

    /** Takes someone away; closes when nobody is left, and says so. */
    boolean remove(Kind kind) {
        hosts.remove(kind);
        if (!hosts.isEmpty()) {
            seen = new EnumMap<>(hosts);
            return false;
        }
        seen = Map.of();
        if (binding != null) binding.channel().close();
        return true;
    }

    /** The network that its address is in, as soon as that is known. */
    void prefixBits(int bits) {
        prefixBits = bits;
    }

    /** Binds unless that has begun. A port in use is refused, also where {@link TcpOptions#reusePort} would let two listeners share it. */
    void bind(TcpOptions options, boolean portIsOurs, Callback<? super InetSocketAddress> done) {
        ChannelFuture begun = binding == null ? bind(options, portIsOurs) : binding;
        binding = begun;
        begun.addListener(f -> {
            if (f.isSuccess()) done.done(bound(), null);
            else done.done(null, CloseReason.of(CloseReason.Kind.REFUSED, String.valueOf(f.cause().getMessage())));
        });
    }

    private ChannelFuture bind(TcpOptions options, boolean portIsOurs) {
        ServerBootstrap b = new ServerBootstrap()
                .option(ChannelOption.SO_BACKLOG, options.backlog())
                .childOption(ChannelOption.TCP_NODELAY, options.noDelay())
                .childOption(ChannelOption.SO_KEEPALIVE, options.keepAlive())
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK);
        if (options.sendBuffer() > 0) b.childOption(ChannelOption.SO_SNDBUF, options.sendBuffer());
        if (options.receiveBuffer() > 0) b.option(ChannelOption.SO_RCVBUF, options.receiveBuffer());
        b.group(loop.events(), loops.group());
        b.childHandler(new ChannelInitializer<SocketChannel>() {
            @Override
            protected void initChannel(SocketChannel channel) {
                enter(channel);
            }
        });
        loops.sockets().listening(b, at, options.reusePort(), portIsOurs);
        return b.bind(at).addListener((ChannelFutureListener) f -> {
            if (f.isSuccess()) bound = (InetSocketAddress) f.channel().localAddress();
        });
    }

    private void enter(SocketChannel channel) {
        Map<Kind, Host> now = seen;
        if (now.isEmpty()) {
            channel.close();
            return;
        }
        Host first = now.values().iterator().next();
        if (!first.admit(channel)) {
            channel.close();
            return;
        }
        if (now.size() == 1) first.arrived(channel);
        else new Sniffer(channel, now, first).begin();
    }

    /** Waits for the first byte. */
    private final class Sniffer extends ChannelInboundHandlerAdapter {
        private final SocketChannel channel;
        private final Map<Kind, Host> there;
        private final Host any;
        private Cancellable timer = Cancellable.NONE;
        private boolean over;

        Sniffer(SocketChannel channel, Map<Kind, Host> there, Host any) {
            this.channel = channel;
            this.there = there;
            this.any = any;
        }

        void begin() {
            NettyLoop home = loops.of(channel.eventLoop());
            timer = home.schedule(patienceNanos, () -> fail(CloseReason.of(CloseReason.Kind.TIMED_OUT, "no first byte")));
            channel.pipeline().addLast(this);
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            ctx.fireChannelActive();
            ctx.read();
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            if (over || !bytes.isReadable()) {
                ReferenceCountUtil.release(message);
                return;
            }
            Kind kind = Kind.of(bytes.getUnsignedByte(bytes.readerIndex()));
            Host host = kind == null ? null : there.get(kind);
            if (host == null) {
                ReferenceCountUtil.release(message);
                fail(CloseReason.of(CloseReason.Kind.UNSUPPORTED, "begins with nothing that is spoken here"));
                return;
            }
            over = true;
            timer.cancel();
            host.arrived(channel); // puts its handlers behind this one
            ctx.fireChannelRead(message);
            ctx.fireChannelReadComplete();
            ctx.pipeline().remove(this);
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            fail(CloseReason.of(CloseReason.Kind.LOST, "gone before it said anything"));
            ctx.fireChannelInactive();
        }

        private void fail(CloseReason why) {
            if (over) return;
            over = true;
            timer.cancel();
            any.lost(channel, why);
            channel.close();
        }
    }
}
