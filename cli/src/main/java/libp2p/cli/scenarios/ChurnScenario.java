package libp2p.cli.scenarios;

import java.util.ArrayList;
import java.util.List;
import libp2p.core.Rng;
import libp2p.sim.Churn;
import libp2p.sim.Distribution;
import libp2p.sim.Graph;
import libp2p.sim.Links;
import libp2p.sim.Scenario;
import libp2p.sim.SimHost;
import libp2p.sim.Trial;
import libp2p.sim.World;

/** Hosts that come and go. */
public final class ChurnScenario implements Scenario {
    private static final long BUILDING = 11 * World.SECOND;
    private static final long LAST = 5 * World.SECOND;

    @Override
    public String name() {
        return "churn";
    }

    @Override
    public String description() {
        return "Let hosts come and go, each dialling some when it comes, and see how far messages reach among those that are there.";
    }

    @Override
    public List<Parameter> parameters() {
        List<Parameter> all = new ArrayList<>(Reach.PARAMETERS);
        all.add(new Parameter("session", "seconds that a host stays, on average", 120, 1, 1_000_000));
        all.add(new Parameter("absence", "seconds until it comes back, on average", 60, 1, 1_000_000));
        all.add(new Parameter("seconds", "of churn, with a message in each", 60, 1, 100_000));
        return all;
    }

    @Override
    public void run(Trial trial) {
        World world = trial.world();
        int messages = trial.whole("seconds");
        int degree = trial.whole("degree");
        trial.lasts(BUILDING + messages * World.SECOND + LAST);
        Graph graph = Graph.regular(trial.nodes(), degree, world.random());
        world.links(Links.uniform(trial.millis("latencyLeast"), trial.millis("latencyMost")));
        Reach reach = new Reach(trial, messages);
        List<SimHost> hosts = world.hosts(trial.nodes(), () -> List.of(reach.flood()));
        world.join(graph, BUILDING - World.SECOND);
        trial.run(BUILDING);
        Rng choice = Rng.seeded(world.random().nextLong());
        long[] comings = {0};
        Distribution sessions = Distribution.exponential(trial.seconds("session"));
        Churn churn = Churn.of(hosts, sessions, Distribution.exponential(trial.seconds("absence")))
                .onUp(host -> {
                    comings[0]++;
                    for (int i = 0; i < degree / 2; i++) dial(world, host, up(hosts, choice));
                });
        world.inject(churn, 0, messages * World.SECOND);
        for (int m = 0; m < messages; m++) {
            SimHost from = up(hosts, choice);
            int there = 0;
            for (SimHost h : hosts) if (h.isUp()) there++;
            trial.point("hosts", "hosts", "up", there);
            if (from != null) reach.publish(from, there - 1);
            trial.run(World.SECOND);
        }
        trial.run(LAST);
        trial.result("comings", comings[0]);
        reach.tell();
    }

    private static void dial(World world, SimHost from, SimHost to) {
        if (to != null && to != from) world.connect(from, to);
    }

    /** One of those that are up; null if chance finds none. */
    private static SimHost up(List<SimHost> hosts, Rng choice) {
        for (int i = 0; i < 1000; i++) {
            SimHost h = hosts.get(choice.nextInt(hosts.size()));
            if (h.isUp()) return h;
        }
        return null;
    }
}
