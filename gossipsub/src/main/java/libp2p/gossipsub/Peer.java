package libp2p.gossipsub;

import java.util.List;
import java.util.Set;
import libp2p.core.identity.PeerId;
import libp2p.multiformats.Nullable;

/** A connected peer that speaks pubsub. On the node's loop. */
final class Peer {
    final PeerId id;
    final Unwanted unwanted;
    final Set<TopicState> topics = new Few<>();
    final Set<TopicState> requestsPartial = new Few<>();
    final Set<TopicState> supportsPartial = new Few<>();
    /** Topics in which it wants messages announced instead of sent. */
    final Set<String> chokedBy = new Few<>();
    Version version = Version.FLOODSUB;
    boolean ready; // it can be sent to
    boolean outbound; // we connected to it
    List<String> addresses = List.of();
    String source = "";
    @Nullable String gaterSource; // that it was counted under when it came
    boolean firstRpc; // the next RPC is the first on its stream
    Rpc.Extensions extensions = Rpc.Extensions.NONE;
    int ihaves; // in this heartbeat, as are the next two
    int asked;
    int chokes;
    boolean counted; // there may be something in these, or in what it does not want
    @Nullable Sayings sayings; // null while there is nothing to be said
    boolean dirty;
    /** Topics that it knows we are in. */
    final Set<String> told = new Few<>();

    Peer(PeerId id, Unwanted unwanted) {
        this.id = id;
        this.unwanted = unwanted;
    }

    boolean speaksMesh() {
        return ready && version.has(Version.V1_0);
    }

    Sayings says() {
        if (sayings == null) sayings = new Sayings();
        return sayings;
    }

    /** What was to be said is void: the stream it would have gone on is gone. */
    void forgetSayings() {
        sayings = null;
    }

    @Override
    public String toString() {
        return id.toString();
    }
}
