package libp2p.core.wire.webrtc;

import libp2p.core.Buf;
import libp2p.core.Codes;
import libp2p.core.Violation;
import libp2p.core.net.StreamHandler;
import libp2p.core.wire.mux.MuxStream;
import libp2p.multiformats.Nullable;

/**
 * A stream on a data channel. The channel is closed when both halves have ended and the peer has said so, and lives on until both ends have
 * closed it (specs/webrtc/README.md, "Closing an RTCDataChannel").
 */
final class ChannelStream extends MuxStream implements Framing.Found {
    private final ChannelSession session;
    private final Framing framing = new Framing();
    private boolean sendEnded; // with FIN or a reset, or since the peer wants no more
    private boolean finAwaited; // FIN was sent, and FIN_ACK has not come
    private boolean received; // FIN has come
    private boolean ackDue; // and FIN_ACK was not sent
    boolean waiting; // for room to write
    boolean gone; // the stream is over, the channel perhaps not
    boolean closing; // our side of the channel was reset
    boolean closed; // and the peer knows
    boolean peerClosed;
    long closeAt = Long.MAX_VALUE; // when FIN_ACK is waited for no longer
    long acknowledgeAt; // when FIN_ACK goes at the latest
    int number = -1; // of the channel
    private boolean peerReset;

    ChannelStream(ChannelSession session, @Nullable StreamHandler handler) {
        super(session, handler);
        this.session = session;
    }

    void numbered() {
        number = (int) key();
    }

    // ---- what the handler does

    @Override
    protected int transmit(Buf source) {
        int before = source.size();
        while (!source.isEmpty()) {
            int n = Math.min(source.size(), Math.min(Framing.BYTES_MAX, session.room(this)));
            if (n <= 0) {
                session.wait(this);
                break;
            }
            session.send(number, Framing.bytes(source, n));
        }
        return before - source.size();
    }

    @Override
    protected void transmitFinish() {
        if (sendEnded) return;
        sendEnded = true;
        finAwaited = true;
        session.send(number, Framing.flag(Framing.FIN, Codes.NONE));
        acknowledge();
    }

    @Override
    protected void transmitReset(long code) {
        session.discard(number);
        boolean told = sendEnded && !finAwaited && received;
        sendEnded = true;
        finAwaited = false;
        ackDue = false;
        if (!told && number >= 0) session.send(number, Framing.flag(Framing.RESET_STREAM, code));
    }

    @Override
    protected void transmitStop(long code) {
        if (!received) session.send(number, Framing.flag(Framing.STOP_SENDING, code));
    }

    @Override
    protected void credit(int n) {
        session.read(n);
    }

    /** There is room again. */
    void resume() {
        waiting = false;
        writable();
    }

    // ---- what the channel tells

    /** Takes a part of a message. */
    void data(Buf data) {
        int before = data.size();
        session.given = 0;
        framing.read(data, this);
        session.read(before - session.given); // what framed it is read already
    }

    @Override
    public void bytes(Buf data) {
        if (received && !peerReset) throw new Violation("WebRTC data after FIN");
        session.deliver(this, data);
    }

    @Override
    public void flag(int flag, long code) {
        switch (flag) {
            case Framing.FIN -> {
                if (received) return;
                received = true;
                ackDue = true;
                if (sendEnded || gone) acknowledge();
                else session.acknowledgeLater(this);
                if (!gone) arrivedEnd();
            }
            case Framing.FIN_ACK -> finAwaited = false;
            case Framing.STOP_SENDING -> {
                session.discard(number);
                sendEnded = true;
                finAwaited = false; // the peer need not acknowledge any more
                acknowledge();
                if (!gone) arrivedStop(code);
            }
            case Framing.RESET_STREAM -> {
                session.discard(number);
                sendEnded = true;
                finAwaited = false;
                received = true;
                peerReset = true;
                ackDue = false;
                if (!gone) arrivedReset(code);
            }
            default -> {} // of a later version of the specification
        }
        session.closeIfDone(this);
    }

    /** FIN_ACK, if it is due. */
    void acknowledge() {
        if (!ackDue) return;
        ackDue = false;
        session.send(number, Framing.flag(Framing.FIN_ACK, Codes.NONE));
    }

    /** The peer has closed the channel. */
    void closedByPeer() {
        peerClosed = true;
        finAwaited = false;
        ackDue = false;
        // Bytes may lie unread still; without FIN, or while we have something to say, it is a reset.
        if (!gone && !(received && sendEnded)) arrivedReset(Codes.NONE);
    }

    /** Whether all was said that is to be said on the channel. */
    boolean isDone() {
        return gone && !finAwaited && !ackDue || peerClosed;
    }
}
