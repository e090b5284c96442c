package libp2p.gossipsub;

import libp2p.core.identity.PeerId;
import libp2p.multiformats.Nullable;

/**
 * What a peer said of a group of parts (specs/pubsub/gossipsub/partial-messages.md); the bytes are the application's.
 *
 * @param from who said it
 * @param topic the topic
 * @param group names the whole message that the parts are of
 * @param parts one or more parts; null if none was sent
 * @param metadata which parts the peer has and wants; null if it did not say
 */
public record PartialMessage(PeerId from, String topic, byte[] group, byte @Nullable [] parts, byte @Nullable [] metadata) {}
