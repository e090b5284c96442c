package libp2p.gossipsub;

import java.util.List;
import libp2p.core.identity.PeerId;

/**
 * To whom a message of ours went.
 *
 * @param id its id
 * @param sent peers that it was queued for
 * @param full peers whose queues had no room for it
 */
public record PublishResult(MessageId id, List<PeerId> sent, List<PeerId> full) {}
