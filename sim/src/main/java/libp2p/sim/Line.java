package libp2p.sim;

import libp2p.core.CloseReason;
import libp2p.multiformats.Nullable;

/** One direction of a connection: what is sent on it arrives in order. */
interface Line {
    /** Who sends. */
    SimHost from();

    /** Who receives. */
    SimHost to();

    /** When the last that was sent arrives; {@link Links#NEVER} once something does not. */
    long lastArrival();

    /** Remembers that. */
    void lastArrival(long time);

    /** The way through NATs; null if there are none. */
    default @Nullable Flow flow() {
        return null;
    }

    /** The other direction; null if there is none, or none yet. */
    default @Nullable Line back() {
        return null;
    }

    /** The sending end hears that it is lost; in a turn of its host. */
    void lost(CloseReason reason);
}
