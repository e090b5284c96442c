package libp2p.gossipsub;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which mesh peers shall announce messages instead of sending them: those who send late copies are choked, and unchoked once they are
 * first by far (specs pull request 681, "Choke on duplicate; Unchoke on faster messages"). Of one topic; at least one peer stays unchoked.
 *
 * @param <P> a peer
 */
final class Choking<P> {

    /**
     * When.
     *
     * @param chokeNanos a copy that comes so much later than the first
     * @param unchokeNanos a message that a choked peer sends so much earlier than any unchoked one
     * @param messagesMax messages whose first arrival is remembered
     */
    record Params(long chokeNanos, long unchokeNanos, int messagesMax) {
        static final Params DEFAULT = new Params(200_000_000L, 100_000_000L, 1024);
    }

    private record First<P>(P peer, long at, List<P> choked) {}

    private final Params params;
    private final Map<MessageId, First<P>> firsts = new LinkedHashMap<>();
    private final Set<P> choked = new LinkedHashSet<>();
    private final Set<P> toChoke = new LinkedHashSet<>();
    private final Set<P> toUnchoke = new LinkedHashSet<>();

    Choking(Params params) {
        this.params = params;
    }

    boolean isChoked(P peer) {
        return choked.contains(peer);
    }

    /** A message came first from this peer. */
    void first(MessageId id, P peer, long now) {
        if (firsts.size() >= params.messagesMax) {
            Iterator<MessageId> oldest = firsts.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
        List<P> early = new ArrayList<>(1);
        if (choked.contains(peer)) early.add(peer);
        firsts.put(id, new First<>(peer, now, early));
    }

    /** A copy of it came from this mesh peer. */
    void copy(MessageId id, P peer, long now) {
        First<P> f = firsts.get(id);
        if (f == null || f.peer.equals(peer)) return;
        if (choked.contains(peer)) {
            f.choked.add(peer);
            return;
        }
        // The first copy from an unchoked peer settles who of the choked ones was earlier by enough.
        if (now - f.at >= params.unchokeNanos) toUnchoke.addAll(f.choked);
        f.choked.clear();
        if (now - f.at >= params.chokeNanos) toChoke.add(peer);
    }

    /**
     * What is to be told now; afterwards it is so.
     *
     * @param choke to be choked
     * @param unchoke to be unchoked
     */
    record Change<P>(List<P> choke, List<P> unchoke) {}

    /** {@code able} are the mesh peers that understand it. */
    Change<P> change(Set<P> able, int meshSize) {
        choked.retainAll(able);
        toChoke.retainAll(able);
        toUnchoke.retainAll(choked);
        List<P> unchoke = new ArrayList<>(toUnchoke);
        choked.removeAll(unchoke);
        List<P> choke = new ArrayList<>();
        for (P p : toChoke) {
            if (choked.size() + 1 >= meshSize) break;
            if (!toUnchoke.contains(p) && choked.add(p)) choke.add(p);
        }
        toChoke.clear();
        toUnchoke.clear();
        return new Change<>(choke, unchoke);
    }

    /** The peer has left the mesh: who is grafted begins unchoked. */
    void left(P peer) {
        choked.remove(peer);
        toChoke.remove(peer);
        toUnchoke.remove(peer);
    }
}
