package libp2p.netty;

import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.net.Limits;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.core.wire.KnownConnection;
import libp2p.core.wire.Muxer;
import libp2p.core.wire.Upgrades;
import libp2p.core.wire.webrtc.ChannelSession;


/** A WebRTC-direct connection: streams are data channels over a {@link RtcLink}. */
final class RtcConnection extends KnownConnection {
    /** How long what was said last may take to arrive before the connection is closed nevertheless. */
    private static final long LINGER_NANOS = 5_000_000_000L;

    private final RtcLink link;
    private final ChannelSession session;
    private final Runnable release;
    private Cancellable waiting = Cancellable.NONE;
    private boolean gone;

    RtcConnection(Facts facts, Upgrades.Place place, Limits limits, RtcLink link) {
        super(facts, place.surroundings(), place.scope());
        this.link = link;
        this.release = place.release();
        Muxer.Context context = new Muxer.Context(
                this,
                !facts.inbound(),
                (Stream s) -> inboundStream(),
                link::post,
                () -> {},
                this::finished,
                1,
                place.workspace(),
                limits,
                place.scope(),
                place.surroundings().observer());
        this.session = new ChannelSession(context, link.sctp(), !facts.inbound());
    }

    /** Begins; on its loop. */
    void start() {
        surroundings().observer().connected(this);
    }

    /** Takes what has come for its streams, once somebody knows of the connection. */
    void open() {
        link.session(session);
        link.post();
    }

    /** The link has ended. */
    void ended(CloseReason reason) {
        leave(reason);
    }

    /** No stream is left, and no more will be: closes when what they said last has arrived. */
    private void finished(CloseReason reason) {
        waiting = loop().schedule(LINGER_NANOS, () -> closeRaw(reason));
        Runnable look = () -> {
            if (link.sctp().isIdle() && !session.lingers()) closeRaw(reason);
        };
        link.afterPacket(look);
        loop().execute(look);
    }

    // ---- KnownConnection

    @Override
    protected Cancellable openRaw(StreamHandler handler) {
        return session.open(handler);
    }

    @Override
    protected void drainRaw(long code) {
        session.drain(code);
    }

    @Override
    protected void closeRaw(CloseReason reason) {
        if (gone) return;
        link.close(reason.code(), reason.detail());
        leave(reason);
    }

    private void leave(CloseReason reason) {
        if (gone) return;
        gone = true;
        waiting.cancel();
        session.close(reason);
        session.dispose();
        over(reason);
        release.run();
    }
}
