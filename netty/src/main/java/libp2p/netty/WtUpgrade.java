package libp2p.netty;

import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.http3.Http3;
import io.netty.handler.codec.http3.Http3Headers;
import io.netty.handler.codec.http3.Http3Settings;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.List;
import libp2p.core.Callback;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.Rng;
import libp2p.core.Violation;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Role;
import libp2p.core.wire.KnownConnection;
import libp2p.core.wire.Security;
import libp2p.core.wire.Upgrades;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;

/** From a QUIC connection that has agreed on HTTP/3 to a connection: a session is asked for, Noise says who the peer is. */
final class WtUpgrade implements WtLink.Owner, WtSession.Owner {

    /**
     * Between whom.
     *
     * @param local our address
     * @param remote the peer's address
     * @param inbound whether the peer connected to us, and is the client
     * @param expected who the peer must be, null for anyone
     * @param certhashes what a server tells of its certificates, and a client has to be told
     */
    record Ends(Multiaddr local, Multiaddr remote, boolean inbound, @Nullable PeerId expected, List<byte[]> certhashes) {}

    /** Requests of one connection; one is granted, and browsers that know no better make none besides. */
    private static final int REQUESTS_MAX = 8;

    private final WtTransport wt;
    private final NettyLoop loop;
    private final QuicChannel channel;
    private final Ends ends;
    private final Rng rng;
    private final Callback<? super QuicConnection> done;
    private final WtLink link;
    private @Nullable WtSession session;
    private @Nullable WtNoise noise;
    private Security.@Nullable Session peer;
    private @Nullable QuicConnection connection;
    private boolean granted;
    private int requests;
    private boolean over;

    /** Calls back once, on the loop, with a connection that has not begun; where there is none the channel closes. */
    WtUpgrade(WtTransport wt, NettyLoop loop, QuicChannel channel, Ends ends, Rng rng, Callback<? super QuicConnection> done) {
        this.wt = wt;
        this.loop = loop;
        this.channel = channel;
        this.ends = ends;
        this.rng = rng;
        this.done = done;
        this.link = new WtLink(channel, ends.inbound, this);
    }

    void begin() {
        link.begin();
    }

    private WtNoise noise(byte[] prefix) {
        Role role = ends.inbound ? Role.RESPONDER : Role.INITIATOR;
        WtNoise n = new WtNoise(
                wt.node(), loop, rng, wt.noise(), role, ends.expected, ends.certhashes, prefix, this::authenticated);
        noise = n;
        return n;
    }

    // ---- a client

    @Override
    public void settings(Http3Settings theirs) {
        if (ends.inbound || over || session != null) return;
        if (!WtDialect.hasSessions(theirs)) {
            fail(CloseReason.of(CloseReason.Kind.UNSUPPORTED, "the server has no WebTransport"));
            return;
        }
        WtSession s = new WtSession(this);
        session = s;
        Http3.newRequestStream(channel, s).addListener((Future<QuicStreamChannel> made) -> {
            if (over) return;
            if (!made.isSuccess()) {
                fail(CloseReason.of(CloseReason.Kind.LOST, "no stream for a request: " + made.cause().getMessage()));
                return;
            }
            made.getNow().config().setAutoRead(true);
            s.send(WtDialect.request(Sockets.authority((InetSocketAddress) channel.remoteSocketAddress())));
            handshake(s.id());
        });
    }

    /** Does not wait for the answer to the request, as the specification wants it. */
    private void handshake(long id) {
        WtNoise n = noise(WtHeader.of(id));
        channel.createStream(QuicStreamType.BIDIRECTIONAL, n).addListener((Future<QuicStreamChannel> made) -> {
            if (over) return;
            if (made.isSuccess()) n.begin(made.getNow());
            else fail(CloseReason.of(CloseReason.Kind.LOST, "no stream for the handshake: " + made.cause().getMessage()));
        });
    }

    // ---- a server

    @Override
    public ChannelHandler request() {
        return new WtSession(this);
    }

    private void requested(WtSession asked, Http3Headers headers) {
        if (++requests > REQUESTS_MAX) {
            link.failed(new Violation("too many requests"));
            return;
        }
        if (session != null) { // there is one already
            asked.refuse(WtDialect.response(headers, 429));
            return;
        }
        int status = WtDialect.status(headers);
        if (status != 200) {
            asked.refuse(WtDialect.response(headers, status));
            CloseReason why = CloseReason.of(CloseReason.Kind.REFUSED, "a request that is answered with " + status);
            loop.execute(() -> fail(why)); // when the answer has left
            return;
        }
        session = asked;
        asked.send(WtDialect.response(headers, 200));
        begun(asked);
        link.taker(first -> {
            link.taker(null);
            WtNoise n = noise(QuicForm.NOTHING);
            first.pipeline().addLast(n);
            n.begin(first);
        });
    }

    // ---- WtSession.Owner

    @Override
    public void headers(WtSession of, Http3Headers headers) {
        if (over && ends.inbound && connection == null) return;
        if (ends.inbound) {
            requested(of, headers);
            return;
        }
        String status = String.valueOf(headers.status());
        if (!status.startsWith("2")) {
            fail(CloseReason.of(CloseReason.Kind.REFUSED, "the server answers with " + status));
            return;
        }
        begun(of);
        connect();
    }

    private void begun(WtSession s) {
        granted = true;
        s.begin();
        link.session(s.id());
    }

    @Override
    public void closed(WtSession of, CloseReason reason) {
        if (of != session) return;
        failed(reason);
        WtSession.closeNow(channel);
    }

    @Override
    public void draining(WtSession of) {
        QuicConnection c = connection;
        if (c != null) c.drain(Codes.NONE);
    }

    // ---- the end of it

    private void authenticated(Security.@Nullable Session who, @Nullable CloseReason failure) {
        if (who == null) {
            fail(failure == null ? CloseReason.of(CloseReason.Kind.LOST) : failure);
            return;
        }
        peer = who;
        connect();
    }

    /** A connection, once the session is granted and the peer known. */
    private void connect() {
        Security.Session who = peer;
        WtSession form = session;
        if (over || who == null || form == null || !granted) return;
        Upgrades.Place place;
        try {
            place = wt.quic().upgrades().place(loop, who.remote(), ends.remote, ends.inbound);
        } catch (Violation v) {
            fail(CloseReason.of(v));
            return;
        }
        CloseReason no = place.refusal();
        if (no != null) {
            place.release().run();
            fail(no);
            return;
        }
        over = true;
        KnownConnection.Facts facts = new KnownConnection.Facts(
                loop, who.remote(), who.remoteKey(), ends.local, ends.remote, ends.inbound, false, null, null);
        QuicConnection c = new QuicConnection(facts, place, wt.quic().streamLimits(), channel, form);
        connection = c;
        done.done(c, null);
        loop.execute(() -> link.taker(c));
    }

    /** Gives it up, and tells the peer as far as it can hear. */
    private void fail(CloseReason why) {
        if (over) return;
        WtSession s = session;
        if (s == null) WtSession.closeNow(channel);
        else s.close(channel, why);
        failed(why);
    }

    @Override
    public void failed(CloseReason why) {
        QuicConnection c = connection;
        if (c != null) c.peerClosed(why);
        if (over) return;
        over = true;
        WtNoise n = noise;
        if (n != null) n.dispose();
        done.done(null, why);
    }

    @Override
    public void gone() {
        if (connection == null) failed(CloseReason.of(CloseReason.Kind.LOST, "gone before it showed who it is"));
    }
}
