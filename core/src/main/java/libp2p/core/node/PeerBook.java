package libp2p.core.node;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Predicate;
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

    private static final Address[] NO_ADDRESSES = {};

    /** An address, and the time on the loop's clock when it expires, or {@link #FOR_EVER}. */
    private record Address(Multiaddr address, long until) {}

    private static final class Known {
        private Address[] addresses = NO_ADDRESSES; // in the order in which they became known; few enough to look through
        private List<Multiaddr> said = List.of(); // by the peer itself, the last time
        private List<String> protocols = List.of();
        private @Nullable String agent;
        private @Nullable Envelope record;

        int find(Multiaddr address) {
            for (int i = 0; i < addresses.length; i++) if (addresses[i].address.equals(address)) return i;
            return -1;
        }

        void add(Address a) {
            addresses = Arrays.copyOf(addresses, addresses.length + 1);
            addresses[addresses.length - 1] = a;
        }

        void remove(int at) {
            Address[] fewer = Arrays.copyOf(addresses, addresses.length - 1);
            System.arraycopy(addresses, at + 1, fewer, at, fewer.length - at);
            addresses = fewer;
        }

        /** The one that expires first; of several, the oldest. */
        int first() {
            int first = 0;
            for (int i = 1; i < addresses.length; i++) if (addresses[i].until < addresses[first].until) first = i;
            return first;
        }
    }

    private final Loop loop;
    private final Limits limits;
    private final Predicate<PeerId> connected;
    private final LinkedHashMap<PeerId, Known> known = new LinkedHashMap<>(16, 0.75f, true);

    /** One that keeps what is known of the connected. */
    PeerBook(Loop loop, Limits limits, Predicate<PeerId> connected) {
        this.loop = loop;
        this.limits = limits;
        this.connected = connected;
    }

    /** Adds addresses, without {@code /p2p}, that are good for {@code ttlNanos}; one already there lives as long as the later says. */
    public void add(PeerId peer, List<Multiaddr> addresses, long ttlNanos) {
        Known k = entry(peer);
        long until = ttlNanos == FOR_EVER ? FOR_EVER : loop.nanoTime() + ttlNanos;
        for (Multiaddr a : addresses) {
            Multiaddr plain = a.withoutPeer();
            int at = k.find(plain);
            if (at >= 0) {
                if (k.addresses[at].until < until) k.addresses[at] = new Address(plain, until);
                continue;
            }
            if (k.addresses.length >= limits.addressesPerPeerMax()) {
                if (k.addresses.length == 0) return;
                k.remove(k.first());
            }
            k.add(new Address(plain, until));
        }
    }

    /** The addresses that are still good. */
    public List<Multiaddr> addresses(PeerId peer) {
        Known k = known.get(peer);
        if (k == null) return List.of();
        if (!connected.test(peer)) forgetExpired(k);
        List<Multiaddr> good = new ArrayList<>(k.addresses.length);
        for (Address a : k.addresses) good.add(a.address);
        return good;
    }

    private void forgetExpired(Known k) {
        long now = loop.nanoTime();
        for (int i = k.addresses.length - 1; i >= 0; i--) {
            long until = k.addresses[i].until;
            if (until != FOR_EVER && until <= now) k.remove(i);
        }
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
        if (protocols != null) k.protocols = atMost(limits.protocolsPerPeerMax(), protocols);
        if (i.agent() != null) k.agent = i.agent();
        if (i.record() != null && isNewer(i.record(), k.record)) k.record = i.record();
        List<Multiaddr> addresses = i.addresses();
        if (addresses == null) return;
        for (Multiaddr a : k.said) {
            int at = k.find(a);
            if (at >= 0 && k.addresses[at].until != FOR_EVER && !addresses.contains(a)) k.remove(at);
        }
        k.said = atMost(limits.addressesPerPeerMax(), addresses);
        add(peer, k.said, TOLD_NANOS);
    }

    private static <T> List<T> atMost(int most, List<T> all) {
        return all.size() <= most ? all : new ArrayList<>(all.subList(0, most));
    }

    private static boolean isNewer(Envelope record, @Nullable Envelope before) {
        return before == null || PeerRecord.decode(record.payload()).newerThan(PeerRecord.decode(before.payload()));
    }

    /** The last connection with the peer has ended. */
    void disconnected(PeerId peer) {
        Known k = known.get(peer);
        if (k == null) return;
        long until = loop.nanoTime() + RECENT_NANOS;
        for (int i = 0; i < k.addresses.length; i++) {
            Address a = k.addresses[i];
            if (a.until < until) k.addresses[i] = new Address(a.address, until);
        }
    }

    private Known entry(PeerId peer) {
        Known k = known.get(peer);
        if (k != null) return k;
        if (known.size() >= limits.peersKnownMax()) {
            for (PeerId longest : known.keySet()) {
                if (!connected.test(longest)) {
                    known.remove(longest);
                    break;
                }
            }
        }
        k = new Known();
        known.put(peer, k);
        return k;
    }
}
