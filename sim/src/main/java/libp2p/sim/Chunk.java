package libp2p.sim;

import libp2p.core.Buf;
import libp2p.multiformats.Nullable;

/** What one end of a stream or pipe sends in one turn: bytes, and what it has to say besides. It arrives as a whole. */
final class Chunk extends Event implements Timeline.Departure {
    /** No code is given. */
    static final long NONE = -1;

    private static final byte[] NOTHING = {};

    /** One end of a stream or pipe. */
    interface Port {
        /** What it sends on. */
        Line line();

        /** The chunk leaves; the next thing said is another's. */
        void departed();

        /** The chunk is at the other end; in a turn of the host there. */
        void arrived(Chunk chunk);
    }

    private final Port from;
    private final SimHost to;

    private @Nullable Buf gathering; // until it departs
    private byte[] data = NOTHING;

    /** It is the first of a stream. */
    boolean opens;

    /** Nothing follows in this direction. */
    boolean finishes;

    /** How many bytes the sender has read. */
    int credit;

    /** The sender gives up the stream, with this code. */
    long reset = NONE;

    /** The sender reads no more, with this code. */
    long stop = NONE;

    Chunk(Port from, SimHost to) {
        this.from = from;
        this.to = to;
    }

    /** Takes {@code n} bytes to carry. */
    void carry(Buf source, int n) {
        Buf all = gathering;
        if (all == null) {
            all = from.line().from().timeline().borrow();
            gathering = all;
        }
        all.grow(n);
        source.moveTo(all, n);
    }

    /** Whether it carries any bytes. */
    boolean hasBytes() {
        return data.length > 0;
    }

    /** The bytes, lent; in the turn in which it arrives. */
    Buf bytes() {
        return to.timeline().lend(data);
    }

    @Override
    public void depart() {
        Line line = from.line();
        from.departed();
        Buf all = gathering;
        if (all != null) {
            gathering = null;
            data = all.takeAll();
            to.timeline().giveBack(all);
        }
        line.from().world().network().send(this, line, data.length);
    }

    @Override
    public void run() {
        from.arrived(this);
    }

    @Override
    Kind kind() {
        return Kind.CHUNK;
    }

    @Override
    SimHost host() {
        return to;
    }

    @Override
    int size() {
        return data.length;
    }

    @Override
    long content() {
        long said = Mix.fold((opens ? 1 : 0) + (finishes ? 2 : 0), credit);
        return Mix.with(Mix.fold(Mix.fold(said, reset), stop), data, 0, data.length);
    }

    @Override
    public String toString() {
        StringBuilder s = new StringBuilder("hears ").append(data.length).append(" bytes");
        if (opens) s.append(", opening a stream");
        if (credit > 0) s.append(", credit of ").append(credit);
        if (finishes) s.append(", the end");
        if (stop != NONE) s.append(", a stop");
        if (reset != NONE) s.append(", a reset");
        return s.toString();
    }
}
