package libp2p.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.net.InetSocketAddress;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Rng;
import libp2p.core.Watch;
import libp2p.core.net.Accept;
import libp2p.core.net.Listener;
import libp2p.multiformats.Component;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;
import libp2p.multiformats.Proto;
import org.bouncycastle.tls.DTLSRequest;

/**
 * The server's side of a socket: answers connectivity checks and first ClientHellos, and keeps nothing of either. Only who answers from
 * where it says to be (RFC 6347 4.2.1) costs memory and a thread.
 */
final class RtcListener extends RtcPort implements Listener, QuicSocket.Datagrams {
    private static final int STUN_LAST = 3;

    private final RtcTransport rtc;
    private final QuicSocket socket;
    private final Accept accept;
    private final Rng rng;
    private final HelloCookies cookies;
    private final Map<InetSocketAddress, Arrival> arrivals = new HashMap<>(); // connections too
    private @Nullable BoundAddresses addresses;
    private boolean closed;

    RtcListener(RtcTransport rtc, QuicSocket socket, Accept accept) {
        this.rtc = rtc;
        this.socket = socket;
        this.accept = accept;
        SecureRandom secure = new SecureRandom();
        this.rng = Rng.of(secure::nextBytes);
        this.cookies = new HelloCookies(rtc.node().crypto(), rng);
    }

    /** On the socket's loop, when that is bound; false if someone else has its packets. */
    boolean begin(NettyOptions options, Runnable known) {
        if (!socket.datagrams(this)) return false;
        List<Component> suffix = List.of(
                Component.of(Proto.WEBRTC_DIRECT, new byte[0]), Component.of(Proto.CERTHASH, rtc.certificate().hash().bytes()));
        BoundAddresses a = new BoundAddresses(socket.loop(), socket.bound(), Proto.UDP, suffix, options.sockets());
        addresses = a;
        a.begin(known);
        return true;
    }

    @Override
    public Watch<List<Multiaddr>> addresses() {
        BoundAddresses a = addresses;
        if (a == null) throw new IllegalStateException("not bound");
        return a.watch();
    }

    /** Takes no more; those that are there go on. */
    @Override
    public void close() {
        socket.loop().execute(() -> {
            if (closed) return;
            closed = true;
            if (addresses != null) addresses.close();
            if (arrivals.isEmpty()) socket.datagrams(null);
            rtc.closed(socket);
        });
    }

    // ---- RtcPort

    @Override
    NettyLoop loop() {
        return socket.loop();
    }

    @Override
    ByteBufAllocator alloc() {
        return socket.alloc();
    }

    @Override
    void write(InetSocketAddress to, ByteBuf packet) {
        socket.write(to, packet);
    }

    @Override
    void flush() {
        socket.flush();
    }

    // ---- packets

    @Override
    public void received(InetSocketAddress from, ByteBuf packet) {
        int size = take(packet);
        if (size <= 0) return;
        if ((received[0] & 0xff) <= STUN_LAST) {
            stun(from, size);
            return;
        }
        Arrival there = arrivals.get(from);
        if (there != null) there.packet(size);
        else if (!closed) hello(from, size);
    }

    private void stun(InetSocketAddress from, int size) {
        Stun.Message m = Stun.read(received, size);
        if (m == null || m.success() || closed && !arrivals.containsKey(from)) return;
        String ufrag = m.to();
        if (!Ufrag.isServers(ufrag) || !m.isBy(ufrag)) return;
        sendNow(from, Stun.answer(m.id(), from, ufrag));
    }

    private void hello(InetSocketAddress from, int size) {
        HelloFragment first = HelloFragment.read(received, size);
        byte[] random = first == null ? null : first.random();
        byte[] shown = first == null ? null : first.cookie();
        if (first == null || random == null || shown == null) return;
        byte[] cookie = cookies.of(from, random);
        if (!MessageDigest.isEqual(cookie, shown)) {
            sendNow(from, HelloCookies.request(first, cookie));
            return;
        }
        Multiaddr local = RtcTransport.multiaddr(socket.bound());
        Multiaddr remote = RtcTransport.multiaddr(from);
        if (accept.admit(local, remote) != null) return;
        Arrival arrival = new Arrival(from, new RtcUpgrade.Ends(local, remote, true, null), new HelloParts(first, cookie));
        arrivals.put(from, arrival);
        arrival.packet(size);
    }

    /** Someone who has come, and then its connection. */
    private final class Arrival {
        private final InetSocketAddress from;
        private final RtcUpgrade.Ends ends;
        private final DtlsHandshake handshake;
        private final Cancellable timer;
        private @Nullable HelloParts hello; // until it is whole
        private @Nullable RtcUpgrade upgrade;
        private boolean over;

        Arrival(InetSocketAddress from, RtcUpgrade.Ends ends, HelloParts hello) {
            this.from = from;
            this.ends = ends;
            this.hello = hello;
            this.handshake = new DtlsHandshake(rtc.certificate(), rtc.securityMillis(), p -> send(from, p));
            socket.joined();
            CloseReason late = CloseReason.of(CloseReason.Kind.TIMED_OUT, "security took too long");
            timer = loop().schedule(rtc.limits().securityNanos(), () -> fail(late));
        }

        void packet(int size) {
            RtcUpgrade u = upgrade;
            if (hello != null) hello(hello, size);
            else if (u != null) u.packet(received, size);
            else handshake.offer(Arrays.copyOf(received, size));
        }

        private void hello(HelloParts parts, int size) {
            HelloFragment f = HelloFragment.read(received, size);
            if (f == null || !parts.add(f)) return;
            hello = null;
            DTLSRequest request = parts.request();
            if (request == null) fail(CloseReason.of(CloseReason.Kind.VIOLATION, "a malformed ClientHello"));
            else rtc.handshake(loop(), () -> handshake.accept(request), this::encrypted);
        }

        private void encrypted(@Nullable DtlsRecords records, @Nullable CloseReason failure) {
            if (over) return;
            if (records == null) {
                fail(failure == null ? CloseReason.of(CloseReason.Kind.LOST) : failure);
                return;
            }
            RtcUpgrade u = new RtcUpgrade(rtc, RtcListener.this, from, records, ends, rng, this::gone, this::upgraded);
            upgrade = u;
            u.begin();
            for (byte[] p = handshake.leftover(); p != null; p = handshake.leftover()) u.packet(p, p.length);
        }

        private void upgraded(@Nullable RtcConnection connection, @Nullable CloseReason failure) {
            if (connection == null) {
                fail(failure == null ? CloseReason.of(CloseReason.Kind.LOST) : failure);
                return;
            }
            over = true;
            timer.cancel();
            accept.accepted(connection);
        }

        private void fail(CloseReason why) {
            if (over) return;
            over = true;
            timer.cancel();
            handshake.cancel();
            RtcUpgrade u = upgrade;
            if (u == null) gone();
            else u.fail(why);
            rtc.node().observer().upgradeFailed(ends.remote(), true, "security", why);
            accept.failed(ends.local(), ends.remote(), why);
        }

        private void gone() {
            if (!arrivals.remove(from, this)) return;
            socket.left();
            if (closed && arrivals.isEmpty()) socket.datagrams(null);
        }
    }
}
