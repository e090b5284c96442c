package libp2p.gossipsub;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import libp2p.core.identity.PeerId;
import libp2p.multiformats.Nullable;

/** A connected peer that speaks pubsub. On the node's loop. */
final class Peer {
    /** What waits to be said about a topic's mesh: a GRAFT, or a PRUNE with whom it names. */
    record Wish(boolean graft, List<Rpc.Px> peers, long backoffSeconds) {}

    final PeerId id;
    final Unwanted unwanted;
    final Set<TopicState> topics = new LinkedHashSet<>();
    final Set<TopicState> requestsPartial = new LinkedHashSet<>();
    final Set<TopicState> supportsPartial = new LinkedHashSet<>();
    /** Topics in which it wants messages announced instead of sent. */
    final Set<String> chokedBy = new LinkedHashSet<>();
    Version version = Version.FLOODSUB;
    boolean ready; // it can be sent to
    boolean outbound; // we connected to it
    List<String> addresses = List.of();
    String source = "";
    @Nullable List<String> gaterSources;
    boolean firstRpc; // the next RPC is the first on its stream
    Rpc.Extensions extensions = Rpc.Extensions.NONE;
    int ihaves; // in this heartbeat, as are the next two
    int asked;
    int chokes;

    // What is to be said with the next RPC. State, not a queue: the last word on a topic is all that is kept of it.
    final Map<String, Boolean> saysTopics = new LinkedHashMap<>(2);
    final Map<String, Wish> wishes = new LinkedHashMap<>(2);
    final Map<String, List<MessageId>> ihave = new LinkedHashMap<>(2);
    final List<MessageId> iwant = new ArrayList<>(0);
    final List<MessageId> idontwant = new ArrayList<>(0);
    final List<String> choke = new ArrayList<>(0);
    final List<String> unchoke = new ArrayList<>(0);
    boolean dirty;
    /** Topics that it knows we are in. */
    final Set<String> told = new LinkedHashSet<>(4);

    Peer(PeerId id, Unwanted unwanted) {
        this.id = id;
        this.unwanted = unwanted;
    }

    boolean speaksMesh() {
        return ready && version.has(Version.V1_0);
    }

    /** What was to be said is void: the stream it would have gone on is gone. */
    void forgetSayings() {
        saysTopics.clear();
        wishes.clear();
        ihave.clear();
        iwant.clear();
        idontwant.clear();
        choke.clear();
        unchoke.clear();
    }

    @Override
    public String toString() {
        return id.toString();
    }
}
