package libp2p.cli.scenarios;

import java.util.ArrayList;
import java.util.List;
import libp2p.sim.Fault;
import libp2p.sim.Graph;
import libp2p.sim.Links;
import libp2p.sim.Scenario;
import libp2p.sim.SimHost;
import libp2p.sim.Trial;
import libp2p.sim.World;

/** A network that falls into two parts and heals. */
public final class PartitionScenario implements Scenario {
    private static final long BUILDING = 11 * World.SECOND;
    private static final long LAST = 10 * World.SECOND;

    @Override
    public String name() {
        return "partition";
    }

    @Override
    public String description() {
        return "Cut the network in two, heal it, let neighbours find each other again, and see how far messages reach meanwhile.";
    }

    @Override
    public List<Parameter> parameters() {
        List<Parameter> all = new ArrayList<>(Reach.PARAMETERS);
        all.add(new Parameter("before", "seconds until the cut", 10, 1, 100_000));
        all.add(new Parameter("cut", "seconds that it lasts", 60, 1, 100_000));
        all.add(new Parameter("after", "seconds from the healing on", 20, 1, 100_000));
        all.add(new Parameter("share", "of the hosts that are cut off", 0.5, 0.001, 0.999));
        all.add(new Parameter("redial", "seconds after which hosts dial neighbours that they have lost", 5, 0.1, 100_000));
        return all;
    }

    @Override
    public void run(Trial trial) {
        World world = trial.world();
        int messages = (int) Math.ceil(trial.value("before") + trial.value("cut") + trial.value("after"));
        trial.lasts(BUILDING + messages * World.SECOND + LAST);
        Graph graph = Graph.regular(trial.nodes(), trial.whole("degree"), world.random());
        world.links(Links.uniform(trial.millis("latencyLeast"), trial.millis("latencyMost")));
        Reach reach = new Reach(trial, messages);
        List<SimHost> hosts = world.hosts(trial.nodes(), () -> List.of(reach.flood()));
        int cut = (int) (trial.value("share") * hosts.size());
        if (cut == 0 || cut == hosts.size()) {
            throw new IllegalArgumentException("a share of " + trial.value("share") + " cuts off nobody, or everybody");
        }
        world.join(graph, BUILDING - World.SECOND);
        trial.run(BUILDING);
        Fault partition = Fault.partition(hosts.subList(0, cut), hosts.subList(cut, hosts.size()));
        world.inject(partition, trial.seconds("before"), trial.seconds("cut"));
        long redial = trial.seconds("redial");
        long next = world.now() + redial;
        for (int m = 0; m < messages; m++) {
            reach.publish(hosts.get(world.random().nextInt(hosts.size())), hosts.size() - 1);
            trial.run(World.SECOND);
            if (world.now() >= next) {
                next = world.now() + redial;
                rejoin(world, hosts, graph);
            }
            trial.point("connections", "between the parts", "open", across(hosts, cut));
        }
        trial.run(LAST);
        reach.tell();
    }

    /** The first end of each edge dials the other, if they have no connection. */
    private static void rejoin(World world, List<SimHost> hosts, Graph graph) {
        for (int e = 0; e < graph.edges(); e++) {
            SimHost from = hosts.get(graph.from(e));
            SimHost to = hosts.get(graph.to(e));
            if (from.swarm().connections(to.id()).isEmpty()) world.connect(from, to);
        }
    }

    private static int across(List<SimHost> hosts, int cut) {
        int n = 0;
        for (int i = 0; i < cut; i++) {
            for (var c : hosts.get(i).swarm().connections()) {
                SimHost peer = hosts.get(i).world().host(c.remote());
                if (peer != null && peer.index() >= cut) n++;
            }
        }
        return n;
    }
}
