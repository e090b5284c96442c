package libp2p.netty;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.DatagramPacket;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Rng;
import libp2p.core.net.Connection;
import libp2p.core.net.Dial;
import libp2p.multiformats.Multihash;
import libp2p.multiformats.Nullable;

/**
 * One attempt to connect, and then its connection's socket: a port of its own, since a server tells connections apart by the client's
 * address. On its loop, but for {@link #cancel}.
 */
final class RtcDial extends RtcPort implements Cancellable {
    private static final long CHECK_FIRST_NANOS = 100_000_000L; // until a connectivity check is sent again, doubled each time
    private static final long CHECK_MOST_NANOS = 2_000_000_000L;
    private static final long CONSENT_NANOS = 5_000_000_000L; // RFC 7675 5.1
    private static final int STUN_LAST = 3;
    private static final int SOCKET_BUFFER = 4 << 20;
    private static final int RECEIVE_MAX = 1500;
    private static final int PACKETS_PER_READ = 16;

    private final RtcTransport rtc;
    private final NettyLoop loop;
    private final Dial dial;
    private final InetSocketAddress to;
    private final List<Multihash> hashes;
    private final Callback<? super Connection> done;
    private final Rng rng;
    private final String ufrag;
    private final long tieBreaker;
    private byte[] transaction = new byte[0];
    private @Nullable Channel channel;
    private @Nullable DtlsHandshake handshake;
    private @Nullable RtcUpgrade upgrade;
    private Cancellable timer = Cancellable.NONE;
    private Cancellable checking = Cancellable.NONE;
    private boolean reached;
    private boolean over;

    RtcDial(RtcTransport rtc, NettyLoop loop, Dial dial, InetSocketAddress to, List<Multihash> hashes, Callback<? super Connection> done) {
        this.rtc = rtc;
        this.loop = loop;
        this.dial = dial;
        this.to = to;
        this.hashes = hashes;
        this.done = done;
        SecureRandom secure = new SecureRandom();
        this.rng = Rng.of(secure::nextBytes);
        this.ufrag = Ufrag.fresh(rng);
        this.tieBreaker = rng.nextLong();
    }

