package libp2p.sim;

import java.util.ArrayList;
import java.util.List;
import libp2p.core.Rng;
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
    /** Where hosts listen. */
    static final int PORT = 4001;

    /** Hosts have the addresses from 11.0.0.0 on: public ones, which no special range interrupts. */
    private static final int FIRST = 11 << 24;

    /** NATs have those from 96.0.0.0 on. */
    private static final int FIRST_NAT = 96 << 24;

    /** Ports of dials that do not come from the port that their host listens on: RFC 6335 section 6. */
    private static final int EPHEMERAL = 49152;

    /** Bytes that a packet has besides its data. */
    private static final int HEADER = 40;

    /**
     * Where a dial goes.
     *
     * @param to who gets it
     * @param port and at which port
     * @param source the dialler's address as they see it
     * @param flow what it passes on the way; null without NATs
     */
    record Route(SimHost to, int port, Multiaddr source, @Nullable Flow flow) {}

    /** What waits for the end of a cut. */
    private record Held(Event event, Line line, int size, long since) {}

    private final World world;
    private final Rng random;
    private Links links = Links.constant(50_000_000);
    private boolean fromListenPort = true;
    private final List<Cut> cuts = new ArrayList<>();
    private final List<Held> held = new ArrayList<>();
    private final List<Nat> nats = new ArrayList<>(); // with public addresses
    private long dials;

    Network(World world) {
        this.world = world;
        this.random = Rng.seeded(Mix.with(world.seed(), 1));
    }

    void links(Links next) {
        links = next.in(world);
    }

    void dialsFromListenPort(boolean yes) {
        fromListenPort = yes;
    }

    /** What links and faults draw, in the order of what happens. */
    Rng random() {
        return random;
    }

    // ---- what is sent

    /** Lets something arrive at the other end of the line, after all that was sent before it, if it arrives at all. */
    void send(Event e, Line line, int size) {
        long now = world.timeline().now();
        if (line.lastArrival() == Links.NEVER) return;
        if (!cuts.isEmpty() && isCut(line.from(), line.to())) {
            held.add(new Held(e, line, size, now));
            return;
        }
        send(e, line, size, now);
    }

    private void send(Event e, Line line, int size, long leave) {
        Flow flow = line.flow();
        if (flow != null && !flow.carries(line.from(), leave)) {
            broken(line, leave + patience(), "the NAT has forgotten it");
            return;
        }
        long at = links.arrival(line.from(), line.to(), Traffic.STREAM, HEADER + size, leave);
        if (at < 0) {
            broken(line, ~at, "the network broke it");
            return;
        }
        Health there = line.to().health();
        Bottleneck reader = there == null ? null : there.reader;
        if (reader != null && at != Links.NEVER) at = reader.pass(Traffic.STREAM, size, at, world.timeline().now());
        at = Math.max(line.lastArrival(), at);
        line.lastArrival(at);
        if (at != Links.NEVER) world.timeline().add(e, at);
    }

    /** Lets a datagram arrive, or drops it. */
    void send(Datagram d, Line line) {
        long now = world.timeline().now();
        if (line.lastArrival() == Links.NEVER) return;
        if (!cuts.isEmpty() && isCut(line.from(), line.to())) return;
        Flow flow = line.flow();
        if (flow != null && !flow.carries(line.from(), now)) return;
        long at = links.arrival(line.from(), line.to(), Traffic.DATAGRAM, HEADER + d.data.size(), now);
        if (Links.arrives(at)) world.timeline().add(d, at);
    }

    /** Sends a dial; false if it does not get through now. */
    boolean knock(Attempt a) {
        if (!cuts.isEmpty() && isCut(a.from(), a.to())) return false;
        send(a, a, 0, world.timeline().now());
        return a.lastArrival() != Links.NEVER;
    }

    /** Both ends hear at that time that the connection is lost; nothing more arrives on this line. */
    private void broken(Line line, long time, String why) {
        line.lastArrival(Links.NEVER);
        world.timeline().add(new Break(line, why), time);
        Line back = line.back();
        if (back != null) world.timeline().add(new Break(back, why), time);
    }

    /** Something came on the line for an end that is no more; if anyone is there to say so, the sender hears it. True. */
    boolean unknown(Line line) {
        if (!answersFor(line.to())) return true;
        tell(line, "the host at the other end has restarted");
        return true;
    }

    /** The host at the other end says to the line's sender that there is no such connection. */
    void tell(Line line, String why) {
        long at = links.arrival(line.to(), line.from(), Traffic.STREAM, HEADER, world.timeline().now());
        if (Links.arrives(at) && (cuts.isEmpty() || !isCut(line.to(), line.from()))) world.timeline().add(new Break(line, why), at);
    }

    /** Whether anything answers there: the node, or the system that it ran on. */
    boolean answersFor(SimHost host) {
        Health h = host.health();
        return host.isUp() || h == null || !h.dark;
    }

    /** Until a silent peer is given up: the muxers' keep-alive, whose work this is where there are none. */
    long patience() {
        return world.limits().keepAliveNanos() + world.limits().keepAliveReplyNanos();
    }

    // ---- what is cut

    void cut(Cut c) {
        cuts.add(c);
    }

    /** A cut is over: what waited for it goes on. */
    void mend(Cut c) {
        cuts.remove(c);
        long now = world.timeline().now();
        List<Held> all = new ArrayList<>(held);
        held.clear();
        for (Held h : all) {
            if (h.line.lastArrival() == Links.NEVER) continue;
            if (isCut(h.line.from(), h.line.to())) held.add(h);
            else send(h.event, h.line, h.size, c.clogs() ? now : retransmission(h.since, now));
        }
    }

    /** When TCP tries next after {@code now} what it first sent at {@code since}. */
    private static long retransmission(long since, long now) {
        long at = since;
        for (long wait = Loss.TIMEOUT_LEAST; at < now; wait = Math.min(2 * wait, Loss.TIMEOUT_MOST)) at += wait;
        return at;
    }

    private boolean isCut(SimHost from, SimHost to) {
        for (Cut c : cuts) if (c.stops(from, to)) return true;
        return false;
    }

    // ---- where things are

    /** Where a host listens, in its own realm. */
    static Multiaddr address(SimHost host) {
        return address(ip(host), PORT);
    }

    static Multiaddr address(int ip, int port) {
        return Multiaddr.ip(new byte[] {(byte) (ip >>> 24), (byte) (ip >>> 16), (byte) (ip >>> 8), (byte) ip}, null, Proto.TCP, port);
    }

    private static int ip(SimHost host) {
        Nat nat = host.nat();
        return nat == null ? FIRST + host.index() : nat.insideOf(host);
    }

    /** The address of another NAT on the internet. */
    int place(Nat nat) {
        nats.add(nat);
        return FIRST_NAT + nats.size() - 1;
    }

    private static int ip(Multiaddr address) {
        Component ip = address.first(Proto.IP4);
        if (ip == null) return 0;
        byte[] b = ip.value();
        return (b[0] & 0xff) << 24 | (b[1] & 0xff) << 16 | (b[2] & 0xff) << 8 | b[3] & 0xff;
    }

    /** Who has that address on the internet: a host, a NAT, or null. */
    private @Nullable Object at(int ip) {
        int host = ip - FIRST;
        if (host >= 0 && host < world.hosts().size()) {
            SimHost h = world.hosts().get(host);
            return h.nat() == null ? h : null;
        }
        int nat = ip - FIRST_NAT;
        return nat >= 0 && nat < nats.size() ? nats.get(nat) : null;
    }

    /** The way of a dial; null if it leads nowhere, and nothing answers. */
    @Nullable Route route(SimHost from, Dial dial) {
        Integer port = port(dial.address());
        int ip = ip(dial.address());
        if (port == null) return null;
        int sourcePort = fromListenPort || dial.fromListenPort() ? PORT : EPHEMERAL + (int) (dials++ % (65536 - EPHEMERAL));
        Nat realm = from.nat();
        if (realm == null) {
            Object there = at(ip);
            if (there == null) return null;
            if (there instanceof SimHost host) {
                return new Route(host, port, sourcePort == PORT ? from.address() : address(ip(from), sourcePort), null);
            }
        }
        Flow flow = new Flow(from);
        int source = ip(from);
        long now = world.timeline().now();
        Object there = realm == null ? at(ip) : realm.inside(ip);
        while (there == null && realm != null) { // out of one realm after the other
            Nat.Mapping m = realm.leave(source, sourcePort, ip, port, now);
            flow.add(realm, m, Nat.end(ip, port), true);
            source = realm.address();
            sourcePort = m.port();
            if (ip == source) {
                if (!realm.type().hairpin()) return null;
                there = realm;
            }
            realm = realm.outer();
            if (there == null) there = realm == null ? at(ip) : realm.inside(ip);
        }
        int target = port;
        long source64 = Nat.end(source, sourcePort);
        while (there instanceof Nat nat) { // into one after the other
            Nat.Mapping m = nat.mapped(target, now);
            if (m == null) return null;
            flow.add(nat, m, source64, false);
            target = m.insidePort();
            there = nat.inside(m.inside());
        }
        return there instanceof SimHost host ? new Route(host, target, address(source, sourcePort), flow) : null;
    }

    private static @Nullable Integer port(Multiaddr address) {
        Component c = address.first(Proto.TCP);
        if (c == null) return null;
        byte[] b = c.value();
        return (b[0] & 0xff) << 8 | b[1] & 0xff;
    }
}
