package libp2p.sim;

/** A bug of ours, or of a protocol in the world, which stops the world; what was thrown is the cause. The message says when and where. */
public final class WorldException extends RuntimeException {
    private static final long serialVersionUID = 1;

    WorldException(String message, Throwable cause) {
        super(message + ": " + cause, cause);
    }
}
