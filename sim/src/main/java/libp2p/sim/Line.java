package libp2p.sim;

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
}
