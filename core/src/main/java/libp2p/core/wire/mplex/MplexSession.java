package libp2p.core.wire.mplex;

import libp2p.core.Buf;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.Violation;
import libp2p.core.net.StreamHandler;
import libp2p.core.wire.Muxer;
import libp2p.core.wire.mux.MuxSession;
import libp2p.multiformats.Nullable;

/**
 * One end of an mplex connection: takes messages apart, and sends them.
 *
 * <p>There is no flow control: while one stream holds more than half of what it may, nothing more is read for any, and if that lasts
 * longer than {@link #STALL_NANOS} the stream is reset (mplex/README.md, Implementation notes: both of its ways).
 */
final class MplexSession extends MuxSession<MplexStream> {
    /** How long one stream that is not read may hold up the connection. */
    private static final long STALL_NANOS = 5_000_000_000L;

    /** The least of a larger write that is worth a message. */
    private static final int SLIVER = 1024;

    private static final long ID_END = 1L << 60;

    private final PartialVarint number = new PartialVarint();
    private final Pace pace;
    private long header;
    private boolean haveHeader;
    private int bodyLeft;
    private @Nullable MplexStream bodyStream;
    private @Nullable MplexStream blocking; // nothing is received until it has read
    private Cancellable stall = Cancellable.NONE;
    private long nextId;
    private boolean broken;

    MplexSession(Muxer.Context context) {
        super(context);
        pace = new Pace(loop(), limits().mplexOpeningsPerSecond(), this::advance);
        nextId = context.initiator() ? 1 : 0;
    }

    // ---- keys: each end numbers its own streams, so who opened it belongs to the key

    private static long key(long id, boolean inbound) {
        return id << 1 | (inbound ? 1 : 0);
    }

    static long id(long key) {
        return key >>> 1;
    }

    // ---- receiving

    @Override
    public void receive(Buf plain) {
        try {
            while (!plain.isEmpty() && !broken && !isOver() && blocking == null) {
                if (bodyLeft > 0) body(plain);
                else if (backlogged()) return;
                else if (number.take(plain)) numbered(number.value());
            }
        } catch (Violation v) {
            broken = true;
            throw v;
        } finally {
            if (broken || isOver()) plain.skip(plain.size());
        }
    }

    private void numbered(long value) {
        if (!haveHeader) {
            header = value;
            haveHeader = true;
            return;
        }
        haveHeader = false;
        if (value > Frames.LENGTH_MAX) throw new Violation("a message of " + value + " bytes");
        bodyStream = null;
        bodyLeft = (int) value;
        long id = Frames.id(header);
        int flag = Frames.flag(header);
        if (flag == Frames.NEW) opened(id, bodyLeft);
        else if (flag <= Frames.RESET + 1) message(id, flag);
        else throw new Violation("mplex flag " + flag);
    }

    private void opened(long id, int nameSize) {
        if (nameSize > Frames.NAME_MAX) throw new Violation("a stream name of " + nameSize + " bytes");
        long key = key(id, true);
        if (find(key) != null) throw new Violation("the peer opened a stream twice");
        take(key);
    }

    private void message(long id, int flag) {
        boolean inbound = (flag & 1) == 0; // the initiator's flags are the even ones
        int kind = inbound ? flag - 1 : flag;
        MplexStream s = find(key(id, inbound));
        if (s == null) {
            // It was on its way when the stream went, and is passed over; an answer to it would get js-libp2p to close the connection.
            if (!inbound && id >= nextId) throw new Violation("a message for a stream that was never opened");
        } else if (kind == Frames.RESET) {
            s.peerReset();
        } else if (kind == Frames.CLOSE) {
            s.peerFinished();
        } else if (s.peerDone() && bodyLeft > 0) {
            s.abort(CloseReason.of(CloseReason.Kind.VIOLATION, Codes.PROTOCOL_VIOLATION, "data after the end"));
        } else {
            bodyStream = s;
        }
    }

    private void body(Buf plain) {
        int n = Math.min(bodyLeft, plain.size());
        MplexStream s = bodyStream;
        if (s != null && s.isLive()) {
            int room = limits().mplexBufferMax() - s.held();
            if (room <= limits().mplexBufferMax() / 2) {
                block(s);
                return;
            }
            n = Math.min(n, room);
        }
        deliver(s, plain, n);
        bodyLeft -= n;
    }

    private void block(MplexStream s) {
        blocking = s;
        stall = loop().schedule(STALL_NANOS, () -> s.abort(
                CloseReason.of(CloseReason.Kind.TIMED_OUT, Codes.RESOURCE_LIMIT_EXCEEDED, "what arrived was not read in time")));
    }

    private void unblock() {
        blocking = null;
        stall.cancel();
        context().readReady().run();
    }

    /** The stream has read some. */
    void credit(MplexStream s) {
        if (s == blocking && s.held() < limits().mplexBufferMax() / 2) unblock();
    }

    @Override
    protected void gone(MplexStream s) {
        if (s == blocking) unblock();
    }

    // ---- sending

    /** Appends a message that has no data. */
    void send(long head) {
        Frames.put(staging().control(Frames.HEADER_MAX), head, 0);
        want();
    }

    /** Appends a message of at most {@code n} bytes; says how many it has, 0 if there is no room now. */
    int transmit(MplexStream s, Buf source, int n) {
        long head = s.header(Frames.MESSAGE);
        int room = staging().dataRoom() - Frames.size(head, n);
        if (room < Math.min(n, SLIVER)) return 0;
        int m = Math.min(n, room);
        Buf to = staging().data();
        Frames.put(to, head, m);
        source.moveTo(to, m);
        want();
        return m;
    }

    /** The stream could not write all that it has. */
    void turn(MplexStream s) {
        queue(s);
    }

    @Override
    protected MplexStream outboundStream(StreamHandler handler) {
        return new MplexStream(this, handler);
    }

    @Override
    protected MplexStream inboundStream(long key) {
        return new MplexStream(this, null);
    }

    @Override
    protected boolean mayOpen() {
        return pace.mayOpen();
    }

    @Override
    protected long nextKey() {
        if (nextId >= ID_END) return -1;
        long id = nextId;
        nextId += 2; // mplex/README.md, Opening a new stream: the initiator's are odd
        return key(id, false);
    }

    @Override
    protected void sendOpen(MplexStream s) {
        pace.opened();
        send(Frames.header(s.id(), Frames.NEW));
    }

    @Override
    public void unpaced() {
        pace.lift();
        advance();
    }

    @Override
    protected void sendAccept(MplexStream s) {}

    @Override
    protected void sendRefusal(long key, long code) {
        send(Frames.header(id(key), Frames.RESET));
    }

    @Override
    protected void sendFarewell(long code) {}

    @Override
    protected void stopped() {
        pace.stop();
        stall.cancel();
    }
}
