package libp2p.gossipsub;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Connection;
import libp2p.multiformats.Multiaddr;

/** What peers may share: IP addresses, and of IPv6 the /64 too. */
final class Sources {
    private static final int SUBNET6 = 8;

    private Sources() {}

    /** The addresses of a peer's connections; loopback and what is exempt are nobody's. */
    static List<String> of(List<Connection> connections, Predicate<Multiaddr> exempt) {
        List<String> all = new ArrayList<>(2);
        for (Connection c : connections) {
            if (c.limited()) continue; // a relay's address is not the peer's
            Multiaddr address = c.remoteAddress().unmapped();
            byte[] ip = address.ip();
            if (ip == null || address.isLoopback() || exempt.test(address)) continue;
            add(all, text(ip, ip.length));
            if (ip.length > 4) add(all, text(ip, SUBNET6));
        }
        return all;
    }

    /** The one source that a peer's messages are counted under. */
    static String one(PeerId peer, List<String> addresses) {
        return addresses.isEmpty() ? peer.toString() : addresses.get(0);
    }

    private static void add(List<String> all, String a) {
        if (!all.contains(a)) all.add(a);
    }

    private static String text(byte[] ip, int n) {
        StringBuilder s = new StringBuilder(2 * n);
        for (int i = 0; i < n; i++) s.append(Character.forDigit(ip[i] >> 4 & 15, 16)).append(Character.forDigit(ip[i] & 15, 16));
        return s.toString();
    }
}
