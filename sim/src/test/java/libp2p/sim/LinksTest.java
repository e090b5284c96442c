package libp2p.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import libp2p.core.Buf;
import libp2p.core.CloseReason;
import libp2p.ping.Ping;
import org.junit.jupiter.api.Test;

class LinksTest {
    private static final long MS = World.MILLISECOND;

    /** Two hosts that are connected. */
    private static World pair(Links links) {
        World world = World.seed(9).links(links);
        List<SimHost> hosts = world.hosts(2, () -> List.of(new Probe(), new Ping()));
        world.connect(hosts.get(0), hosts.get(1));
        world.run(5 * World.SECOND);
        assertThat(hosts.get(0).swarm().connections()).hasSize(1);
        return world;
    }

    private static SimHost a(World world) {
        return world.hosts().get(0);
    }

    private static SimHost b(World world) {
        return world.hosts().get(1);
    }

    /** How long that many bytes take from the first host to the last of them at the second, beyond opening a stream. */
    private static long transfer(World world, int bytes) {
        Probe.say(a(world), b(world), 1);
        world.run(2 * World.SECOND);
        long before = world.now();
        int there = Probe.of(b(world)).received;
        Probe.say(a(world), b(world), bytes);
        world.run(600 * World.SECOND);
        assertThat(Probe.of(b(world)).received).isEqualTo(there + bytes);
        List<Long> arrivals = Probe.of(b(world)).arrivals;
        return arrivals.get(arrivals.size() - 1) - before;
    }

    private static long ping(World world) {
        List<Long> times = new ArrayList<>();
        a(world).protocol(Ping.class).ping(a(world).swarm().connections().get(0), (nanos, failure) -> times.add(nanos));
        world.run(2 * World.SECOND);
        return times.get(0);
    }

    @Test
    void aLatencyIsDrawnOnceForEachPairAndIsTheSameBothWays() {
        World world = pair(Links.drawn(Distribution.exponential(80 * MS)));
        long first = ping(world);
        assertThat(first).isPositive().isNotEqualTo(160 * MS);
        assertThat(ping(world)).isEqualTo(first);
    }

    @Test
    void regionsAreAsFarApartAsPublished() {
        Regions regions = Regions.ETHEREUM.placed(host -> host.index() == 0 ? 0 : 6);
        assertThat(regions.names().get(0)).isEqualTo("australia");
        assertThat(regions.names().get(6)).isEqualTo("south_africa");
        assertThat(ping(pair(Links.regions(regions)))).isEqualTo(440 * MS);
        assertThat(ping(pair(Links.regions(Regions.ETHEREUM.placed(host -> 1))))).isEqualTo(4 * MS);
    }

    @Test
    void hostsSpreadOverRegionsByTheirWeights() {
        World world = World.seed(4);
        int[] counts = new int[8];
        for (SimHost h : world.hosts(2000, () -> List.of())) counts[Regions.ETHEREUM.of(h)]++;
        assertThat(counts[1] / 2000.0).isCloseTo(5599 / 11326.0, within(0.04));
        assertThat(counts[4] / 2000.0).isCloseTo(2894 / 11326.0, within(0.04));
        Regions lopsided = Regions.of(List.of("a", "b", "c"), new int[3][3], new int[] {0, 5, 0});
        for (SimHost h : world.hosts()) assertThat(lopsided.of(h)).isOne();
    }

