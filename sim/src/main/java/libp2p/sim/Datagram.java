package libp2p.sim;

import libp2p.core.Buf;

/** A datagram beside a stream: it may overtake others, or not arrive. */
final class Datagram extends Event implements Timeline.Departure {
    /** Bytes that fit one packet on any path, beside QUIC's own (RFC 9000 section 14, RFC 9221). */
    static final int SIZE_MAX = 1200 - 40;

    private final SimStream from;

    /** The bytes. */
    final Buf data;

    /** Takes all of {@code source}. */
    Datagram(SimStream from, Buf source) {
        this.from = from;
        this.data = new Buf(source.takeAll());
    }

    @Override
    public void depart() {
        Line line = from.line();
        line.from().world().network().send(this, line);
    }

    @Override
    public void run() {
        from.arrived(this);
    }

    @Override
    Kind kind() {
        return Kind.DATAGRAM;
    }

    @Override
    SimHost host() {
        return from.line().to();
    }

    @Override
    int size() {
        return data.size();
    }

    @Override
    long content() {
        return Mix.with(0, data.array, data.start, data.end);
    }

    @Override
    public String toString() {
        return "hears a datagram of " + data.size() + " bytes";
    }
}
