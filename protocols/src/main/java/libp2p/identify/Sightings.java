package libp2p.identify;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import libp2p.core.Watch;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Connection;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;

/** Where the peers of open connections say that they see us; one word a connection. On the node's loop. */
final class Sightings {
    /** How many addresses are told, those of the most peers first. */
    static final int TOLD_MAX = 32;

    private final Map<Connection, Multiaddr> said = new LinkedHashMap<>();
    private final Map<Multiaddr, Map<PeerId, Integer>> sayers = new TreeMap<>(); // with the number of their connections
    private final Watch.Cell<List<Observed>> watch = new Watch.Cell<>(List.of());

    Watch<List<Observed>> watch() {
        return watch;
    }

    /** The peer of a connection sees us there now; null: it has not said, or is gone. */
    void seen(Connection connection, @Nullable Multiaddr address) {
        Multiaddr plain = address == null ? null : address.withoutPeer().unmapped();
        Multiaddr before = plain == null ? said.remove(connection) : said.put(connection, plain);
        if (plain == null ? before == null : plain.equals(before)) return;
        PeerId peer = connection.remote();
        if (before != null) leave(before, peer);
        if (plain != null) sayers.computeIfAbsent(plain, a -> new LinkedHashMap<>(2)).merge(peer, 1, Integer::sum);
        publish();
    }

    private void leave(Multiaddr address, PeerId peer) {
        Map<PeerId, Integer> peers = sayers.get(address);
        if (peers == null) return;
        peers.computeIfPresent(peer, (p, n) -> n > 1 ? n - 1 : null);
        if (peers.isEmpty()) sayers.remove(address);
    }

    private void publish() {
        List<Observed> all = new ArrayList<>(sayers.size());
        for (Map.Entry<Multiaddr, Map<PeerId, Integer>> e : sayers.entrySet()) all.add(new Observed(e.getKey(), e.getValue().size()));
        all.sort((a, b) -> Integer.compare(b.peers(), a.peers()));
        watch.set(new ArrayList<>(all.subList(0, Math.min(TOLD_MAX, all.size()))));
    }
}
