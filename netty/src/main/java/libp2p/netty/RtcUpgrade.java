package libp2p.netty;

import java.net.InetSocketAddress;
import libp2p.core.Buf;
import libp2p.core.Callback;
import libp2p.core.CloseReason;
import libp2p.core.Rng;
import libp2p.core.Violation;
import libp2p.core.identity.PeerId;
import libp2p.core.wire.KnownConnection;
import libp2p.core.wire.Security;
import libp2p.core.wire.Upgrades;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Multihash;
import libp2p.multiformats.Nullable;

/** From an encrypted channel to a connection: sets SCTP up, lets Noise say who the peer is, and finds the connection its place. */
final class RtcUpgrade implements RtcLink.Owner {

    /**
     * Between whom.
     *
     * @param local our address
     * @param remote the peer's address
     * @param inbound whether the peer connected to us, and is the client
     * @param expected who the peer must be, null for anyone
     */
    record Ends(Multiaddr local, Multiaddr remote, boolean inbound, @Nullable PeerId expected) {}

    /**
     * How long a listener's first message waits. rust-libp2p opens the handshake's channel only after it has seen the end of SCTP's set-up,
     * and loses a message that comes with it or right behind it.
     */
    private static final long SETTLE_NANOS = 20_000_000;

    private final RtcTransport rtc;
    private final RtcPort port;
    private final Ends ends;
    private final Rng rng;
    private final Callback<? super RtcConnection> done;
    private final RtcLink link;
    private @Nullable RtcNoise noise;
    private @Nullable RtcConnection connection;
    private boolean settled; // we may speak
    private boolean over;

    /** Calls back once; {@code gone} is run when it, or the connection that came of it, needs no more packets. */
    RtcUpgrade(RtcTransport rtc, RtcPort port, InetSocketAddress peer, DtlsRecords records, Ends ends, Rng rng, Runnable gone,
            Callback<? super RtcConnection> done) {
        this.rtc = rtc;
        this.port = port;
        this.ends = ends;
        this.rng = rng;
        this.done = done;
        this.link = new RtcLink(port, peer, records, rtc.limits(), rng, this, gone);
    }

    void begin() {
        if (!ends.inbound) link.connect();
    }

    /** A packet of DTLS, which is changed. */
    void packet(byte[] bytes, int size) {
        link.packet(bytes, size);
    }

    /** Gives up what is no connection yet. */
    void fail(CloseReason why) {
        if (over) return;
        link.close(why.code(), why.detail());
        failed(why);
    }

    private void failed(CloseReason why) {
        if (over) return;
        over = true;
        RtcNoise n = noise;
        if (n != null) n.dispose();
        done.done(null, why);
    }

    // ---- RtcLink.Owner

    @Override
    public void established() {
        Multihash own = rtc.certificate().hash();
        Multihash peer = link.records().peer();
        byte[] prologue = ends.inbound ? RtcNoise.prologue(peer, own) : RtcNoise.prologue(own, peer);
        RtcNoise n = new RtcNoise(rtc.node(), port.loop(), rng, rtc.noise(), link.sctp(), ends.inbound, ends.expected, prologue,
                this::again, this::authenticated);
        noise = n;
        if (ends.inbound) {
            port.loop().schedule(SETTLE_NANOS, this::settled);
        } else {
            settled = true;
            n.step();
        }
    }

    private void settled() {
        settled = true;
        again();
    }

    /** A signature has come, or the first message's time. */
    private void again() {
        RtcNoise n = noise;
        if (n == null || over || !settled) return;
        try {
            n.step();
            link.post();
        } catch (Violation v) {
            fail(CloseReason.of(v));
        }
    }

    private void authenticated(Security.Session peer) {
        if (over) return;
        Upgrades.Place place = rtc.upgrades().place(port.loop(), peer.remote(), ends.remote, ends.inbound);
        CloseReason no = place.refusal();
        if (no != null) {
            place.release().run();
            // In a task: the link is in the middle of a packet.
            port.loop().execute(() -> fail(no));
            return;
        }
        KnownConnection.Facts facts = new KnownConnection.Facts(
                port.loop(), peer.remote(), peer.remoteKey(), ends.local, ends.remote, ends.inbound, false, null, null);
        RtcConnection c = new RtcConnection(facts, place, rtc.limits(), link);
        connection = c;
        over = true;
        c.start();
        done.done(c, null);
        port.loop().execute(c::open);
    }

    @Override
    public void handshake(Buf data) {
        RtcNoise n = noise;
        if (n == null) throw new Violation("a handshake before SCTP was set up");
        n.data(data);
    }

    @Override
    public void handshakeReset() {
        RtcNoise n = noise;
        if (n != null) n.peerReset();
    }

    @Override
    public void ended(CloseReason reason) {
        RtcConnection c = connection;
        if (c == null) failed(reason);
        else c.ended(reason);
    }
}
