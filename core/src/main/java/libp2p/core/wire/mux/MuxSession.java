package libp2p.core.wire.mux;

import java.util.ArrayDeque;
import java.util.List;
import libp2p.core.Buf;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.Loop;
import libp2p.core.Violation;
import libp2p.core.net.Limits;
import libp2p.core.net.Scope;
import libp2p.core.net.StreamHandler;
import libp2p.core.wire.Muxer;
import libp2p.multiformats.Nullable;

/** The streams of a session: how many there may be, whose turn it is to open or to write, and how they all end. */
public abstract class MuxSession<S extends MuxStream> implements Muxer.Session {
    /**
     * Control frames, in bytes, that may wait beyond a full record before we take nothing more of what causes them.
     *
     * <p>More than a peer within its limits can cause (two credits, an acknowledgement, an end and a refusal for each of the default 1536
     * streams), so that two honest ends never wait for each other.
     */
    public static final int BACKLOG_MAX = 128 * 1024;

    /** How much of that may wait before our own openings wait too. */
    private static final int BACKLOG_OPEN_MAX = 32 * 1024;

    /** The least room for data with which a writer gets its turn, so that frames are no slivers. */
    private static final int TURN_ROOM = 2 * 1024;

    private static final byte[] NOTHING = {};

    private final Muxer.Context context;
    private final Loop loop;
    private final Staging staging;
    private final StreamTable<S> streams = new StreamTable<>();
    private final Writers writers = new Writers();
    private final Rate openings;
    private final Holdings holdings;
    private final Buf view = new Buf(NOTHING); // of received bytes, lent to a stream
    private @Nullable ArrayDeque<S> waiting;
    private int inbound;
    private int outbound;
    private int nameless;
    private boolean asked; // the driver knows that there is something to send
    private boolean gated; // received bytes were left because of the backlog
    private boolean draining;
    private boolean over; // ended or closed
    private boolean closed;
    private @Nullable CloseReason leaving; // why no more streams are opened
    private @Nullable CloseReason goodbye; // the peer's

    /** A session that has not begun. */
    protected MuxSession(Muxer.Context context) {
        this.context = context;
        this.loop = context.connection().loop();
        this.staging = new Staging(context.workspace(), context.plainMax());
        this.openings = new Rate(context.limits().streamOpeningsPerSecond());
        this.holdings = new Holdings(context.limits(), context.scope());
    }

    // ---- what the muxer implements

    /** A stream of ours that has no number yet. */
    protected abstract S outboundStream(StreamHandler handler);

    /** A stream of the peer's. */
    protected abstract S inboundStream(long key);

    /** Whether one more may be opened now, for the muxer's own reasons; if not, {@link #advance} is called later. */
    protected abstract boolean mayOpen();

    /** The number of the next stream of ours, as a key; negative if they are used up. */
    protected abstract long nextKey();

    /** Sends a stream's first frame. */
    protected abstract void sendOpen(S stream);

    /** Tells the peer that its stream was taken. */
    protected abstract void sendAccept(S stream);

    /** Refuses a stream of the peer's. */
    protected abstract void sendRefusal(long key, long code);

    /** Says goodbye. */
    protected abstract void sendFarewell(long code);

    /** A stream is over. */
    protected abstract void gone(S stream);

    /** What was staged is on its way. */
    protected void handedOver() {}

    /** The session is over: stops timers. */
    protected abstract void stopped();

    // ---- for the muxer

    /** What the session works with. */
    public final Muxer.Context context() {
        return context;
    }

    /** Where it lives. */
    public final Loop loop() {
        return loop;
    }

    /** The node's bounds. */
    protected final Limits limits() {
        return context.limits();
    }

    /** Frames on their way out; {@link #want} follows. */
    protected final Staging staging() {
        return staging;
    }

    /** The stream of that key. */
    protected final @Nullable S find(long key) {
        return streams.find(key);
    }

    /** The streams there are, in no order that matters. */
    protected final Iterable<S> live() {
        return streams.all();
    }

    /** Whether the session is over. */
    protected final boolean isOver() {
        return over;
    }

    /** There is something to send. */
    protected final void want() {
        if (asked) return;
        asked = true;
        context.transmitReady().run();
    }

    /** Whether received bytes must be left until the peer has taken some of what it caused; {@code readReady} follows. */
    protected final boolean backlogged() {
        if (staging.backlog() <= BACKLOG_MAX) return false;
        gated = true;
        return true;
    }

