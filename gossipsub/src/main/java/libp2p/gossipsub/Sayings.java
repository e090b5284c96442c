package libp2p.gossipsub;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is to be said to a peer with the next RPC, besides messages. State, not a queue: the last word on a topic is all that is kept of it.
 */
final class Sayings {
    /** What waits to be said about a topic's mesh: a GRAFT, or a PRUNE with whom it names. */
    record Wish(boolean graft, List<Rpc.Px> peers, long backoffSeconds) {}

    final Map<String, Boolean> topics = new LinkedHashMap<>(2); // whether we are in it
    final Map<String, Wish> wishes = new LinkedHashMap<>(2);
    final Map<String, List<MessageId>> ihave = new LinkedHashMap<>(2);
    final List<MessageId> iwant = new ArrayList<>(0);
    final List<MessageId> idontwant = new ArrayList<>(0);
    final List<String> choke = new ArrayList<>(0);
    final List<String> unchoke = new ArrayList<>(0);

    /** Whether anything is left that must not be lost. */
    boolean lasting() {
        return !topics.isEmpty() || !wishes.isEmpty();
    }
}
