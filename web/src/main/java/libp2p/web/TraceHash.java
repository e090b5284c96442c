package libp2p.web;

import java.util.List;
import libp2p.sim.Churn;
import libp2p.sim.Distribution;
import libp2p.sim.Fault;
import libp2p.sim.Fidelity;
import libp2p.sim.Flood;
import libp2p.sim.Graph;
import libp2p.sim.Links;
import libp2p.sim.Regions;
import libp2p.sim.SimHost;
import libp2p.sim.World;

/**
 * Prints, for some worlds, what was delivered, how much has happened, and the hash of all of it: the same lines on the JVM, in JavaScript
 * and in WebAssembly, or something in the engine depends on the platform.
 */
public final class TraceHash {
    private static final long SECOND = World.SECOND;

    private TraceHash() {}

    /** Prints them. */
    public static void main(String[] args) {
        System.out.println(world("streams", Fidelity.STREAMS, 60));
        System.out.println(world("bytes", Fidelity.BYTES, 30));
    }

    /** Hosts in regions, on links that jitter and lose, that are cut apart and that come and go, flood some messages. */
    private static String world(String name, Fidelity fidelity, int count) {
        World world = World.seed(2026).fidelity(fidelity)
                .links(Links.regions(Regions.ETHEREUM).jitter(Distribution.exponential(2 * World.MILLISECOND)).loss(0.01));
        int[] delivered = {0};
        List<SimHost> hosts = world.hosts(count, () -> List.of(new Flood(number -> delivered[0]++)));
        world.join(Graph.regular(count, 4, world.random()), SECOND);
        world.inject(Fault.partition(hosts.subList(0, count / 3), hosts.subList(count / 3, count)), 4 * SECOND, 3 * SECOND);
        world.inject(Churn.of(hosts.subList(count / 2, count), Distribution.exponential(8 * SECOND), Distribution.exponential(4 * SECOND)),
                3 * SECOND, 10 * SECOND);
        for (int m = 0; m < 10; m++) {
            int number = m;
            world.at((2 + m) * SECOND, () -> hosts.get(number).protocol(Flood.class).publish(number, new byte[300 * number]));
        }
        world.run(20 * SECOND);
        return name + " " + delivered[0] + " " + world.events() + " " + Long.toHexString(world.hash());
    }
}