    void begin(NettyLoops loops) {
        if (over) return;
        long most = rtc.limits().connectNanos() + rtc.limits().securityNanos();
        long nanos = dial.deadlineNanos() == 0 ? most : Math.min(most, dial.deadlineNanos() - loop.nanoTime());
        timer = loop.schedule(nanos, () -> {
            fail(CloseReason.of(CloseReason.Kind.TIMED_OUT, reached ? "security took too long" : "no answer"));
        });
        Bootstrap b = new Bootstrap().group(loop.events());
        loops.sockets().datagrams(b, to.getAddress());
        b.option(ChannelOption.SO_RCVBUF, SOCKET_BUFFER).option(ChannelOption.SO_SNDBUF, SOCKET_BUFFER);
        int size = loops.epoll() ? RECEIVE_MAX * PACKETS_PER_READ : RECEIVE_MAX;
        b.option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(size).maxMessagesPerRead(PACKETS_PER_READ));
        if (loops.epoll()) b.option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, RECEIVE_MAX);
        ChannelFuture connecting = b.handler(new Packets()).connect(to);
        channel = connecting.channel();
        connecting.addListener(ended -> {
            if (ended.isSuccess()) check(CHECK_FIRST_NANOS);
            else fail(CloseReason.of(CloseReason.Kind.UNREACHABLE, String.valueOf(ended.cause().getMessage())));
        });
    }

    // ---- RtcPort

    private Channel channel() {
        Channel c = channel;
        if (c == null) throw new IllegalStateException("no socket");
        return c;
    }

    @Override
    NettyLoop loop() {
        return loop;
    }

    @Override
    ByteBufAllocator alloc() {
        return channel().alloc();
    }

    @Override
    void write(InetSocketAddress peer, ByteBuf packet) {
        Channel c = channel();
        if (c.isWritable()) c.write(packet);
        else packet.release();
    }

    @Override
    void flush() {
        channel().flush();
    }

    // ---- connectivity checks

    /** Asks whether somebody is there; and later on, whether we may still send (RFC 7675), which ICE's other end wants to see. */
    private void check(long again) {
        if (!channel().isOpen()) return;
        transaction = rng.bytes(Stun.ID);
        sendNow(to, Stun.check(transaction, ufrag + ":" + ufrag, ufrag, tieBreaker));
        checking = loop.schedule(again, () -> check(reached ? CONSENT_NANOS : Math.min(2 * again, CHECK_MOST_NANOS)));
    }

    private void stun(int size) {
        Stun.Message m = Stun.read(received, size);
        if (m == null || !m.isBy(ufrag)) return;
        if (!m.success()) {
            if (m.to().equals(ufrag)) sendNow(to, Stun.answer(m.id(), to, ufrag)); // from a server with the whole of ICE
        } else if (!reached && Arrays.equals(m.id(), transaction)) {
            reached = true;
            checking.cancel();
            checking = loop.schedule(CONSENT_NANOS, () -> check(CONSENT_NANOS));
            encrypt();
        }
    }

    private void encrypt() {
        DtlsHandshake h = new DtlsHandshake(rtc.certificate(), rtc.securityMillis(), p -> send(to, p));
        handshake = h;
        rtc.handshake(loop, () -> h.connect(hashes::contains), this::encrypted);
    }

    private void encrypted(@Nullable DtlsRecords records, @Nullable CloseReason failure) {
        DtlsHandshake h = handshake;
        if (over || h == null) return;
        if (records == null) {
            fail(failure == null ? CloseReason.of(CloseReason.Kind.LOST) : failure);
            return;
        }
        InetSocketAddress local = (InetSocketAddress) channel().localAddress();
        RtcUpgrade.Ends ends = new RtcUpgrade.Ends(RtcTransport.multiaddr(local), dial.address(), false, dial.expected());
        RtcUpgrade u = new RtcUpgrade(rtc, this, to, records, ends, rng, this::gone, this::upgraded);
        upgrade = u;
        u.begin();
        for (byte[] p = h.leftover(); p != null; p = h.leftover()) u.packet(p, p.length);
    }

    private void upgraded(@Nullable RtcConnection connection, @Nullable CloseReason failure) {
        if (connection == null) {
            fail(failure == null ? CloseReason.of(CloseReason.Kind.LOST) : failure);
        } else if (!over) {
            over = true;
            timer.cancel();
            done.done(connection, null);
        }
    }

    private void fail(CloseReason why) {
        if (over) return;
        over = true;
        timer.cancel();
        DtlsHandshake h = handshake;
        if (h != null) h.cancel();
        RtcUpgrade u = upgrade;
        if (u != null) u.fail(why);
        gone();
        done.done(null, why);
    }

    /** Nobody needs the socket any more. It is closed in a task, for the reason that {@link QuicSocket#left} has. */
    private void gone() {
        checking.cancel();
        Channel c = channel;
        if (c != null) loop.execute(c::close);
    }

    @Override
    public void cancel() {
        loop.execute(() -> fail(CloseReason.CANCELLED));
    }

    private final class Packets extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            DatagramPacket packet = (DatagramPacket) message;
            try {
                int size = take(packet.content());
                if (size > 0) loop.run(() -> packet(size));
            } finally {
                packet.release();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            if (!reached) loop.run(() -> fail(CloseReason.of(CloseReason.Kind.UNREACHABLE, String.valueOf(cause.getMessage()))));
        }
    }

    private void packet(int size) {
        RtcUpgrade u = upgrade;
        DtlsHandshake h = handshake;
        if ((received[0] & 0xff) <= STUN_LAST) stun(size);
        else if (u != null) u.packet(received, size);
        else if (h != null) h.offer(Arrays.copyOf(received, size));
    }
}
