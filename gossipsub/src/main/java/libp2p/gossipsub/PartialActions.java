package libp2p.gossipsub;

import java.util.List;
import java.util.function.Predicate;
import libp2p.core.identity.PeerId;
import libp2p.multiformats.Nullable;

/** What is to be sent of a group of parts, and to whom; on the node's loop. */
@FunctionalInterface
public interface PartialActions {
    /**
     * What to send to one peer.
     *
     * @param to who
     * @param parts one or more parts, left out if the peer has not asked for parts; null for none
     * @param metadata which parts we have and want; null if it knows
     */
    record Action(PeerId to, byte @Nullable [] parts, byte @Nullable [] metadata) {}

    /** The actions for the peers of the group; {@code wantsParts} says who has asked for parts in this topic. */
    List<Action> of(PartialGroup group, Predicate<PeerId> wantsParts);
}
