package libp2p.gossipsub;

/**
 * The bounds of one RPC that a peer sends; they are counted in its bytes before anything is made of them.
 *
 * <p>More than {@code messagesMax}, {@code subscriptionsMax}, {@code graftsMax}, {@code prunesMax} or {@code peersMax} resets the stream;
 * of message ids, those beyond the bound are not read.
 *
 * @param bytesMax the whole RPC, ours too; go-libp2p-pubsub's default is 1 MiB
 * @param messagesMax messages
 * @param subscriptionsMax subscriptions and their ends
 * @param graftsMax GRAFTs
 * @param prunesMax PRUNEs
 * @param peersMax peers that are named in all PRUNEs together
 * @param idsMax message ids that are read of all IHAVEs, of all IWANTs, and of all IDONTWANTs
 * @param idBytesMax a message id; longer ones are not read
 * @param topicBytesMax the name of a topic; a longer one resets the stream
 */
public record RpcLimits(
        int bytesMax,
        int messagesMax,
        int subscriptionsMax,
        int graftsMax,
        int prunesMax,
        int peersMax,
        int idsMax,
        int idBytesMax,
        int topicBytesMax) {
    /** 1 MiB; 5000 messages and ids; 1024 of what concerns topics. */
    public static final RpcLimits DEFAULT = new RpcLimits(1 << 20, 5000, 1024, 1024, 1024, 1024, 5000, 256, 1024);

    /** The same with another size of an RPC, for topics whose messages are larger than 1 MiB. */
    public RpcLimits bytesMax(int value) {
        return new RpcLimits(value, messagesMax, subscriptionsMax, graftsMax, prunesMax, peersMax, idsMax, idBytesMax, topicBytesMax);
    }

    /** Checks. */
    public RpcLimits {
        int least = Math.min(Math.min(Math.min(bytesMax, messagesMax), Math.min(subscriptionsMax, graftsMax)),
                Math.min(Math.min(prunesMax, peersMax), Math.min(idsMax, Math.min(idBytesMax, topicBytesMax))));
        if (least < 0) throw new IllegalArgumentException("negative bound");
    }
}
