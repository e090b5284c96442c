package libp2p.sim;

import libp2p.core.Buf;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Loop;
import libp2p.core.net.BaseStream;
import libp2p.core.net.Connection;
import libp2p.core.net.StreamHandler;
import libp2p.multiformats.Nullable;

/** One end of a stream of a {@link SimConnection}: ordered bytes within a window, without frames. Also what gives up its opening. */
final class SimStream extends BaseStream implements Chunk.Port, Cancellable {
    private final SimConnection connection;
    private @Nullable SimStream peer;
    private @Nullable Chunk out; // what this turn sends
    private int room; // that the peer has for us
    private int read; // and not told the peer yet
    private boolean wanting;

    /** Others of the connection; null where there are none, and before and after. */
    @Nullable SimStream before;

    @Nullable SimStream after;

    /** Counted, and among the connection's. */
    boolean live;

    final boolean inbound;

    /** A stream of the peer's if {@code handler} is null, else one of ours. */
    SimStream(SimConnection connection, @Nullable StreamHandler handler) {
        super(handler == null ? NOBODY : handler, connection.observer());
        this.connection = connection;
        this.inbound = handler == null;
        this.room = connection.window();
    }

    /** Ours begins. */
    void begin() {
        out().opens = true;
        openedSoon();
    }

    /** The peer's begins. */
    void begin(SimStream from, StreamHandler first) {
        meet(from);
        opened(first);
    }

    /** The peer's is not taken. */
    void refuse(SimStream from, long code) {
        meet(from);
        transmitReset(code);
    }

    private void meet(SimStream from) {
        peer = from;
        from.peer = this;
    }

    /** The connection is over. */
    void gone(CloseReason reason) {
        ended(reason);
    }

    private Chunk out() {
        Chunk c = out;
        if (c == null) {
            c = new Chunk(this, connection.to());
            out = c;
            connection.from().timeline().departing(c);
        }
        return c;
    }

    // ---- chunks

    @Override
    public Line line() {
        return connection;
    }

    @Override
    public void departed() {
        out = null;
    }

    @Override
    public void arrived(Chunk c) {
        SimStream there = peer;
        if (c.opens) {
            if (connection.farGone()) return;
            there = connection.far().take(this);
        } else if (there == null ? connection.farGone() : there.connection.gone()) {
            return;
        }
        if (there != null) there.hear(c);
    }

    /** A datagram is at the other end; it is dropped where the stream is not known yet or no more. */
    void arrived(Datagram d) {
        SimStream there = peer;
        if (connection.farGone() || there == null) return;
        there.handlerCalled(true);
        try {
            there.arrivedDatagram(d.data);
        } finally {
            there.handlerCalled(false);
        }
    }

    private void hear(Chunk c) {
        if (c.credit > 0) credited(c.credit);
        if (c.hasBytes()) arrived(c.bytes());
        if (c.finishes) arrivedEnd();
        if (c.stop != Chunk.NONE) arrivedStop(c.stop);
        if (c.reset != Chunk.NONE) arrivedReset(c.reset);
    }

    private void credited(int n) {
        room += n;
        if (!wanting) return;
        wanting = false;
        writable();
    }

    // ---- the stream

    @Override
    protected int transmit(Buf source) {
        int n = Math.min(room, source.size());
        if (n < source.size()) wanting = true;
        if (n == 0) return 0;
        room -= n;
        out().carry(source, n);
        return n;
    }

    @Override
    protected void transmitFinish() {
        out().finishes = true;
    }

    @Override
    protected void transmitReset(long code) {
        out().reset = code;
    }

    @Override
    protected void transmitStop(long code) {
        out().stop = code;
    }

    @Override
    protected void consumed(int n) {
        read += n;
        if (read < connection.window() / 2) return;
        out().credit += read;
        read = 0;
    }

    @Override
    public int datagramMax() {
        return isEnded() || !wasOpened() ? 0 : Datagram.SIZE_MAX;
    }

    @Override
    public boolean datagram(Buf data) {
        int n = data.size();
        if (n > datagramMax()) return false;
        Datagram d = new Datagram(this, data);
        connection.from().timeline().departing(d);
        return true;
    }

    @Override
    protected void removed(CloseReason reason) {
        connection.left(this);
    }

    @Override
    protected void handlerCalled(boolean begins) {
        if (begins) connection.from().timeline().enter();
        else connection.from().timeline().leave();
    }

    @Override
    public void cancel() {
        loop().execute(() -> {
            if (!wasOpened()) abort(CloseReason.CANCELLED);
        });
    }

    @Override
    public Connection connection() {
        return connection;
    }

    @Override
    public Loop loop() {
        return connection.loop();
    }
}
