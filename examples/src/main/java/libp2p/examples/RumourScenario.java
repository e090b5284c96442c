package libp2p.examples;

import java.util.List;
import libp2p.cli.Simulate;
import libp2p.core.Buf;
import libp2p.core.Rng;
import libp2p.core.Violation;
import libp2p.core.net.Connection;
import libp2p.core.net.OpenOptions;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.core.node.Node;
import libp2p.core.node.Protocol;
import libp2p.multiformats.Nullable;
import libp2p.sim.Graph;
import libp2p.sim.Links;
import libp2p.sim.Regions;
import libp2p.sim.Scenario;
import libp2p.sim.SimHost;
import libp2p.sim.Trial;
import libp2p.sim.World;

/**
 * A template for a scenario of your own: how far does a rumour get when each who hears it tells only some neighbours?
 *
 * <p>Copy the file, and run it with {@code java -cp "$(./libp2p --classpath)" RumourScenario.java --nodes 10000 --out result}.
 */
public final class RumourScenario implements Scenario {

    /** Runs it with the options of {@code libp2p sim}. */
    public static void main(String[] args) {
        Simulate.main(new RumourScenario(), args);
    }

    @Override
    public String name() {
        return "rumour";
    }

    @Override
    public String description() {
        return "One host tells a rumour; each that hears it for the first time tells some of its neighbours.";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(
                new Parameter("degree", "neighbours of each host, an even number", 8, 2, 64),
                new Parameter("fanout", "neighbours that each tells", 2, 1, 64));
    }

    @Override
    public void run(Trial trial) {
        long length = 40 * World.SECOND;
        trial.lasts(length);
        World world = trial.world().links(Links.regions(Regions.ETHEREUM));
        int fanout = trial.whole("fanout");
        List<SimHost> hosts = world.hosts(trial.nodes(), () -> List.of(new Rumour(trial, fanout)));
        world.join(Graph.regular(hosts.size(), trial.whole("degree"), world.random()), 10 * World.SECOND);
        trial.run(12 * World.SECOND);
        hosts.get(0).execute(() -> hosts.get(0).protocol(Rumour.class).tell());
        while (world.now() < length) {
            trial.run(World.SECOND / 4);
            trial.point("reach", "% of all hosts", "have heard it", 100.0 * trial.delivered() / (hosts.size() - 1));
        }
        trial.result("reachPercent", 100.0 * trial.delivered() / (hosts.size() - 1));
    }

    /** The protocol under study; the same class would run in a real node. */
    private static final class Rumour implements Protocol, StreamHandler {
        private static final String ID = "/example/rumour/1.0.0";

        private final Trial trial;
        private final int fanout;
        private @Nullable Node node;
        private boolean heard;

        Rumour(Trial trial, int fanout) {
            this.trial = trial;
            this.fanout = fanout;
        }

        @Override
        public List<String> ids() {
            return List.of(ID);
        }

        @Override
        public void start(Node started) {
            node = started;
        }

        void tell() {
            heard = true;
            List<Connection> neighbours = node.connections();
            Rng random = node.random();
            for (int i = 0; i < fanout && !neighbours.isEmpty(); i++) {
                Connection to = neighbours.remove(random.nextInt(neighbours.size()));
                to.open(List.of(ID), OpenOptions.DEFAULT, new Telling());
            }
        }

        @Override
        public StreamHandler accept(Stream stream) {
            return this;
        }

        @Override
        public void onData(Stream stream, Buf data) {
            throw new Violation("a rumour is an empty stream");
        }

        @Override
        public void onFinish(Stream stream) {
            stream.finish();
            if (heard) return;
            trial.delivered(1);
            tell();
        }
    }

    /** Opens a stream and says no more. */
    private static final class Telling implements StreamHandler {
        @Override
        public void onOpen(Stream stream) {
            stream.finish();
        }

        @Override
        public void onData(Stream stream, Buf data) {
            throw new Violation("nothing was asked");
        }

        @Override
        public void onFinish(Stream stream) {}
    }
}
