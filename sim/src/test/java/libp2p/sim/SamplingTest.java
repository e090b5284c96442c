package libp2p.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import libp2p.core.Rng;
import org.junit.jupiter.api.Test;

class SamplingTest {
    private static final int N = 40;

    /** A ring with a few hubs: degrees from 2 to 21. */
    private static List<List<Integer>> lopsided() {
        List<List<Integer>> graph = new ArrayList<>();
        for (int i = 0; i < N; i++) graph.add(new ArrayList<>());
        for (int i = 0; i < N; i++) join(graph, i, (i + 1) % N);
        for (int hub = 0; hub < 3; hub++) {
            for (int i = 2; i < N - 1; i += 2) if (i - hub > 1) join(graph, hub, i);
        }
        return graph;
    }

    private static void join(List<List<Integer>> graph, int a, int b) {
        graph.get(a).add(b);
        graph.get(b).add(a);
    }

    private static int[] counts(List<Integer> samples) {
        int[] counts = new int[N];
        for (int s : samples) counts[s]++;
        return counts;
    }

    /** Pearson's statistic against all being equally likely. */
    private static double chiSquare(int[] counts, int samples) {
        double expected = (double) samples / N;
        double sum = 0;
        for (int c : counts) sum += (c - expected) * (c - expected) / expected;
        return sum;
    }

    @Test
    void theWalkIsEverywhereEquallyOftenAlthoughDegreesDiffer() {
        List<List<Integer>> graph = lopsided();
        assertThat(graph.get(0).size()).isGreaterThan(15);
        int samples = 20_000;
        // 1 % of right samples exceed 62.4 with 39 degrees of freedom
        assertThat(chiSquare(counts(Sampling.metropolisHastings(20, graph::get, 500, samples, 50, Rng.seeded(1))), samples))
                .isLessThan(62.4);
        assertThat(chiSquare(counts(Sampling.metropolisHastings(0, graph::get, 500, samples, 50, Rng.seeded(2))), samples))
                .isLessThan(62.4);
        Rng random = Rng.seeded(1);
        int[] plain = new int[N]; // what the correction is for
        int at = 20;
        for (int i = 0; i < samples; i++) {
            for (int j = 0; j < 50; j++) at = graph.get(at).get(random.nextInt(graph.get(at).size()));
            plain[at]++;
        }
        assertThat(chiSquare(plain, samples)).isGreaterThan(5_000);
    }

    @Test
    void samplesByWalkTellTheTruthOfAWorld() {
        World world = World.seed(4).links(Links.constant(World.MILLISECOND));
        List<SimHost> hosts = world.hosts(N, () -> List.of());
        List<List<Integer>> graph = lopsided();
        for (int i = 0; i < N; i++) for (int j : graph.get(i)) if (j > i) world.connect(hosts.get(i), hosts.get(j));
        world.run(World.SECOND);
        double truth = hosts.stream().mapToInt(h -> Sampling.neighbours(h).size()).average().orElseThrow();
        List<SimHost> walk = Sampling.metropolisHastings(hosts.get(0), Sampling::neighbours, 200, 2_000, 20, world.random());
        double[] degrees = walk.stream().mapToDouble(h -> Sampling.neighbours(h).size()).toArray();
        Statistics.Interval interval = Statistics.of(degrees).meanInterval();
        assertThat(truth).isBetween(interval.low() - 0.2, interval.high() + 0.2); // samples of a walk are not quite independent
        List<SimHost> atRandom = Sampling.random(hosts, 20, world.random());
        double[] theirs = atRandom.stream().mapToDouble(h -> Sampling.neighbours(h).size()).toArray();
        assertThat(Statistics.of(theirs).mean()).isBetween(2.0, 6.0);
    }

    @Test
    void randomSamplesAreDifferentAndEachIsAsLikely() {
        List<Integer> all = new ArrayList<>();
        for (int i = 0; i < N; i++) all.add(i);
        Rng random = Rng.seeded(9);
        int[] counts = new int[N];
        for (int i = 0; i < 4000; i++) {
            List<Integer> five = Sampling.random(all, 5, random);
            assertThat(five).hasSize(5).doesNotHaveDuplicates();
            for (int s : five) counts[s]++;
        }
        assertThat(chiSquare(counts, 20_000)).isLessThan(62.4);
        assertThat(Sampling.random(all, N, random)).containsExactlyInAnyOrderElementsOf(all);
        assertThatThrownBy(() -> Sampling.random(all, N + 1, random)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aWalkFromWhereThereIsNoWayStays() {
        assertThat(Sampling.metropolisHastings(1, i -> List.<Integer>of(), 3, 2, 1, Rng.seeded(1))).containsExactly(1, 1);
        assertThatThrownBy(() -> Sampling.metropolisHastings(1, i -> List.<Integer>of(), 0, 1, 0, Rng.seeded(1)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