    /** The stream wants its turn to write. */
    protected final void queue(MuxStream stream) {
        writers.add(stream);
        want();
    }

    // ---- received bytes

    /** Takes {@code n} bytes from {@code plain} for a stream; null and one that has ended discard them. */
    protected final void deliver(@Nullable S s, Buf plain, int n) {
        if (s != null && s.live) {
            view.array = plain.array;
            view.start = plain.start;
            view.end = plain.start + n;
            holdings.hold(n);
            s.data(view);
            view.array = NOTHING;
            view.start = 0;
            view.end = 0;
            while (!holdings.fits() && resetWorst()) {} // each turn ends one stream
        }
        plain.start += n;
    }

    final void read(int n) {
        holdings.hold(-n);
        holdings.fits();
    }

    /** Gives up the stream that holds most; false if none holds anything. */
    private boolean resetWorst() {
        S worst = null;
        for (S s : streams.all()) {
            if (s.held > 0 && (worst == null || s.held > worst.held)) worst = s;
        }
        if (worst == null) return false;
        worst.abort(CloseReason.of(CloseReason.Kind.RESET, Codes.RESOURCE_LIMIT_EXCEEDED, "too much lies unread"));
        return true;
    }

    /** What the streams hold in all. */
    protected final Holdings holdings() {
        return holdings;
    }

    // ---- openings

    @Override
    public final Cancellable open(StreamHandler handler) {
        S s = outboundStream(handler);
        CloseReason no = leaving;
        ArrayDeque<S> queue = waiting;
        if (no != null) {
            s.endedSoon(no);
        } else if (queue != null && !queue.isEmpty() || !begin(s)) {
            if (queue == null) {
                queue = new ArrayDeque<>();
                waiting = queue;
            }
            if (queue.size() >= limits().streamsWaitingMax()) s.endedSoon(refusal("too many streams wait to be opened"));
            else queue.add(s);
        }
        return s;
    }

    private static CloseReason refusal(String detail) {
        return CloseReason.of(CloseReason.Kind.REFUSED, Codes.RESOURCE_LIMIT_EXCEEDED, detail);
    }

    /** Opens the stream or refuses it; false if it has to wait. */
    private boolean begin(S s) {
        int most = limits().streamsOutboundPerConnectionMax();
        if (outbound >= most && most > 0 || staging.backlog() > BACKLOG_OPEN_MAX || !mayOpen()) return false;
        if (most == 0 || !context.scope().reserve(Scope.Resource.STREAMS_OUTBOUND, 1)) {
            if (outbound > 0) return false; // when one of ours ends there may be room
            s.endedSoon(refusal("too many streams are open"));
            return true;
        }
        long key = nextKey();
        if (key < 0) {
            context.scope().release(Scope.Resource.STREAMS_OUTBOUND, 1);
            s.endedSoon(refusal("the stream numbers are used up"));
            return true;
        }
        s.key = key;
        s.live = true;
        outbound++;
        streams.add(s);
        sendOpen(s);
        want();
        s.begin();
        return true;
    }

    /** Opens what waits, as far as that may be. */
    protected final void advance() {
        ArrayDeque<S> queue = waiting;
        if (queue == null || over) return;
        while (!queue.isEmpty()) {
            S s = queue.peek();
            if (!begin(s)) return;
            if (queue.peek() == s) queue.poll(); // one that was refused has left already
        }
        waiting = null;
    }

    private void refuseWaiting(CloseReason reason) {
        ArrayDeque<S> queue = waiting;
        waiting = null;
        if (queue == null) return;
        for (S s : queue) s.endedSoon(reason);
    }

    /** Takes a stream of the peer's, which is counted, accepted and open; or refuses it and gives null. */
    protected final @Nullable S take(long key) {
        long code = refusalCode();
        if (code != Codes.NONE) {
            sendRefusal(key, code);
            want();
            context.observer().streamRefused(context.connection(), "",
                    CloseReason.of(CloseReason.Kind.REFUSED, code, "a stream of the peer's"));
            return null;
        }
        S s = inboundStream(key);
        s.key = key;
        s.live = true;
        s.nameless = true;
        inbound++;
        nameless++;
        streams.add(s);
        StreamHandler handler;
        try {
            handler = context.accept().apply(s);
        } catch (Violation v) {
            s.abort(CloseReason.of(v));
            return s;
        } catch (RuntimeException e) {
            context.observer().bug("accept", e);
            s.abort(CloseReason.bug(e));
            return s;
        }
        if (s.live) {
            sendAccept(s);
            want();
        }
        s.begin(handler);
        return s;
    }

