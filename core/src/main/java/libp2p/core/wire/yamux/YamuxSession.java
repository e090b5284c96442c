package libp2p.core.wire.yamux;

import libp2p.core.Buf;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.Violation;
import libp2p.core.net.StreamHandler;
import libp2p.core.wire.Muxer;
import libp2p.core.wire.mux.MuxSession;
import libp2p.multiformats.Nullable;

/** One end of a Yamux connection: takes frames apart, and sends them. */
final class YamuxSession extends MuxSession<YamuxStream> {
    /** Ping replies that may wait; more pings get none, as in go-yamux. */
    private static final int REPLIES_MAX = 32;

    /** The least of a larger write that is worth a frame. */
    private static final int SLIVER = 1024;

    private final Header header = new Header();
    private final SeenIds seen = new SeenIds();
    private final RoundTrip roundTrip;
    private @Nullable YamuxStream bodyStream;
    private int bodyLeft;
    private boolean bodyFinishes;
    private int nextId;
    private int unacknowledged;
    private int replies;
    private long late; // what may still come for streams that are gone: the windows that they had left
    private boolean broken;

    YamuxSession(Muxer.Context context) {
        super(context);
        roundTrip = new RoundTrip(this, limits().keepAliveNanos(), limits().keepAliveReplyNanos());
        nextId = context.initiator() ? 1 : 2;
    }

    void begin() {
        roundTrip.ping();
    }

    // ---- receiving

    @Override
    public void receive(Buf plain) {
        if (!plain.isEmpty()) roundTrip.heard();
        try {
            while (!plain.isEmpty() && !broken && !isOver()) {
                if (bodyLeft > 0) body(plain);
                else if (backlogged()) return;
                else if (header.take(plain)) frame(header.type(), header.flags(), header.id(), header.length());
            }
        } catch (Violation v) {
            broken = true;
            throw v;
        } finally {
            if (broken || isOver()) plain.skip(plain.size());
        }
    }

    private void frame(int type, int flags, int id, int length) {
        if (header.version() != Frames.VERSION) throw new Violation("yamux version " + header.version());
        switch (type) {
            case Frames.DATA, Frames.UPDATE -> streamFrame(type, flags, id, length);
            case Frames.PING -> ping(flags, length);
            case Frames.GOAWAY -> peerLeaves(length & Codes.MAX);
            default -> throw new Violation("yamux frame of type " + type);
        }
    }

    private void ping(int flags, int value) {
        if ((flags & Frames.ACK) != 0) {
            roundTrip.answered(value);
        } else if ((flags & Frames.SYN) != 0 && replies < REPLIES_MAX) {
            replies++;
            send(Frames.PING, Frames.ACK, 0, value);
        }
    }

    private void streamFrame(int type, int flags, int id, int length) {
        boolean data = type == Frames.DATA;
        if (id == 0) throw new Violation("a stream without a number");
        if (data && length < 0) throw new Violation("a frame of 2^31 bytes or more");
        boolean opens = (flags & Frames.SYN) != 0;
        YamuxStream s = opens ? opened(id, flags) : find(id & Codes.MAX);
        if (s == null || !opens && s.peerDone() && data && length > 0) {
            if (s != null) s.abort(CloseReason.of(CloseReason.Kind.VIOLATION, Codes.PROTOCOL_VIOLATION, "data after the end"));
            else if (!opens) known(id);
            if (data) discard(length);
            return;
        }
        if (data) {
            if (length > s.receiveWindow()) throw new Violation("window overrun: " + length + " bytes, " + s.receiveWindow() + " allowed");
            s.spend(length);
        }
        if ((flags & Frames.RST) != 0) {
            if (data) skip(length);
            s.peerReset(data ? Codes.NONE : length & Codes.MAX);
            return;
        }
        if (!s.isInbound() && s.acknowledge()) {
            unacknowledged--;
            advance();
        }
        boolean finishes = (flags & Frames.FIN) != 0;
        if (data) {
            bodyStream = s;
            bodyLeft = length;
            bodyFinishes = finishes;
            if (length == 0) bodyDone();
        } else {
            if (!s.granted(length)) throw new Violation("a window beyond 2^32 bytes");
            if (finishes) s.peerFinished();
        }
    }

    /** A stream that the peer opens; null if it was refused, or came with its own reset. */
    private @Nullable YamuxStream opened(int id, int flags) {
        if (ours(id)) throw new Violation("the peer opened a stream with a number of ours");
        if (!seen.add(id)) throw new Violation("the peer used a stream number twice");
        YamuxStream s = (flags & Frames.RST) != 0 ? null : take(id & Codes.MAX);
        if (s == null) late += Frames.WINDOW;
        return s;
    }

