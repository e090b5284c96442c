package libp2p.sim;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import libp2p.core.node.Protocol;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;

/**
 * A network address translator, with hosts and further NATs behind it.
 *
 * <p>Those behind it have private addresses, which others behind other NATs have too. Traffic that leaves makes a mapping from the inside
 * address and port to a port outside; traffic that comes back to that port is let in as the {@link NatType} has it. A connection whose
 * mapping is forgotten is lost.
 */
public final class Nat {
    /** Private addresses of hosts, RFC 1918. */
    private static final int HOSTS = 10 << 24 | 2;

    /** Addresses of NATs behind a carrier's, RFC 6598. */
    private static final int NATS = 100 << 24 | 64 << 16 | 2;

    private static final int PORT_FIRST = 1024;
    private static final int PORTS = 65536 - PORT_FIRST;

    /** Mappings, and ends that one talks to, before what has expired is cleared away. */
    private static final int SWEEP = 64;

    private final World world;
    private final NatType type;
    private final @Nullable Nat outer;
    private final int address;
    private final List<Object> hosts = new ArrayList<>();
    private final List<Object> nats = new ArrayList<>();
    private final Map<SimHost, Integer> places = new LinkedHashMap<>();
    private final Map<Key, Mapping> byInside = new LinkedHashMap<>();
    private final Map<Integer, Mapping> byPort = new LinkedHashMap<>();
    private int nextPort = PORT_FIRST;
    private int sweepAt = SWEEP;

    /** Whose mapping it is; the remote end is 0 where all share one. */
    private record Key(long inside, long remote) {}

    /** Behind {@code outer}, or on the internet. */
    Nat(World world, NatType type, @Nullable Nat outer) {
        this.world = world;
        this.type = type;
        this.outer = outer;
        if (outer == null) {
            address = world.network().place(this);
        } else {
            address = NATS + outer.nats.size();
            outer.nats.add(this);
        }
    }

    // ---- who is behind it

    /** A host behind it, that speaks these protocols. */
    public SimHost host(Protocol... protocols) {
        return world.host(this, List.of(protocols), null);
    }

    /** That many hosts behind it, each with protocols of its own. */
    public List<SimHost> hosts(int count, Supplier<? extends List<? extends Protocol>> protocols) {
        List<SimHost> made = new ArrayList<>(count);
        for (int i = 0; i < count; i++) made.add(world.host(this, protocols.get(), protocols));
        return made;
    }

    /** Another NAT behind this one, which is then a carrier's. */
    public Nat nat(NatType inner) {
        return new Nat(world, inner, this);
    }

    /**
     * Opens a port for good to where that host, which is behind it, listens, as UPnP does: the address outside, in the realm that this
     * NAT is in.
     */
    public Multiaddr forward(SimHost host) {
        if (host.nat() != this) throw new IllegalArgumentException(host + " is not behind this NAT");
        Mapping m = new Mapping(insideOf(host), Network.PORT, port(Network.PORT), null);
        m.used = Long.MAX_VALUE;
        byPort.put(m.port, m);
        return Network.address(address, m.port);
    }

    /**
     * The address outside that the port has on which that host, which is behind it, listens; null if it has none now, or one for each
     * remote end.
     */
    public @Nullable Multiaddr outside(SimHost host) {
        Mapping m = byInside.get(new Key(end(insideOf(host), Network.PORT), 0));
        return m == null || !keeps(m, world.now()) ? null : Network.address(address, m.port);
    }

    /** How it behaves. */
    public NatType type() {
        return type;
    }

    /** The NAT that it is behind itself; null if it is on the internet. */
    public @Nullable Nat outer() {
        return outer;
    }

    int address() {
        return address;
    }

    int insideOf(SimHost host) {
        Integer place = places.get(host);
        if (place == null) {
            place = HOSTS + hosts.size();
            hosts.add(host);
            places.put(host, place);
        }
        return place;
    }

    /** Who has that address on its inside: a host, a NAT, or null. */
    @Nullable Object inside(int ip) {
        int host = ip - HOSTS;
        if (host >= 0 && host < hosts.size()) return hosts.get(host);
        int nat = ip - NATS;
        return nat >= 0 && nat < nats.size() ? nats.get(nat) : null;
    }

    // ---- what it remembers

    /** An address and port as one number. */
    static long end(int ip, int port) {
        return (ip & 0xffffffffL) << 16 | port;
    }