    private long refusalCode() {
        if (leaving != null) return Codes.SHUTDOWN;
        if (!openings.take(loop.nanoTime())) return Codes.RATE_LIMITED;
        if (inbound >= limits().streamsInboundPerConnectionMax() || nameless >= limits().streamsUnnegotiatedMax()) {
            return Codes.RESOURCE_LIMIT_EXCEEDED;
        }
        return context.scope().reserve(Scope.Resource.STREAMS_INBOUND, 1) ? Codes.NONE : Codes.RESOURCE_LIMIT_EXCEEDED;
    }

    final void negotiated(MuxStream s) {
        if (!s.nameless) return;
        s.nameless = false;
        nameless--;
    }

    @SuppressWarnings("unchecked")
    final void removed(MuxStream s) {
        if (!s.live) {
            if (waiting != null) waiting.remove(s);
            return;
        }
        s.live = false;
        streams.remove(s.key);
        negotiated(s);
        if (s.inbound) inbound--;
        else outbound--;
        context.scope().release(s.inbound ? Scope.Resource.STREAMS_INBOUND : Scope.Resource.STREAMS_OUTBOUND, 1);
        holdings.hold(-s.held);
        holdings.fits();
        gone((S) s);
        if (over) return;
        advance();
        leaveIfDone();
    }

    // ---- sending

    @Override
    public final boolean transmit(Buf plain) {
        asked = true;
        if (!over) turns();
        staging.moveTo(plain);
        handedOver();
        if (!over) {
            advance();
            if (gated && staging.backlog() <= BACKLOG_MAX / 2) {
                gated = false;
                context.readReady().run();
            }
        }
        boolean more = !staging.isEmpty() || !writers.isEmpty() && !over;
        asked = more;
        return more;
    }

    /** Those who had to wait write in turn, as long as there is room. */
    private void turns() {
        while (staging.dataRoom() >= TURN_ROOM) {
            MuxStream s = writers.poll();
            if (s == null) return;
            if (s.live) s.turn();
        }
    }

    // ---- ends

    @Override
    public final int streams() {
        return streams.size();
    }

    @Override
    public final void drain(long code) {
        if (over || draining) return;
        draining = true;
        leave(code, "the connection is draining");
        for (S s : streams.all()) s.draining();
    }

    /** The peer takes no more streams. */
    protected final void peerLeaves(long code) {
        if (over) return;
        if (goodbye == null) goodbye = CloseReason.of(CloseReason.Kind.CONNECTION_CLOSED, code, "the peer said goodbye");
        if (leaving != null && !draining) return;
        draining = false; // it will not hear us
        leave(code, "the peer said goodbye");
    }

    @Override
    public final @Nullable CloseReason goodbye() {
        return goodbye;
    }

    private void leave(long code, String detail) {
        CloseReason reason = CloseReason.of(CloseReason.Kind.CONNECTION_CLOSED, code, detail);
        leaving = reason;
        refuseWaiting(reason);
        leaveIfDone();
    }

    private void leaveIfDone() {
        CloseReason reason = leaving;
        if (reason == null || over || streams.size() > 0) return;
        if (draining) {
            sendFarewell(reason.code());
            want();
        }
        end(reason);
    }

    /** The session is over by itself; the driver closes it. */
    protected final void end(CloseReason reason) {
        if (over) return;
        over = true;
        leaving = reason;
        stopped();
        context.ended().accept(reason);
    }

    @Override
    public final void close(CloseReason reason) {
        boolean saidGoodbye = over && draining;
        if (!over) stopped();
        over = true;
        CloseReason why = CloseReason.of(CloseReason.Kind.CONNECTION_CLOSED, reason.code(), reason.detail());
        if (reason.kind() != CloseReason.Kind.CONNECTION_CLOSED) why = why.because(List.of(reason));
        leaving = why;
        refuseWaiting(why);
        for (S s : streams.all()) {
            if (draining && !saidGoodbye) s.abort(why); // it had its time, and is reset before the farewell
            else s.endedSoon(why);
        }
        if (saidGoodbye || closed) return;
        closed = true;
        sendFarewell(reason.code());
        want();
    }

    @Override
    public final void dispose() {
        staging.dispose();
        writers.clear();
    }
}
