package libp2p.sim;

import libp2p.core.Buf;

/** What one end of a stream or pipe sends in one turn: bytes, and what it has to say besides. It arrives as a whole. */
final class Chunk extends Event implements Timeline.Departure {
    /** No code is given. */
    static final long NONE = -1;

    private static final int ROOM = 192;

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

    /** The bytes. */
    final Buf data = new Buf(ROOM);

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
        data.grow(n);
        source.moveTo(data, n);
    }

    @Override
    public void depart() {
        Line line = from.line();
        from.departed();
        line.from().world().network().send(this, line, data.size());
    }

    @Override
    void run() {
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
        return data.size();
    }

    @Override
    long content() {
        long said = Mix.with((opens ? 1 : 0) + (finishes ? 2 : 0), credit);
        return Mix.with(Mix.with(Mix.with(said, reset), stop), data.array, data.start, data.end);
    }

    @Override
    public String toString() {
        StringBuilder s = new StringBuilder("hears ").append(data.size()).append(" bytes");
        if (opens) s.append(", opening a stream");
        if (credit > 0) s.append(", credit of ").append(credit);
        if (finishes) s.append(", the end");
        if (stop != NONE) s.append(", a stop");
        if (reset != NONE) s.append(", a reset");
        return s.toString();
    }
}
