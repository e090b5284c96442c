package libp2p.gossipsub;

import java.util.List;
import libp2p.core.identity.PeerId;

/**
 * What the application does with parts of messages (specs/pubsub/gossipsub/partial-messages.md): which parts there are, who has which, and
 * whether they are right, only it knows. On the node's loop; must not block.
 *
 * <p>It answers with {@link Topic#publishPartial}, now or later.
 */
public interface PartialHandler {
    /** A peer sent parts, or said which it has and wants; not only peers of the mesh do. */
    void onPartial(PartialMessage said, PartialGroup group);

    /** It is time to tell these peers, who are not in the mesh, which parts we have of the group. */
    void onGossip(String topic, PartialGroup group, List<PeerId> peers);
}
