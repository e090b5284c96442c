package libp2p.cli.scenarios;

import java.util.Arrays;
import java.util.List;
import libp2p.sim.Flood;
import libp2p.sim.Scenario;
import libp2p.sim.SimHost;
import libp2p.sim.Trial;
import libp2p.sim.World;

/** Messages flooded over a world, and whom they reached, when. */
final class Reach {
    static final List<Scenario.Parameter> PARAMETERS = List.of(
            new Scenario.Parameter("degree", "neighbours of each host, an even number", 8, 2, 64),
            new Scenario.Parameter("latencyLeast", "milliseconds one way, at least", 10, 0, 60_000),
            new Scenario.Parameter("latencyMost", "milliseconds one way, at most", 100, 0, 60_000),
            new Scenario.Parameter("size", "bytes of a message", 100, 0, Flood.PAYLOAD_MAX));

    private final Trial trial;
    private final World world;
    private final long[] published; // by message
    private final int[] wanted; // how many hosts were to be reached
    private final int[] reached;
    private double[] delays; // milliseconds, of each delivery
    private int deliveries;
    private int messages;

    Reach(Trial trial, int messagesMax) {
        this.trial = trial;
        this.world = trial.world();
        this.published = new long[messagesMax];
        this.wanted = new int[messagesMax];
        this.reached = new int[messagesMax];
        this.delays = new double[Math.max(16, trial.nodes())];
    }

    /** The protocol of a host. */
    Flood flood() {
        return new Flood(this::heard);
    }

    private void heard(long number) {
        int m = (int) number;
        trial.delivered(1);
        reached[m]++;
        if (deliveries == delays.length) delays = Arrays.copyOf(delays, deliveries + (deliveries >> 1));
        delays[deliveries++] = (double) (world.now() - published[m]) / World.MILLISECOND;
    }

    /** A host tells all of the next message; {@code others} are to hear it. */
    void publish(SimHost from, int others) {
        published[messages] = world.now();
        wanted[messages] = others;
        from.protocol(Flood.class).publish(messages++, new byte[trial.whole("size")]);
    }

    /** Tells the trial, which is over. */
    void tell() {
        long all = 0;
        long whole = 0;
        for (int m = 0; m < messages; m++) {
            all += wanted[m];
            if (reached[m] >= wanted[m]) whole++;
            if (wanted[m] == 0) continue;
            trial.point("reach", "% of the hosts that were there", "reached", published[m], 100.0 * reached[m] / wanted[m]);
        }
        trial.result("messages", messages);
        trial.result("messagesThatReachedAll", whole);
        trial.result("deliveredPercent", all == 0 ? 100 : 100.0 * trial.delivered() / all);
        if (deliveries > 0) trial.sample("delay", "ms", Arrays.copyOf(delays, deliveries));
    }
}
