package libp2p.sim;

import libp2p.core.CloseReason;

/** One end of a connection hears that it is lost, without a word of the other. */
final class Break extends Event {
    private final Line line;
    private final CloseReason reason;

    /** The end that sends on this line will hear it. */
    Break(Line line, String why) {
        this.line = line;
        this.reason = CloseReason.of(CloseReason.Kind.LOST, why);
    }

    @Override
    public void run() {
        line.lost(reason);
    }

    @Override
    Kind kind() {
        return Kind.BREAK;
    }

    @Override
    SimHost host() {
        return line.from();
    }

    @Override
    public String toString() {
        return "loses a connection with " + line.to() + ": " + reason.detail();
    }
}
