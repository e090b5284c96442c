package libp2p.core.wire.yamux;

import libp2p.core.Buf;
import libp2p.core.net.StreamHandler;
import libp2p.core.wire.mux.MuxStream;
import libp2p.multiformats.Nullable;

/** One stream: its two windows, and what of it was said. */
final class YamuxStream extends MuxStream {
    private static final long WINDOW_MAX = 0xffffffffL;

    private final YamuxSession session;
    private long sendWindow = Frames.WINDOW;
    private boolean starved; // wants to write, and the peer's window is full
    private int receiveWindow; // what the peer may still send
    private int window; // what it may have on the way and unread in all
    private int owed; // read, and not yet granted again
    private long grantedAt;
    private boolean acknowledged;
    private boolean peerDone;

    YamuxStream(YamuxSession session, @Nullable StreamHandler handler, int window) {
        super(session, handler);
        this.session = session;
        this.window = window;
        this.receiveWindow = window;
        this.grantedAt = session.loop().nanoTime();
    }

    int id() {
        return (int) key();
    }

    // ---- receiving

    int receiveWindow() {
        return receiveWindow;
    }

    int window() {
        return window;
    }

    long grantedAt() {
        return grantedAt;
    }

    boolean peerDone() {
        return peerDone;
    }

    /** The peer uses {@code n} of its window, which has them. */
    void spend(int n) {
        receiveWindow -= n;
    }

    void peerFinished() {
        peerDone = true;
        arrivedEnd();
    }

    void peerReset(long code) {
        arrivedReset(code);
    }

    @Override
    protected void credit(int n) {
        owed += n;
        if (!peerDone && owed >= window / 2) session.grant(this);
    }

    /** Makes the window larger; the difference is owed to the peer. */
    void widen(int by) {
        window += by;
        owed += by;
    }

    /** Grants what is owed, at that time, and says how much it is. */
    int grant(long nowNanos) {
        int n = owed;
        owed = 0;
        receiveWindow += n;
        grantedAt = nowNanos;
        return n;
    }

    // ---- sending

    /** The peer took the stream; true the first time. */
    boolean acknowledge() {
        if (acknowledged) return false;
        acknowledged = true;
        return true;
    }

    boolean acknowledged() {
        return acknowledged;
    }

    /** The peer grants {@code n} more, an unsigned number; false if that is more than the wire can count. */
    boolean granted(int n) {
        sendWindow += n & 0xffffffffL;
        if (sendWindow > WINDOW_MAX) return false;
        if (starved && sendWindow > 0) {
            starved = false;
            session.turn(this);
        }
        return true;
    }

    @Override
    protected int transmit(Buf source) {
        int size = source.size();
        if (sendWindow == 0) {
            starved = true;
            return 0;
        }
        int n = (int) Math.min(Math.min(size, Frames.DATA_MAX), sendWindow);
        n = session.transmit(this, source, n);
        sendWindow -= n;
        if (n < size) {
            if (sendWindow == 0) starved = true;
            else session.turn(this);
        }
        return n;
    }

    @Override
    protected void transmitFinish() {
        if (isLive()) session.send(Frames.DATA, Frames.FIN, id(), 0);
    }

    @Override
    protected void transmitReset(long code) {
        if (isLive()) session.send(Frames.UPDATE, Frames.RST, id(), (int) code);
    }
}
