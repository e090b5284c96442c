package libp2p.sim;

import libp2p.core.Rng;
import libp2p.multiformats.Nullable;

/**
 * Packets that are lost, and connections that break.
 *
 * <p>A lost datagram does not arrive. Of a connection, the chunk with a lost packet and all after it wait for the retransmission. It comes
 * after a round trip if at least three more packets of the chunk arrived, whose acknowledgements tell of the gap (RFC 5681 section 3.2),
 * else after a time-out that doubles (RFC 6298), until the connection is given up.
 *
 * @param part how many of all packets
 * @param resets how many of all chunks take their connection with them
 */
record Loss(Links inner, double part, double resets, @Nullable Rng random) implements Links {
    /** Bytes of a connection that travel in one packet. */
    static final int PACKET = 1460;

    /** The least retransmission time-out, as Linux has it. */
    static final long TIMEOUT_LEAST = 200 * World.MILLISECOND;

    /** The longest, RFC 6298 section 2.5 and Linux. */
    static final long TIMEOUT_MOST = 120 * World.SECOND;

    /** After so many in a row the connection is given up, after 924 s: RFC 1122 section 4.2.3.5, and Linux' tcp_retries2. */
    static final int TIMEOUTS_MAX = 15;

    /** What a trip counts for at most: what takes longer waits at its sender. */
    private static final long TRIP_MOST = World.SECOND;

    /** Packets that must arrive for the sender to hear of a gap before its time-out. */
    private static final int DUPLICATES = 3;

    static double part(double part) {
        if (!(part >= 0 && part <= 1)) throw new IllegalArgumentException("a part of " + part);
        return part;
    }

    static Rng given(@Nullable Rng random) {
        if (random == null) throw new IllegalStateException("the links are in no world yet");
        return random;
    }

    @Override
    public Links in(World world) {
        return new Loss(inner.in(world), part, resets, world.network().random());
    }

    @Override
    public long arrival(SimHost from, SimHost to, Traffic traffic, int size, long now) {
        Rng r = given(random);
        if (traffic == Traffic.STREAM && resets > 0 && r.nextDouble() < resets) {
            long at = inner.arrival(from, to, traffic, size, now);
            return Links.arrives(at) ? Links.broken(at) : at;
        }
        if (part == 0) return inner.arrival(from, to, traffic, size, now);
        if (traffic == Traffic.DATAGRAM) return r.nextDouble() < part ? NEVER : inner.arrival(from, to, traffic, size, now);
        return arrival(from, to, size, now, r);
    }

    /** The chunk's packets go, then those that were lost go again, until none was. */
    private long arrival(SimHost from, SimHost to, int size, long now, Rng r) {
        int packets = 1 + (size - 1) / PACKET;
        long leave = now;
        long wait = 0;
        int timeouts = 0;
        while (true) {
            long at = inner.arrival(from, to, Traffic.STREAM, Math.min(size, packets * PACKET), leave);
            if (!Links.arrives(at)) return at;
            int lost = 0;
            for (int i = 0; i < packets; i++) if (r.nextDouble() < part) lost++;
            if (lost == 0) return at;
            long trip = Math.min(at - leave, TRIP_MOST);
            if (packets - lost >= DUPLICATES) {
                leave = at + trip;
                timeouts = 0;
                wait = 0;
            } else {
                wait = wait == 0 ? Math.max(TIMEOUT_LEAST, 2 * trip) : Math.min(2 * wait, TIMEOUT_MOST);
                leave += wait;
                if (timeouts++ == TIMEOUTS_MAX) return Links.broken(leave);
            }
            packets = lost;
        }
    }
}
