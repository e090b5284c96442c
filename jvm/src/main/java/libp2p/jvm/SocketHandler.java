package libp2p.jvm;

/** Answers one stream, on a thread of its own. */
@FunctionalInterface
public interface SocketHandler {
    /**
     * Talks with the peer. When it returns, what was written is sent and the stream finished, and what the peer still says is dropped;
     * when it throws, the stream is reset.
     */
    void handle(PeerSocket socket) throws Exception;
}
