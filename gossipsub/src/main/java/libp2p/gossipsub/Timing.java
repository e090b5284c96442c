package libp2p.gossipsub;

/**
 * When the router does what; times in nanoseconds, others in heartbeats.
 *
 * @param heartbeatNanos between heartbeats
 * @param heartbeatInitialNanos before the first
 * @param historyBeats heartbeats that a message can be asked for
 * @param gossipBeats heartbeats that it is gossiped for; at most {@code historyBeats}
 * @param fanoutNanos how long the peers for a topic that we only publish to are remembered after the last message
 * @param seenNanos how long ids of messages are remembered
 * @param pruneBackoffNanos after a PRUNE, before the next GRAFT; whole seconds are told to the peer
 * @param unsubscribeBackoffNanos the same after we left the topic
 * @param graftFloodNanos a GRAFT sooner than this after a PRUNE is punished twice
 * @param iwantFollowupNanos how long a peer has to send what it said it had
 * @param idontwantBeats heartbeats that an IDONTWANT holds
 * @param opportunisticBeats heartbeats between looks for better mesh peers
 * @param directBeats heartbeats between attempts to connect direct peers
 * @param connectNanos one attempt to connect a peer that was named in a PRUNE
 * @param validationNanos how long a validator may take; the message is then ignored
 */
public record Timing(
        long heartbeatNanos,
        long heartbeatInitialNanos,
        int historyBeats,
        int gossipBeats,
        long fanoutNanos,
        long seenNanos,
        long pruneBackoffNanos,
        long unsubscribeBackoffNanos,
        long graftFloodNanos,
        long iwantFollowupNanos,
        int idontwantBeats,
        int opportunisticBeats,
        int directBeats,
        long connectNanos,
        long validationNanos) {
    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1_000_000_000L;

    /** A heartbeat a second, and the other defaults of go-libp2p-pubsub; a validator may take a minute. */
    public static final Timing DEFAULT = new Timing(
            SECOND, 100 * MILLI, 5, 3, 60 * SECOND, 120 * SECOND, 60 * SECOND, 10 * SECOND, 10 * SECOND, 3 * SECOND, 3, 60, 300,
                    30 * SECOND,
            60 * SECOND);

    /** A heartbeat each 700 ms, history 6 and 3, ids remembered for two epochs of 32 slots: Ethereum's. */
    public static final Timing ETHEREUM = new Timing(
            700 * MILLI, 100 * MILLI, 6, 3, 60 * SECOND, 2 * 32 * 12 * SECOND, 60 * SECOND, 10 * SECOND, 10 * SECOND, 3 * SECOND, 3, 60,
                    300,
            30 * SECOND, 60 * SECOND);

    /** Checks. */
    public Timing {
        if (heartbeatNanos < MILLI || historyBeats < 1 || gossipBeats < 0 || gossipBeats > historyBeats || idontwantBeats < 1
                || opportunisticBeats < 1 || directBeats < 1 || validationNanos < MILLI) {
            throw new IllegalArgumentException("times that cannot be kept");
        }
        if (heartbeatInitialNanos < 0 || fanoutNanos < 0 || seenNanos < 0 || pruneBackoffNanos < 0 || unsubscribeBackoffNanos < 0
                || graftFloodNanos < 0 || iwantFollowupNanos < 0 || connectNanos < 0) {
            throw new IllegalArgumentException("negative time");
        }
    }
}
