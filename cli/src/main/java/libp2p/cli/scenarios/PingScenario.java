package libp2p.cli.scenarios;

import java.util.Arrays;
import java.util.List;
import libp2p.core.Callback;
import libp2p.core.Rng;
import libp2p.core.net.Connection;
import libp2p.identify.Identify;
import libp2p.ping.Ping;
import libp2p.sim.Graph;
import libp2p.sim.Links;
import libp2p.sim.Scenario;
import libp2p.sim.SimHost;
import libp2p.sim.Trial;
import libp2p.sim.World;

/** Every host pings its neighbours, all at once. */
public final class PingScenario implements Scenario {
    private static final long BUILDING = 11 * World.SECOND;
    private static final long LAST = 15 * World.SECOND;

    @Override
    public String name() {
        return "ping";
    }

    @Override
    public String description() {
        return "A storm of pings: each second every host pings one of its neighbours, after identify has run on each connection.";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(
                new Parameter("degree", "neighbours of each host, an even number", 8, 2, 64),
                new Parameter("latencyLeast", "milliseconds one way, at least", 10, 0, 4_000),
                new Parameter("latencyMost", "milliseconds one way, at most", 100, 0, 4_000),
                new Parameter("rounds", "pings of each host, one a second", 5, 1, 10_000));
    }

    @Override
    public void run(Trial trial) {
        World world = trial.world();
        int rounds = trial.whole("rounds");
        trial.lasts(BUILDING + rounds * World.SECOND + LAST);
        Graph graph = Graph.regular(trial.nodes(), trial.whole("degree"), world.random());
        world.links(Links.uniform(trial.millis("latencyLeast"), trial.millis("latencyMost")));
        List<SimHost> hosts = world.hosts(trial.nodes(), () -> List.of(new Identify(), new Ping()));
        world.join(graph, BUILDING - World.SECOND);
        trial.run(BUILDING);
        Storm storm = new Storm(trial, Math.multiplyExact(rounds, hosts.size()));
        Rng choice = Rng.seeded(world.random().nextLong());
        for (int r = 0; r < rounds; r++) {
            int before = storm.answered;
            for (SimHost h : hosts) storm.ping(h, choice);
            trial.run(World.SECOND);
            trial.point("answers", "in the second", "pongs", storm.answered - before);
        }
        trial.run(LAST);
        storm.tell();
    }

    private static final class Storm {
        private final Trial trial;
        private final double[] millis;
        private int asked;
        private int answered;
        private int failed;

        Storm(Trial trial, int pingsMax) {
            this.trial = trial;
            this.millis = new double[pingsMax];
        }

        void ping(SimHost host, Rng choice) {
            List<Connection> all = host.swarm().connections();
            if (all.isEmpty()) return;
            Connection c = all.get(choice.nextInt(all.size()));
            asked++;
            Callback<Long> done = (nanos, failure) -> {
                if (nanos == null) {
                    failed++;
                    return;
                }
                millis[answered++] = (double) nanos / World.MILLISECOND;
                trial.delivered(1);
            };
            host.execute(() -> host.protocol(Ping.class).ping(c, done));
        }

        void tell() {
            trial.result("asked", asked);
            trial.result("answered", answered);
            trial.result("failed", failed);
            if (answered > 0) trial.sample("roundTrip", "ms", Arrays.copyOf(millis, answered));
        }
    }
}
