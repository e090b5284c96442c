package libp2p.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import libp2p.core.CloseReason;
import org.junit.jupiter.api.Test;

class ChurnTest {
    private static final long S = World.SECOND;

    @Test
    void theSameHostsComeAndGoAndAreUpAsMuchAsTheirSessionsSay() {
        World world = World.seed(3).links(Links.constant(World.MILLISECOND));
        List<SimHost> hosts = world.hosts(100, () -> List.of());
        int[] came = {0};
        world.inject(Churn.of(hosts, Distribution.exponential(60 * S), Distribution.exponential(20 * S)).onUp(h -> came[0]++), 0, 2000 * S);
        world.run(100 * S);
        double up = 0;
        for (int i = 0; i < 180; i++) {
            up += hosts.stream().filter(SimHost::isUp).count();
            world.run(10 * S);
        }
        assertThat(up / 180 / 100).isBetween(0.70, 0.80); // 60 of 80 seconds
        assertThat(came[0]).isBetween(2100, 2600); // 100 hosts, every 80 s, in 1900 s
        world.run(200 * S);
        assertThat(hosts).allMatch(SimHost::isUp); // it is over
    }

    @Test
    void newcomersArriveAtTheirRateAndGoForGood() {
        World world = World.seed(3).links(Links.constant(World.MILLISECOND));
        SimHost first = world.hosts(1, () -> List.of(new Probe())).get(0);
        Churn churn = Churn.arriving(2, Distribution.constant(10 * S), () -> world.hosts(1, () -> List.of(new Probe())).get(0))
                .onUp(h -> world.connect(h, first));
        world.inject(churn, 0, 200 * S);
        world.run(100 * S);
        assertThat(Probe.of(first).connections).hasSizeBetween(8, 35); // 20 are there on average
        world.run(100 * S);
        assertThat(world.hosts().size()).isBetween(340, 460);
        assertThat(Probe.of(first).lost).hasSizeGreaterThan(250).allSatisfy(r -> assertThat(r.kind()).isEqualTo(CloseReason.Kind.LOST));
    }

    @Test
    void whoGoesGentlySaysFarewell() {
        World world = World.seed(3).links(Links.constant(World.MILLISECOND));
        List<SimHost> hosts = world.hosts(2, () -> List.of(new Probe()));
        world.connect(hosts.get(0), hosts.get(1));
        world.run(S);
        world.inject(Churn.of(hosts.subList(1, 2), Distribution.constant(5 * S), Distribution.constant(5 * S)).gently(), 0, 8 * S);
        world.run(6 * S);
        assertThat(hosts.get(1).isUp()).isFalse();
        assertThat(Probe.of(hosts.get(0)).lost).hasSize(1)
                .allSatisfy(r -> assertThat(r.kind()).isEqualTo(CloseReason.Kind.CONNECTION_CLOSED));
        world.run(10 * S);
        assertThat(hosts.get(1).isUp()).isTrue();
    }

    @Test
    void whoForgetsComesBackAsAnother() {
        World world = World.seed(3);
        SimHost host = world.hosts(1, () -> List.of()).get(0);
        List<Object> ids = new ArrayList<>(List.of(host.id()));
        world.inject(Churn.of(List.of(host), Distribution.constant(S), Distribution.constant(S)).forgetting()
                .onUp(h -> ids.add(h.id())), 0, 10 * S);
        world.run(20 * S);
        assertThat(ids).hasSize(6).doesNotHaveDuplicates();
    }

    @Test
    void churnIsTheSameForTheSameSeed() {
        List<Long> hashes = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            World world = World.seed(8);
            List<SimHost> hosts = world.hosts(30, () -> List.of(new Flood(n -> {})));
            world.join(Graph.regular(30, 4, world.random()), S);
            world.inject(Churn.of(hosts, Distribution.weibull(30 * S, 0.6), Distribution.logNormal(5 * S, 1)), 0, 100 * S);
            world.run(100 * S);
            hashes.add(world.hash());
        }
        assertThat(hashes.get(0)).isEqualTo(hashes.get(1));
    }

    @Test
    void aRateOfNothingIsRefused() {
        assertThatThrownBy(() -> Churn.arriving(0, Distribution.constant(1), () -> null)).isInstanceOf(IllegalArgumentException.class);
    }
}
