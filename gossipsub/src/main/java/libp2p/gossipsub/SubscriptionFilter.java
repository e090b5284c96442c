package libp2p.gossipsub;

import java.util.function.Predicate;
import libp2p.core.identity.PeerId;

/** Which topics of a peer are taken note of; others are as if it had not named them. On the node's loop. */
@FunctionalInterface
public interface SubscriptionFilter {
    /** Whether to note that the peer is in the topic. */
    boolean allows(PeerId peer, String topic);

    /** All, within {@link GossipLimits}. */
    SubscriptionFilter ALL = (peer, topic) -> true;

    /** Those whose names pass. */
    static SubscriptionFilter of(Predicate<String> topics) {
        return (peer, topic) -> topics.test(topic);
    }
}
