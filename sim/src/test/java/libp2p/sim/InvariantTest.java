package libp2p.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class InvariantTest {
    @Test
    void itIsCheckedOnceInItsTimeEvenWhereNothingHappens() {
        World world = World.seed(1);
        List<Long> times = new ArrayList<>();
        world.run(World.SECOND / 2);
        world.invariant("none", World.SECOND, w -> times.add(w.now()));
        world.run(3 * World.SECOND);
        assertThat(times).containsExactly(1_500_000_000L, 2_500_000_000L, 3_500_000_000L);
        world.runUntilQuiet(); // which it is
        assertThat(times).hasSize(3);
    }

    @Test
    void oneThatFailsStopsTheWorldAndSaysWhatAndWhenAndTheSeed() {
        World world = World.seed(77).links(Links.constant(World.MILLISECOND));
        List<SimHost> hosts = world.hosts(3, () -> List.of());
        world.connect(hosts.get(0), hosts.get(1));
        world.invariant("everyone is connected to at most one", World.SECOND,
                w -> assertThat(w.hosts()).allSatisfy(h -> assertThat(h.swarm().connections()).as(h.toString()).hasSizeLessThan(2)));
        world.run(2 * World.SECOND);
        world.connect(hosts.get(0), hosts.get(2));
        assertThatThrownBy(() -> world.run(10 * World.SECOND)).isInstanceOf(WorldException.class)
                .hasMessageContaining("everyone is connected")
                .hasMessageContaining("3.000000000 s").hasMessageContaining("seed 77").hasMessageContaining("host0")
                .cause().isInstanceOf(AssertionError.class);
        assertThat(world.now()).isEqualTo(3 * World.SECOND);
    }

    @Test
    void checksAreNoPartOfTheStory() {
        List<Long> hashes = new ArrayList<>();
        for (boolean checked : List.of(true, false)) {
            World world = World.seed(5);
            if (checked) world.invariant("none", World.MILLISECOND, w -> {});
            world.hosts(10, () -> List.of());
            world.join(Graph.regular(10, 4, world.random()), World.SECOND);
            world.run(2 * World.SECOND);
            hashes.add(Mix.with(world.hash(), world.events()));
        }
        assertThat(hashes.get(0)).isEqualTo(hashes.get(1));
    }

    @Test
    void oneThatIsNeverCheckedIsRefused() {
        assertThatThrownBy(() -> World.seed(1).invariant("x", 0, w -> {})).isInstanceOf(IllegalArgumentException.class);
    }
}
