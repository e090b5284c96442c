package libp2p.core.wire.mplex;

import libp2p.core.Buf;
import libp2p.core.net.StreamHandler;
import libp2p.core.wire.mux.MuxStream;
import libp2p.multiformats.Nullable;

/** One stream of a session. */
final class MplexStream extends MuxStream {
    private final MplexSession session;
    private boolean peerDone;

    MplexStream(MplexSession session, @Nullable StreamHandler handler) {
        super(session, handler);
        this.session = session;
    }

    long id() {
        return MplexSession.id(key());
    }

    /** The header of a message of that kind from us. */
    long header(int kind) {
        return Frames.header(id(), isInbound() ? kind : kind + 1);
    }

    boolean peerDone() {
        return peerDone;
    }

    void peerFinished() {
        peerDone = true;
        arrivedEnd();
    }

    void peerReset() {
        arrivedReset(0);
    }

    @Override
    protected void credit(int n) {
        session.credit(this);
    }

    @Override
    protected int transmit(Buf source) {
        int size = source.size();
        int n = session.transmit(this, source, Math.min(size, Frames.DATA_MAX));
        if (n < size) session.turn(this);
        return n;
    }

    @Override
    protected void transmitFinish() {
        if (isLive()) session.send(header(Frames.CLOSE));
    }

    @Override
    protected void transmitReset(long code) {
        if (isLive()) session.send(header(Frames.RESET));
    }
}
