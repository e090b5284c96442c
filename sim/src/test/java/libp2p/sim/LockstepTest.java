package libp2p.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.function.Supplier;
import libp2p.identify.Identify;
import libp2p.ping.Ping;
import org.junit.jupiter.api.Test;

class LockstepTest {
    private static Supplier<World> scene(Fidelity fidelity) {
        return () -> {
            World world = World.seed(9).fidelity(fidelity).links(Links.uniform(World.MILLISECOND, 80 * World.MILLISECOND));
            List<SimHost> hosts = world.hosts(30, () -> List.of(new Identify(), new Ping(), new Flood(number -> {})));
            world.join(Graph.regular(30, 4, world.random()), World.SECOND);
            world.at(2 * World.SECOND, () -> hosts.get(3).protocol(Flood.class).publish(1, new byte[5000]));
            return world;
        };
    }

    @Test
    void aWorldOfStreamsIsTheSameTwice() {
        assertThat(Lockstep.run(scene(Fidelity.STREAMS), 4 * World.SECOND).now()).isEqualTo(4 * World.SECOND);
    }

    @Test
    void aWorldOfBytesIsTheSameTwice() {
        assertThat(Lockstep.run(scene(Fidelity.BYTES), 4 * World.SECOND).events()).isGreaterThan(500);
    }

    @Test
    void anEventThatTheOtherRunDoesNotHaveIsFound() {
        int[] runs = {0};
        Supplier<World> unsteady = () -> {
            int run = runs[0]++;
            World world = World.seed(9);
            SimHost a = world.host(new Flood(number -> {}));
            world.at(World.SECOND, () -> {
                if (run == 1) a.protocol(Flood.class).publish(1, new byte[1]);
            });
            return world;
        };
        assertThatThrownBy(() -> Lockstep.run(unsteady, 4 * World.SECOND)).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("What follows from 1.000000000  world  runs a task").hasMessageContaining("host0  runs a task");
    }

    @Test
    void bytesThatDifferAreFound() {
        int[] runs = {0};
        Supplier<World> unsteady = () -> {
            byte[] payload = {(byte) runs[0]++};
            World world = World.seed(9);
            List<SimHost> hosts = world.hosts(2, () -> List.of(new Flood(number -> {})));
            world.connect(hosts.get(0), hosts.get(1));
            world.at(World.SECOND, () -> hosts.get(0).protocol(Flood.class).publish(1, payload));
            return world;
        };
        assertThatThrownBy(() -> Lockstep.run(unsteady, 4 * World.SECOND)).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("The next event").hasMessageContaining("host1  hears");
    }
}