    @Test
    void regionsThatDoNotFitTogetherAreRefused() {
        assertThatThrownBy(() -> Regions.of(List.of("a"), new int[2][2], new int[1])).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Regions.of(List.of("a"), new int[][] {{-1}}, new int[] {1})).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Regions.of(List.of("a"), new int[1][1], new int[1])).hasMessageContaining("zero");
    }

    @Test
    void jitterMakesEachChunkTakeItsOwnTime() {
        World world = pair(Links.constant(10 * MS).jitter(Distribution.uniform(0, 5 * MS)));
        List<Long> times = new ArrayList<>();
        for (int i = 0; i < 20; i++) times.add(ping(world));
        assertThat(times).allSatisfy(t -> assertThat(t).isBetween(20 * MS, 30 * MS)).doesNotHaveDuplicates();
    }

    @Test
    void bandwidthDecidesHowLongBytesTake() {
        // 1 MB at 10 Mbit/s is 0.8 s, at either end
        for (Bandwidth b : List.of(Bandwidth.of(10 * Bandwidth.MBIT, 0), Bandwidth.of(0, 10 * Bandwidth.MBIT))) {
            long nanos = transfer(pair(Links.constant(10 * MS).bandwidth(b.queue(World.SECOND))), 1_000_000);
            assertThat(nanos).isBetween(800 * MS, 900 * MS);
        }
        assertThat(transfer(pair(Links.constant(10 * MS)), 1_000_000)).isLessThan(150 * MS);
    }

    @Test
    void hostsThatSendToOneShareItsDownload() {
        World world = World.seed(1).links(Links.constant(10 * MS).bandwidth(Bandwidth.of(0, 8 * Bandwidth.MBIT).queue(5 * World.SECOND)));
        List<SimHost> hosts = world.hosts(5, () -> List.of(new Probe()));
        for (int i = 1; i < 5; i++) world.connect(hosts.get(i), hosts.get(0));
        world.run(World.SECOND);
        long before = world.now();
        for (int i = 1; i < 5; i++) Probe.say(hosts.get(i), hosts.get(0), 250_000);
        world.run(10 * World.SECOND);
        Probe p = Probe.of(hosts.get(0));
        assertThat(p.received).isEqualTo(1_000_000);
        assertThat(p.arrivals.get(p.arrivals.size() - 1) - before).isBetween(World.SECOND, 1100 * MS); // a megabyte, a megabyte a second
    }

    @Test
    void aPairHasALineOfItsOwn() {
        World world = World.seed(1).links(Links.constant(10 * MS)
                .pairBandwidth(Bandwidth.symmetric(8 * Bandwidth.MBIT).queue(World.SECOND)));
        List<SimHost> hosts = world.hosts(5, () -> List.of(new Probe()));
        for (int i = 1; i < 5; i++) world.connect(hosts.get(i), hosts.get(0));
        world.run(World.SECOND);
        long before = world.now();
        for (int i = 1; i < 5; i++) Probe.say(hosts.get(i), hosts.get(0), 250_000);
        world.run(10 * World.SECOND);
        Probe p = Probe.of(hosts.get(0));
        assertThat(p.arrivals.get(p.arrivals.size() - 1) - before).isBetween(250 * MS, 300 * MS);
    }

    @Test
    void aFullQueueDropsAndAConnectionComesLaterByTheRetransmission() {
        World world = pair(Links.constant(10 * MS).bandwidth(Bandwidth.of(8 * Bandwidth.MBIT, 0).queue(50 * MS)));
        a(world).execute(() -> {
            for (int i = 0; i < 4; i++) Probe.say(a(world), b(world), 100_000); // each takes 100 ms
        });
        long before = world.now();
        world.run(20 * World.SECOND);
        Probe p = Probe.of(b(world));
        assertThat(p.received).isEqualTo(400_000);
        assertThat(p.arrivals.get(p.arrivals.size() - 1) - before).isBetween(600 * MS, 650 * MS); // 410 ms without drops
    }

    @Test
    void aLineThatIsAskedForTooMuchGivesAllItHas() {
        World world = pair(Links.constant(10 * MS).bandwidth(Bandwidth.of(0, 800_000)).loss(0.01)); // 100 kB a second
        for (int i = 0; i < 30; i++) {
            Probe.say(a(world), b(world), 100_000); // every half second
            world.run(World.SECOND / 2);
        }
        assertThat(Probe.of(b(world)).received).isBetween(900_000, 1_500_000);
        world.run(60 * World.SECOND);
        assertThat(Probe.of(b(world)).received).isEqualTo(3_000_000);
        assertThat(Probe.of(a(world)).lost).isEmpty();
    }

    @Test
    void aFullQueueDropsDatagrams() {
        Links links = Links.constant(10 * MS).bandwidth(Bandwidth.of(80_000, 0)); // 10 kB a second: five in 200 ms, and one under way
        World world = pair(links);
        Probe.say(a(world), b(world), 1);
        world.run(2 * World.SECOND);
        a(world).execute(() -> {
            for (int i = 0; i < 50; i++) Probe.of(a(world)).stream.datagram(new Buf(new byte[360]));
        });
        world.run(5 * World.SECOND);
        assertThat(Probe.of(b(world)).datagrams).hasSize(6);
    }

    @Test
    void lostBytesComeLateAndInOrderAndAreAllThere() {
        World world = pair(Links.constant(10 * MS).loss(0.2));
        List<Long> times = new ArrayList<>();
        for (int i = 0; i < 50; i++) times.add(ping(world));
        assertThat(times).contains(20 * MS).anySatisfy(t -> assertThat(t).isGreaterThanOrEqualTo(20 * MS + Loss.TIMEOUT_LEAST));
        assertThat(transfer(world, 300_000)).isGreaterThan(Loss.TIMEOUT_LEAST);
    }

    @Test
    void aConnectionThatLosesEverythingIsGivenUp() {
        World world = pair(Links.constant(MS));
        world.links(Links.constant(MS).loss(1));
        Probe.say(a(world), b(world), 1);
        world.run(900 * World.SECOND);
        assertThat(Probe.of(a(world)).lost).isEmpty();
        world.run(100 * World.SECOND);
        for (SimHost h : world.hosts()) assertThat(Probe.of(h).lost).hasSize(1)
                .allSatisfy(r -> assertThat(r.kind()).isEqualTo(CloseReason.Kind.LOST));
    }

    @Test
    void resetsEndConnectionsAtBothEnds() {
        for (Fidelity fidelity : List.of(Fidelity.STREAMS, Fidelity.BYTES)) {
            World world = World.seed(9).fidelity(fidelity).links(Links.constant(MS));
            List<SimHost> hosts = world.hosts(2, () -> List.of(new Probe()));
            world.connect(hosts.get(0), hosts.get(1));
            world.run(World.SECOND);
            world.links(Links.constant(MS).resets(1));
            Probe.say(a(world), b(world), 1);
            world.run(World.SECOND);
            for (SimHost h : hosts) assertThat(Probe.of(h).lost).hasSize(1);
            assertThat(Probe.of(b(world)).received).isZero();
        }
    }

    private static List<Integer> datagrams(Links links, int count) {
        World world = pair(links);
        Probe.say(a(world), b(world), 1);
        world.run(2 * World.SECOND);
        for (int i = 0; i < count; i++) {
            byte number = (byte) i;
            a(world).execute(() -> assertThat(Probe.of(a(world)).stream.datagram(new Buf(new byte[] {number}))).isTrue());
            world.run(MS);
        }
        world.run(5 * World.SECOND);
        return Probe.of(b(world)).datagrams;
    }

    @Test
    void datagramsArriveBesideTheirStream() {
        List<Integer> all = datagrams(Links.constant(10 * MS), 100);
        assertThat(all).hasSize(100).isSorted();
    }

    @Test
    void lostDatagramsAreLost() {
        assertThat(datagrams(Links.constant(10 * MS).loss(0.3), 200)).hasSizeBetween(110, 170).isSorted();
    }

    @Test
    void reorderingLetsDatagramsOvertakeAndHoldsNoStreamUp() {
        List<Integer> all = datagrams(Links.constant(10 * MS).reorder(0.1, Distribution.constant(20 * MS)), 100);
        assertThat(all).hasSize(100).doesNotHaveDuplicates();
        assertThat(all).isNotEqualTo(all.stream().sorted().toList());
        assertThat(ping(pair(Links.constant(10 * MS).reorder(1, Distribution.constant(20 * MS))))).isEqualTo(20 * MS);
    }

    @Test
    void aDatagramThatFitsNoPacketIsNotSent() {
        World world = pair(Links.constant(10 * MS));
        Probe.say(a(world), b(world), 1);
        world.run(World.SECOND);
        a(world).execute(() -> {
            libp2p.core.net.Stream s = Probe.of(a(world)).stream;
            assertThat(s.datagramMax()).isEqualTo(1160);
            assertThat(s.datagram(new Buf(new byte[s.datagramMax()]))).isTrue();
            assertThat(s.datagram(new Buf(new byte[s.datagramMax() + 1]))).isFalse();
            s.reset(0);
            assertThat(s.datagram(new Buf(new byte[1]))).isFalse();
        });
        world.run(World.SECOND);
        assertThat(Probe.of(b(world)).datagrams).hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void theSameTroublesTellTheSameStory() {
        Links links = Links.regions(Regions.ETHEREUM).jitter(Distribution.exponential(2 * MS))
                .bandwidth(Bandwidth.symmetric(20 * Bandwidth.MBIT))
                .loss(0.01).reorder(0.1, Distribution.constant(MS));
        List<Long> hashes = new ArrayList<>();
        for (int i = 0; i < 2; i++) { // one description, two worlds
            World world = pair(links);
            transfer(world, 500_000);
            hashes.add(world.hash());
        }
        assertThat(hashes.get(0)).isEqualTo(hashes.get(1));
    }

    @Test
    void impossibleLinksAreRefused() {
        assertThatThrownBy(() -> Links.constant(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Links.constant(1).loss(1.1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Links.constant(1).loss(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Bandwidth.symmetric(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Links.constant(1).loss(0.1).arrival(null, null, Traffic.STREAM, 1, 0))
                .isInstanceOf(IllegalStateException.class);
    }
}
