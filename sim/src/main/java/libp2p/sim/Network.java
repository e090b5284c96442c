package libp2p.sim;

import libp2p.core.net.Dial;
import libp2p.multiformats.Component;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;
import libp2p.multiformats.Proto;

/**
 * Where hosts are and how they reach each other: {@link #send} alone decides when something arrives or whether it does, {@link #route}
 * alone to whom a dial goes and as whom it comes.
 */
final class Network {
    /** Hosts have the addresses from 11.0.0.0 on: public ones, which no special range interrupts. */
    private static final int FIRST = 11 << 24;

    private static final int PORT = 4001;

    /** Bytes that a packet has besides its data. */
    private static final int HEADER = 40;

    /**
     * Where a dial goes.
     *
     * @param to who gets it
     * @param source the dialler's address as they see it
     */
    record Route(SimHost to, Multiaddr source) {}

    private final World world;
    private Links links = Links.constant(50_000_000);

    Network(World world) {
        this.world = world;
    }

    void links(Links next) {
        links = next;
    }

    /** Lets something arrive at the other end of the line, after all that was sent before it, if it arrives at all. */
    void send(Event e, Line line, int size) {
        long last = line.lastArrival();
        if (last == Links.NEVER) return;
        long now = world.timeline().now();
        long at = Math.max(last, links.arrival(line.from(), line.to(), HEADER + size, now));
        line.lastArrival(at);
        if (at != Links.NEVER) world.timeline().add(e, at);
    }

    /** The way of a dial; null if it leads nowhere, and nothing answers. Hosts dial from the port that they listen on. */
    @Nullable Route route(SimHost from, Dial dial) {
        SimHost to = at(dial.address());
        return to == null ? null : new Route(to, from.address());
    }

    /** Where the host of that number listens. */
    static Multiaddr address(int index) {
        int ip = FIRST + index;
        return Multiaddr.ip(new byte[] {(byte) (ip >>> 24), (byte) (ip >>> 16), (byte) (ip >>> 8), (byte) ip}, null, Proto.TCP, PORT);
    }

    private @Nullable SimHost at(Multiaddr address) {
        Component ip = address.first(Proto.IP4);
        if (ip == null) return null;
        byte[] b = ip.value();
        int index = ((b[0] & 0xff) << 24 | (b[1] & 0xff) << 16 | (b[2] & 0xff) << 8 | b[3] & 0xff) - FIRST;
        return index >= 0 && index < world.hosts().size() ? world.hosts().get(index) : null;
    }
}
