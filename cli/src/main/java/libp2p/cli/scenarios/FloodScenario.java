package libp2p.cli.scenarios;

import java.util.ArrayList;
import java.util.List;
import libp2p.sim.Graph;
import libp2p.sim.Links;
import libp2p.sim.Scenario;
import libp2p.sim.SimHost;
import libp2p.sim.Trial;
import libp2p.sim.World;

/** Messages flooded over a random graph. */
public final class FloodScenario implements Scenario {
    private static final long BUILDING = 11 * World.SECOND;
    private static final long LAST = 5 * World.SECOND;

    @Override
    public String name() {
        return "flood";
    }

    @Override
    public String description() {
        return "Flood messages over a random graph, from a random host each second, and see when they have reached whom.";
    }

    @Override
    public List<Parameter> parameters() {
        List<Parameter> all = new ArrayList<>(Reach.PARAMETERS);
        all.add(new Parameter("messages", "how many are published", 1, 1, 1_000_000));
        return all;
    }

    @Override
    public void run(Trial trial) {
        World world = trial.world();
        int messages = trial.whole("messages");
        trial.lasts(BUILDING + messages * World.SECOND + LAST);
        Graph graph = Graph.regular(trial.nodes(), trial.whole("degree"), world.random());
        world.links(Links.uniform(trial.millis("latencyLeast"), trial.millis("latencyMost")));
        Reach reach = new Reach(trial, messages);
        List<SimHost> hosts = world.hosts(trial.nodes(), () -> List.of(reach.flood()));
        world.join(graph, BUILDING - World.SECOND);
        trial.run(BUILDING);
        for (int m = 0; m < messages; m++) {
            reach.publish(hosts.get(world.random().nextInt(hosts.size())), hosts.size() - 1);
            trial.run(World.SECOND);
        }
        trial.run(LAST);
        reach.tell();
    }
}
