package libp2p.gossipsub;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import libp2p.core.Cancellable;
import libp2p.core.Crypto;
import libp2p.core.Rng;
import libp2p.core.Violation;
import libp2p.core.identity.Envelope;
import libp2p.core.identity.PeerId;
import libp2p.core.identity.PeerRecord;
import libp2p.core.node.Node;
import libp2p.core.node.PeerBook;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;

/**
 * Peers that are named in PRUNEs (gossipsub-v1.1.md, "PRUNE Backoff and Peer Exchange"): ours with their signed records, theirs connected,
 * a few at a time, once their records are verified.
 */
final class PeerExchange {
    private record Wanted(PeerId peer, List<Multiaddr> addresses) {}

    private final Node node;
    private final GossipLimits limits;
    private final long connectNanos;
    private final ArrayDeque<Wanted> waiting = new ArrayDeque<>();
    private final List<PeerId> under = new ArrayList<>();
    private int verifying;

    PeerExchange(Node node, GossipLimits limits, long connectNanos) {
        this.node = node;
        this.limits = limits;
        this.connectNanos = connectNanos;
    }

    /** The peers to name, of those that could be. */
    List<Rpc.Px> name(List<PeerId> candidates) {
        List<PeerId> some = Mesh.shuffled(candidates, node.random());
        List<Rpc.Px> named = new ArrayList<>();
        for (PeerId p : some.subList(0, Math.min(some.size(), limits.prunePeersMax()))) {
            Envelope e = node.peers().record(p);
            named.add(new Rpc.Px(p, e == null ? null : e.encode()));
        }
        return named;
    }

    /** Peers that a peer with a good score named. */
    void take(List<Rpc.Px> named, Rng rng) {
        List<Rpc.Px> some = Mesh.shuffled(named, rng);
        for (Rpc.Px p : some.subList(0, Math.min(some.size(), limits.prunePeersMax()))) {
            if (p.peer().equals(node.identity().id()) || !node.connections(p.peer()).isEmpty()) continue;
            byte[] signed = p.signedRecord();
            if (signed == null) {
                connect(p.peer(), List.of());
                continue;
            }
            if (verifying >= limits.connectsWaitingMax()) return;
            verifying++;
            node.offload(() -> open(p.peer(), signed, node.crypto()), node.loop(), (addresses, failure) -> {
                verifying--;
                if (addresses != null && !addresses.isEmpty()) connect(p.peer(), addresses);
            });
        }
    }

    /** The addresses of a record that the peer it is about has signed; none if it has not. */
    static List<Multiaddr> open(PeerId peer, byte[] signed, Crypto crypto) {
        try {
            PeerRecord record = PeerRecord.open(Envelope.decode(signed), crypto);
            return record.peer().equals(peer) ? record.addresses() : List.of();
        } catch (Violation v) {
            return List.of(); // whoever named the peer need not be who forged its record
        }
    }

    /** Connects a peer, now or when it is its turn. */
    void connect(PeerId peer, List<Multiaddr> addresses) {
        if (under.contains(peer) || waiting.size() >= limits.connectsWaitingMax()) return;
        for (Wanted w : waiting) if (w.peer.equals(peer)) return;
        waiting.add(new Wanted(peer, addresses));
        next();
    }

    private void next() {
        while (under.size() < limits.connectsMax()) {
            @Nullable Wanted w = waiting.poll();
            if (w == null) return;
            if (!node.connections(w.peer).isEmpty()) continue;
            under.add(w.peer);
            if (!w.addresses.isEmpty()) node.peers().add(w.peer, w.addresses, PeerBook.RECENT_NANOS);
            Cancellable[] timer = {Cancellable.NONE};
            Cancellable dial = node.connect(w.peer, (connection, failure) -> {
                timer[0].cancel();
                under.remove(w.peer);
                next();
            });
            timer[0] = node.loop().schedule(connectNanos, dial::cancel);
        }
    }

    int waiting() {
        return waiting.size() + under.size() + verifying;
    }
}
