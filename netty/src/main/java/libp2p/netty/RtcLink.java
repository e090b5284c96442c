package libp2p.netty;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import libp2p.core.Buf;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Rng;
import libp2p.core.Violation;
import libp2p.core.net.Limits;
import libp2p.core.wire.sctp.Association;
import libp2p.core.wire.sctp.SctpSettings;
import libp2p.core.wire.webrtc.ChannelSession;
import libp2p.multiformats.Nullable;

/**
 * DTLS and SCTP between a socket and a peer: gives packets to the association, sends what it has to send, and minds its time. On the
 * socket's loop.
 */
final class RtcLink implements Association.Events, DtlsRecords.Opened {
    /** Bytes of both windows: what lies unread, and what waits or is under way. */
    private static final int BUFFER = 1 << 20;

    /** What the peer may say on other channels before it is known. */
    private static final int EARLY_MAX = 64 * 1024;

    private static final int PACKETS_PER_FLUSH = 32;

    /** Who is told of the link until there is a connection, and of its end. */
    interface Owner {
        /** Messages flow. */
        void established();

        /** A part of a message on the handshake's channel. */
        void handshake(Buf data);

        /** The peer has closed the handshake's channel. */
        void handshakeReset();

        /** It has ended, by the peer, the network or a violation; comes once, and not after {@link RtcLink#close}. */
        void ended(CloseReason reason);
    }

    private record Early(int channel, int ppid, byte[] data, boolean begins, boolean ends) {}

    private final RtcPort port;
    private final InetSocketAddress peer;
    private final DtlsRecords records;
    private final Association sctp;
    private final Owner owner;
    private final Runnable gone;
    private final Runnable pumping = this::pump;
    private @Nullable ChannelSession session;
    private @Nullable List<Early> early = new ArrayList<>();
    private int earlySize;
    private Cancellable timer = Cancellable.NONE;
    private long timerAt = Long.MAX_VALUE;
    private @Nullable Runnable afterPacket;
    private boolean handshakeClosed; // by the peer
    private boolean posted;
    private boolean over;

    /** A link over an encrypted channel; {@code gone} is run when it needs no more packets. */
    RtcLink(RtcPort port, InetSocketAddress peer, DtlsRecords records, Limits limits, Rng rng, Owner owner, Runnable gone) {
        this.port = port;
        this.peer = peer;
        this.records = records;
        this.owner = owner;
        this.gone = gone;
        SctpSettings settings = SctpSettings.DEFAULT
                .buffers(Math.min(BUFFER, Math.max(1, limits.bytesUnreadPerConnectionMax())), BUFFER)
                .heartbeats(limits.keepAliveNanos(), limits.keepAliveReplyNanos())
                .checksum(RtcLink::crc32c);
        this.sctp = new Association(settings, rng, this);
    }

    private static int crc32c(byte[] a, int from, int size) {
        CRC32C c = new CRC32C();
        c.update(a, from, size);
        return (int) c.getValue();
    }

    Association sctp() {
        return sctp;
    }

    DtlsRecords records() {
        return records;
    }

    /** Sets the association up; the other side does so too, or waits. */
    void connect() {
        sctp.connect(port.loop().nanoTime());
        pump();
    }

    /** Gives all to the session from now on, and what has come for it already. */
    void session(ChannelSession s) {
        session = s;
        List<Early> waiting = early;
        early = null;
        if (waiting == null) return;
        for (Early e : waiting) {
            if (e.data.length == 0) s.peerReset(e.channel);
            else s.data(e.channel, e.ppid, new Buf(e.data), e.begins, e.ends);
        }
    }

    // ---- packets

    /** A packet of DTLS, which is changed. */
    void packet(byte[] bytes, int size) {
        if (over) return;
        try {
            records.open(bytes, size, this, p -> port.sendNow(peer, p));
            ChannelSession s = session;
            if (s != null && !over) s.sent();
        } catch (Violation v) {
            fail(v);
        }
        post();
        Runnable then = afterPacket;
        if (then != null) then.run();
    }

    /** Runs something after each packet that came. */
    void afterPacket(Runnable then) {
        afterPacket = then;
    }

    private void fail(Violation v) {
        if (over) return;
        close(v.code(), String.valueOf(v.getMessage()));
        owner.ended(CloseReason.of(v));
    }

    /** There may be something to send: soon. */
    void post() {
        if (posted || over) return;
        posted = true;
        port.loop().execute(pumping);
    }

    private void pump() {
        posted = false;
        if (over) return;
        long now = port.loop().nanoTime();
        int n = 0;
        while (sctp.transmit(port.packet.clear(), now)) {
            port.write(peer, records.seal(port.packet, port.alloc()));
            if (++n % PACKETS_PER_FLUSH == 0) port.flush();
        }
        port.flush();
        arm();
    }

    private void arm() {
        long at = sctp.deadlineNanos();
        if (at >= timerAt || at == Long.MAX_VALUE) return; // one that comes too early is set anew then
        timer.cancel();
        timerAt = at;
        timer = port.loop().schedule(at - port.loop().nanoTime(), this::expired);
    }

    private void expired() {
        timerAt = Long.MAX_VALUE;
        if (over) return;
        try {
            sctp.expire(port.loop().nanoTime());
        } catch (Violation v) {
            fail(v);
        }
        pump();
    }

    /** Ends it; the peer hears why, if a packet reaches it. */
    void close(long code, String detail) {
        if (over) return;
        sctp.abort(code, detail);
        pump();
        port.write(peer, records.farewell(port.alloc()));
        port.flush();
        leave();
    }

    private void leave() {
        over = true;
        timer.cancel();
        gone.run();
    }

    // ---- DtlsRecords.Opened

    @Override
    public void data(Buf plain) {
        if (!over) sctp.receive(plain, port.loop().nanoTime());
    }

    @Override
    public void closed() {
        ended(CloseReason.of(CloseReason.Kind.CONNECTION_CLOSED, "the peer closed DTLS"));
    }

    // ---- Association.Events

    @Override
    public void established() {
        owner.established();
    }

    @Override
    public void data(int channel, int ppid, Buf data, boolean begins, boolean ends) {
        ChannelSession s = session;
        if (channel == 0 && !handshakeClosed && ppid == ChannelSession.BINARY) {
            int n = data.size();
            owner.handshake(data);
            sctp.read(n);
        } else if (s != null) {
            s.data(channel, ppid, data, begins, ends);
        } else {
            int n = data.size();
            keep(new Early(channel, ppid, data.takeAll(), begins, ends));
            earlySize += n;
        }
    }

    private void keep(Early e) {
        List<Early> waiting = early;
        if (waiting == null) throw new IllegalStateException("there is a session");
        if (earlySize > EARLY_MAX || waiting.size() > EARLY_MAX / 64) throw new Violation("too much was said before the handshake's end");
        waiting.add(e);
    }

    @Override
    public void peerReset(int channel) {
        ChannelSession s = session;
        if (channel == 0 && !handshakeClosed) {
            handshakeClosed = true; // js-libp2p takes the number again for a stream
            owner.handshakeReset();
        } else if (s != null) {
            s.peerReset(channel);
        } else {
            keep(new Early(channel, 0, new byte[0], false, false));
        }
    }

    @Override
    public void resetDone(int channel) {
        ChannelSession s = session;
        if (s != null) s.resetDone(channel);
    }

    @Override
    public void ended(CloseReason reason) {
        if (over) return;
        pump(); // the answer to a shutdown
        leave();
        owner.ended(reason);
    }
}
