package libp2p.core.node;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import libp2p.core.Loop;
import libp2p.core.identity.Envelope;
import libp2p.core.identity.PeerId;
import libp2p.core.identity.PeerRecord;
import libp2p.core.net.Limits;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;

/**
 * What is known of other peers: addresses that expire, protocols, software, signed record.
 *
 * <p>Bounded: of peers that are not connected the one longest untouched is forgotten first, of a peer's addresses the one that expires
 * first. Time-to-live values are the field's (go-libp2p's peer store). On the node's loop only.
 */
public final class PeerBook {
    /** How long an address that a connected peer told us stays good after the connection ends. */
    public static final long RECENT_NANOS = 15 * 60 * 1_000_000_000L;

    /** How long an address that someone told us is good. */
    public static final long TOLD_NANOS = 60 * 60 * 1_000_000_000L;

    /** For an address that does not expire, and as long as there is a connection. */
    public static final long FOR_EVER = Long.MAX_VALUE;

    private static final class Known {
        private final Map<Multiaddr, Long> addresses = new LinkedHashMap<>(4); // to the time it expires, or FOR_EVER
        private List<Multiaddr> said = List.of(); // by the peer itself, the last time
        private List<String> protocols = List.of();
        private @Nullable String agent;
        private @Nullable Envelope record;
        private int connections;
    }

    private final Loop loop;
    private final Limits limits;
    private final LinkedHashMap<PeerId, Known> known = new LinkedHashMap<>(16, 0.75f, true);

    PeerBook(Loop loop, Limits limits) {
        this.loop = loop;
        this.limits = limits;
    }

    /** Adds addresses, without {@code /p2p}, that are good for {@code ttlNanos}; one already there lives as long as the later says. */
    public void add(PeerId peer, List<Multiaddr> addresses, long ttlNanos) {
        Known k = entry(peer);
        long until = ttlNanos == FOR_EVER ? FOR_EVER : loop.nanoTime() + ttlNanos;
        for (Multiaddr a : addresses) {
            Multiaddr plain = a.withoutPeer();
            Long before = k.addresses.get(plain);
            if (before == null && k.addresses.size() >= limits.addressesPerPeerMax()) forgetFirst(k);
            if (before == null || before < until) k.addresses.put(plain, until);
        }
    }

    private static void forgetFirst(Known k) {
        Multiaddr first = null;
        long at = FOR_EVER;
        for (Map.Entry<Multiaddr, Long> e : k.addresses.entrySet()) {
            if (first == null || e.getValue() < at) {
                first = e.getKey();
                at = e.getValue();
            }
        }
        k.addresses.remove(first);
    }

    /** The addresses that are still good. */
    public List<Multiaddr> addresses(PeerId peer) {
        Known k = known.get(peer);
        if (k == null) return List.of();
        long now = loop.nanoTime();
        if (k.connections == 0) k.addresses.values().removeIf(until -> until != FOR_EVER && until <= now);
        return new ArrayList<>(k.addresses.keySet());
    }

    /** The protocol ids it said it answers; empty if it has not said. */
    public List<String> protocols(PeerId peer) {
        Known k = known.get(peer);
        return k == null ? List.of() : k.protocols;
    }

    /** Its software, as it names it. */
    public @Nullable String agent(PeerId peer) {
        Known k = known.get(peer);
        return k == null ? null : k.agent;
    }

    /** Its newest signed record, to be shared with others as it is. */
    public @Nullable Envelope record(PeerId peer) {
        Known k = known.get(peer);
        return k == null ? null : k.record;
    }

    /** How many peers are known. */
    public int size() {
        return known.size();
    }

    /** Takes what a peer told of itself: the newest record counts, and an address it no longer names is forgotten. */
    void learn(PeerId peer, Identified i) {
        Known k = entry(peer);
        List<String> protocols = i.protocols();
        if (protocols != null) k.protocols = protocols.subList(0, Math.min(protocols.size(), limits.protocolsPerPeerMax()));
        if (i.agent() != null) k.agent = i.agent();
        if (i.record() != null && isNewer(i.record(), k.record)) k.record = i.record();
        List<Multiaddr> addresses = i.addresses();
        if (addresses == null) return;
        for (Multiaddr a : k.said) {
            Long until = k.addresses.get(a);
            if (until != null && until != FOR_EVER && !addresses.contains(a)) k.addresses.remove(a);
        }
        k.said = addresses.subList(0, Math.min(addresses.size(), limits.addressesPerPeerMax()));
        add(peer, k.said, TOLD_NANOS);
    }

    private static boolean isNewer(Envelope record, @Nullable Envelope before) {
        return before == null || PeerRecord.decode(record.payload()).newerThan(PeerRecord.decode(before.payload()));
    }

    void connected(PeerId peer) {
        entry(peer).connections++;
    }

    void disconnected(PeerId peer) {
        Known k = known.get(peer);
        if (k == null) return;
        k.connections--;
        if (k.connections > 0) return;
        long until = loop.nanoTime() + RECENT_NANOS;
        k.addresses.replaceAll((a, at) -> at == FOR_EVER ? at : Math.max(at, until));
    }

    private Known entry(PeerId peer) {
        Known k = known.get(peer);
        if (k != null) return k;
        if (known.size() >= limits.peersKnownMax()) {
            for (Map.Entry<PeerId, Known> e : known.entrySet()) {
                if (e.getValue().connections == 0) {
                    known.remove(e.getKey());
                    break;
                }
            }
        }
        k = new Known();
        known.put(peer, k);
        return k;
    }
}
