package libp2p.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import libp2p.core.CloseReason;
import libp2p.core.net.Connection;
import libp2p.core.net.Limits;
import libp2p.identify.Identify;
import libp2p.perf.Perf;
import libp2p.ping.Ping;
import org.junit.jupiter.api.Test;

/** The foundation's protocols among many, in time that passes. */
class ProtocolsInWorldsTest {
    private static final long LEAST = 10 * World.MILLISECOND;
    private static final long MOST = 90 * World.MILLISECOND;
    private static final int HOSTS = 60;

    private static World world(long seed) {
        return World.seed(seed).links(Links.uniform(LEAST, MOST));
    }

    @Test
    void pingMeasuresTheLatencyOfEachPairBothWays() {
        World world = world(1);
        List<SimHost> hosts = world.hosts(HOSTS, () -> List.of(new Ping()));
        world.join(Graph.regular(HOSTS, 6, world.random()), World.SECOND);
        world.run(2 * World.SECOND);
        long[][] measured = new long[HOSTS][HOSTS];
        for (SimHost a : hosts) {
            for (SimHost b : hosts) {
                if (a.swarm().connections(b.id()).isEmpty()) continue;
                a.protocol(Ping.class).ping(b.id(), (nanos, failure) -> measured[a.index()][b.index()] = nanos);
            }
        }
        world.run(2 * World.SECOND);
        int pairs = 0;
        for (int a = 0; a < HOSTS; a++) {
            for (int b = 0; b < HOSTS; b++) {
                assertThat(measured[a][b]).isEqualTo(measured[b][a]);
                if (measured[a][b] == 0) continue;
                assertThat(measured[a][b]).isBetween(2 * LEAST, 2 * MOST);
                pairs++;
            }
        }
        assertThat(pairs).isGreaterThan(5 * HOSTS);
    }

    @Test
    void pingsOfManyAtOnceAreAnsweredOrRefusedEachOnce() {
        World world = world(2);
        SimHost busy = world.host(new Ping());
        List<SimHost> others = world.hosts(HOSTS, () -> List.of(new Ping()));
        List<CloseReason> ends = new ArrayList<>();
        for (SimHost h : others) {
            world.connect(h, busy, (c, failure) -> {
                for (int i = 0; i < 10; i++) h.protocol(Ping.class).ping(busy.id(), (nanos, no) -> ends.add(no));
            });
        }
        world.run(20 * World.SECOND);
        assertThat(ends).hasSize(10 * HOSTS).containsOnlyNulls();
    }

    @Test
    void identifyTellsEveryoneOfItsNeighboursAndOfItself() {
        World world = world(3);
        List<SimHost> hosts = world.hosts(HOSTS, () -> List.of(new Identify(), new Ping()));
        world.join(Graph.regular(HOSTS, 6, world.random()), World.SECOND);
        world.run(5 * World.SECOND);
        for (SimHost h : hosts) {
            for (Connection c : h.swarm().connections()) {
                SimHost other = hosts.stream().filter(o -> o.id().equals(c.remote())).findFirst().orElseThrow();
                assertThat(h.swarm().peers().protocols(other.id())).isEqualTo(other.swarm().protocols().value());
                assertThat(h.swarm().peers().addresses(other.id())).containsExactly(other.address());
                assertThat(h.swarm().peers().agent(other.id())).isEqualTo(Identify.Params.DEFAULT.agent());
                assertThat(h.swarm().peers().record(other.id())).isNotNull();
            }
        }
    }

    @Test
    void aProtocolThatIsAddedLaterIsPushedToAllNeighbours() {
        World world = world(4);
        List<SimHost> hosts = world.hosts(HOSTS, () -> List.of(new Identify()));
        world.join(Graph.regular(HOSTS, 4, world.random()), World.SECOND);
        world.run(5 * World.SECOND);
        SimHost changed = hosts.get(7);
        changed.swarm().handle("/new/1", stream -> {
            throw new AssertionError("nobody asks for it");
        });
        world.run(5 * World.SECOND);
        for (Connection c : changed.swarm().connections()) {
            SimHost other = hosts.stream().filter(o -> o.id().equals(c.remote())).findFirst().orElseThrow();
            assertThat(other.swarm().peers().protocols(changed.id())).contains("/new/1");
        }
    }

    @Test
    void perfMovesAWindowInEachRoundTrip() {
        World world = World.seed(5).links(Links.constant(50 * World.MILLISECOND));
        List<SimHost> hosts = world.hosts(2, () -> List.of(new Perf()));
        world.connect(hosts.get(0), hosts.get(1));
        world.run(World.SECOND);
        List<Perf.Result> results = new ArrayList<>();
        long bytes = 8 << 20;
        hosts.get(0).protocol(Perf.class).perf(hosts.get(1).id(), bytes, bytes, Perf.Progress.NONE, (r, failure) -> results.add(r));
        world.run(60 * World.SECOND);
        assertThat(results).hasSize(1);
        Perf.Result r = results.get(0);
        assertThat(r.uploaded()).isEqualTo(bytes);
        assertThat(r.downloaded()).isEqualTo(bytes);
        long least = (bytes / Limits.DEFAULT.windowInitial() - 2) * 100 * World.MILLISECOND / 2; // credit comes by half a window
        assertThat(r.uploadNanos()).isGreaterThan(least);
        assertThat(r.downloadNanos()).isGreaterThan(least);
    }
}
