package libp2p.core.node;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Proto;

/**
 * In what order, and how far apart, the addresses of a peer are tried (after go-libp2p's dial ranker: QUIC before TCP, IPv6 before IPv4,
 * relays last). A pure function.
 */
public final class DialRanker {
    /** Between an address and the next one of public addresses. */
    public static final long PUBLIC_STEP_NANOS = 250_000_000L;

    /** Between an address and the next one of private addresses. */
    public static final long PRIVATE_STEP_NANOS = 30_000_000L;

    /** How long relays wait if there is a direct address. */
    public static final long RELAY_NANOS = 500_000_000L;

    /**
     * An address and when to try it.
     *
     * @param address where to
     * @param delayNanos after the dial began
     */
    public record Ranked(Multiaddr address, long delayNanos) {}

    private DialRanker() {}

    /** The addresses in the order of their times. */
    public static List<Ranked> rank(List<Multiaddr> addresses) {
        List<Multiaddr> direct = new ArrayList<>();
        List<Multiaddr> relayed = new ArrayList<>();
        for (Multiaddr a : addresses) (a.has(Proto.P2P_CIRCUIT) ? relayed : direct).add(a);
        Comparator<Multiaddr> order = Comparator.comparingInt(DialRanker::transport);
        order = order.thenComparingInt(a -> a.has(Proto.IP6) ? 0 : 1).thenComparingInt(Multiaddr::port);
        direct.sort(order);
        List<Ranked> ranked = new ArrayList<>();
        long publicAt = 0;
        long privateAt = 0;
        for (Multiaddr a : direct) {
            if (isNear(a)) {
                ranked.add(new Ranked(a, privateAt));
                privateAt += PRIVATE_STEP_NANOS;
            } else {
                ranked.add(new Ranked(a, publicAt));
                publicAt += PUBLIC_STEP_NANOS;
            }
        }
        long relayAt = direct.isEmpty() ? 0 : RELAY_NANOS;
        for (Multiaddr a : relayed) {
            ranked.add(new Ranked(a, relayAt));
            relayAt += PUBLIC_STEP_NANOS;
        }
        ranked.sort(Comparator.comparingLong(Ranked::delayNanos));
        return ranked;
    }

    private static boolean isNear(Multiaddr a) {
        return a.isPrivate() || a.isLoopback() || a.isLinkLocal();
    }

    private static int transport(Multiaddr a) {
        if (a.has(Proto.QUIC_V1) && !a.has(Proto.WEBTRANSPORT)) return 0;
        if (a.has(Proto.WEBTRANSPORT)) return 1;
        if (a.has(Proto.TCP)) return 2;
        return 3;
    }
}
