package libp2p.gossipsub;

/**
 * A message to be published.
 *
 * @param topic of it
 * @param data its payload; nobody changes it any more
 */
public record Draft(String topic, byte[] data) {}
