package libp2p.jvm;

import java.io.IOException;
import libp2p.core.CloseReason;

/** A {@link CloseReason} for those who asked on a thread. */
public final class P2pException extends IOException {
    private static final long serialVersionUID = 1;
    private final transient CloseReason reason;

    /** An exception that says the reason. */
    public P2pException(CloseReason reason) {
        super(reason.toString());
        this.reason = reason;
    }

    /** Why it failed. */
    public CloseReason reason() {
        return reason;
    }
}