    private boolean ours(int id) {
        return (id & 1) != 0 == context().initiator();
    }

    /** Frames for streams that are gone were on their way when they went; those for streams that never were are none. */
    private void known(int id) {
        boolean was = ours(id) ? Integer.compareUnsigned(id, nextId) < 0 : seen.reached(id);
        if (!was) throw new Violation("a frame for a stream that was never opened");
    }

    private void discard(int length) {
        late -= length;
        if (late < 0) throw new Violation("data for streams that are gone, beyond their windows");
        skip(length);
    }

    private void skip(int length) {
        bodyStream = null;
        bodyLeft = length;
        bodyFinishes = false;
    }

    private void body(Buf plain) {
        int n = Math.min(bodyLeft, plain.size());
        deliver(bodyStream, plain, n);
        bodyLeft -= n;
        if (bodyLeft == 0) bodyDone();
    }

    private void bodyDone() {
        YamuxStream s = bodyStream;
        bodyStream = null;
        if (s != null && bodyFinishes && s.isLive()) s.peerFinished();
    }

    // ---- windows

    /** Grants the peer again what was read of half a window; twice the window, if two round trips sufficed for that. */
    void grant(YamuxStream s) {
        long now = loop().nanoTime();
        int window = s.window();
        int by = Math.min(window, limits().windowMax() - window);
        if (by > 0 && now - s.grantedAt() < 2 * roundTrip.nanos() && holdings().grow(by)) s.widen(by);
        send(Frames.UPDATE, 0, s.id(), s.grant(now));
    }

    @Override
    protected void gone(YamuxStream s) {
        late += s.receiveWindow();
        if (!s.isInbound() && !s.acknowledged()) unacknowledged--;
        holdings().shrink(s.window() - limits().windowInitial());
    }

    // ---- sending

    /** Appends a frame that has no data. */
    void send(int type, int flags, int id, int length) {
        Frames.put(staging().control(Frames.HEADER), type, flags, id, length);
        want();
    }

    /** Appends a data frame of at most {@code n} bytes; says how many it has, 0 if there is no room now. */
    int transmit(YamuxStream s, Buf source, int n) {
        int room = staging().dataRoom() - Frames.HEADER;
        if (room < Math.min(n, SLIVER)) return 0;
        int m = Math.min(n, room);
        Buf to = staging().data();
        Frames.put(to, Frames.DATA, 0, s.id(), m);
        source.moveTo(to, m);
        want();
        return m;
    }

    /** The stream could not write all that it has. */
    void turn(YamuxStream s) {
        queue(s);
    }

    void sendPing(int value) {
        send(Frames.PING, Frames.SYN, 0, value);
    }

    /** The peer answers no ping and sends nothing else. */
    void silent() {
        end(CloseReason.of(CloseReason.Kind.TIMED_OUT, "the peer does not answer"));
    }

    @Override
    protected YamuxStream outboundStream(StreamHandler handler) {
        return new YamuxStream(this, handler, limits().windowInitial());
    }

    @Override
    protected YamuxStream inboundStream(long key) {
        return new YamuxStream(this, null, limits().windowInitial());
    }

    /** specs/yamux/README.md, ACK backlog. */
    @Override
    protected boolean mayOpen() {
        return unacknowledged < limits().streamsUnnegotiatedMax();
    }

    @Override
    protected long nextKey() {
        int id = nextId;
        if (Integer.compareUnsigned(id, -3) >= 0) return -1;
        nextId = id + 2;
        return id & Codes.MAX;
    }

    @Override
    protected void sendOpen(YamuxStream s) {
        unacknowledged++;
        send(Frames.UPDATE, Frames.SYN, s.id(), limits().windowInitial() - Frames.WINDOW);
    }

    @Override
    protected void sendAccept(YamuxStream s) {
        send(Frames.UPDATE, Frames.ACK, s.id(), limits().windowInitial() - Frames.WINDOW);
    }

    @Override
    protected void sendRefusal(long key, long code) {
        send(Frames.UPDATE, Frames.RST, (int) key, (int) code);
    }

    @Override
    protected void sendFarewell(long code) {
        send(Frames.GOAWAY, 0, 0, (int) code);
    }

    @Override
    protected void handedOver() {
        replies = 0;
    }

    @Override
    protected void stopped() {
        roundTrip.stop();
    }
}