    /** What an outside port stands for. */
    static final class Mapping {
        private final int inside;
        private final int insidePort;
        private final int port;
        private final @Nullable Key key; // null for one that was opened for good
        private final Map<Long, Long> talkedTo = new LinkedHashMap<>(); // remote ends, and when last
        private long used;

        Mapping(int inside, int insidePort, int port, @Nullable Key key) {
            this.inside = inside;
            this.insidePort = insidePort;
            this.port = port;
            this.key = key;
        }

        int inside() {
            return inside;
        }

        int insidePort() {
            return insidePort;
        }

        int port() {
            return port;
        }

        /** Traffic with that remote end passes. */
        void talked(long remote, long now) {
            if (key != null) used = now;
            talkedTo.put(remote, now);
        }
    }

    /** Traffic leaves: its mapping, new if need be; its remote end may answer from now on. */
    Mapping leave(int inside, int insidePort, int remoteIp, int remotePort, long now) {
        long remote = end(remoteIp, remotePort);
        boolean one = type.mapping() == NatType.Mapping.ENDPOINT_INDEPENDENT;
        Key key = new Key(end(inside, insidePort), one ? 0 : remote);
        Mapping m = byInside.get(key);
        if (m == null || !keeps(m, now)) {
            sweep(now);
            if (m != null) forget(m);
            m = new Mapping(inside, insidePort, port(insidePort), key);
            byInside.put(key, m);
            byPort.put(m.port, m);
        }
        m.talked(remote, now);
        return m;
    }

    /** What an outside port stands for now; null if for nothing. */
    @Nullable Mapping mapped(int port, long now) {
        Mapping m = byPort.get(port);
        return m != null && keeps(m, now) ? m : null;
    }

    /** Whether it has not expired. */
    boolean keeps(Mapping m, long now) {
        return now - m.used <= type.expiryNanos() && byPort.get(m.port) == m;
    }

    /** Whether it lets traffic of that remote end in. */
    boolean admits(Mapping m, long remote, long now) {
        if (!keeps(m, now)) return false;
        if (m.key == null) return true;
        return switch (type.filtering()) {
            case ENDPOINT_INDEPENDENT -> true;
            case ADDRESS_DEPENDENT -> talked(m, remote, 16, now);
            case ADDRESS_AND_PORT_DEPENDENT -> talked(m, remote, 0, now);
        };
    }

    private boolean talked(Mapping m, long remote, int shift, long now) {
        for (Map.Entry<Long, Long> e : m.talkedTo.entrySet()) {
            if (e.getKey() >>> shift == remote >>> shift && now - e.getValue() <= type.expiryNanos()) return true;
        }
        return false;
    }

    /** An outside port that is free. */
    private int port(int insidePort) {
        if (byPort.size() >= PORTS) throw new IllegalStateException("a NAT has no port left");
        int port = switch (type.ports()) {
            case PRESERVED -> Math.max(PORT_FIRST, insidePort);
            case SEQUENTIAL -> nextPort;
            case RANDOM -> PORT_FIRST + world.network().random().nextInt(PORTS);
        };
        while (byPort.containsKey(port)) port = after(port);
        if (type.ports() == NatType.Ports.SEQUENTIAL) nextPort = after(port);
        return port;
    }

    private static int after(int port) {
        return port + 1 < 65536 ? port + 1 : PORT_FIRST;
    }

    private void sweep(long now) {
        if (byPort.size() < sweepAt) return;
        for (Mapping m : new ArrayList<>(byPort.values())) {
            if (!keeps(m, now)) forget(m);
            else sweep(m.talkedTo, now);
        }
        sweepAt = Math.max(SWEEP, 2 * byPort.size());
    }

    private void sweep(Map<Long, Long> talkedTo, long now) {
        for (Iterator<Long> i = talkedTo.values().iterator(); i.hasNext();) if (now - i.next() > type.expiryNanos()) i.remove();
    }

    private void forget(Mapping m) {
        byPort.remove(m.port, m);
        if (m.key != null) byInside.remove(m.key, m);
    }

    /** Such as {@code NAT at 96.0.0.3}. */
    @Override
    public String toString() {
        return "NAT at " + (address >>> 24) + "." + (address >>> 16 & 255) + "." + (address >>> 8 & 255) + "." + (address & 255);
    }
}
