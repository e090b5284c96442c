package libp2p.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import libp2p.bouncycastle.BouncyCastleCrypto;
import libp2p.core.Buf;
import libp2p.core.CloseReason;
import libp2p.core.net.Connection;
import libp2p.core.net.OpenOptions;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.core.node.Node;
import libp2p.core.node.Protocol;
import libp2p.identify.Identify;
import libp2p.ping.Ping;
import org.junit.jupiter.api.Test;

class WorldTest {
    private static final int HOSTS = 200;

    /** Floods some messages and says who heard what: {@code message * HOSTS + host}, sorted. */
    private static List<Integer> flood(World world) {
        List<Integer> heard = new ArrayList<>();
        int[] next = {0};
        List<SimHost> hosts = world.hosts(HOSTS, () -> {
            int index = next[0]++;
            return List.of(new Flood(number -> heard.add((int) number * HOSTS + index)));
        });
        world.join(Graph.regular(HOSTS, 6, world.random()), World.SECOND);
        world.run(4 * World.SECOND);
        for (int m = 0; m < 5; m++) {
            hosts.get(17 * m).protocol(Flood.class).publish(m, new byte[m * 1000]);
            world.run(World.SECOND);
        }
        world.run(5 * World.SECOND);
        heard.sort(null);
        return heard;
    }

    private static List<Integer> everyone() {
        List<Integer> all = new ArrayList<>();
        for (int i = 0; i < 5 * HOSTS; i++) if (i % HOSTS != 17 * (i / HOSTS)) all.add(i);
        return all;
    }

    private static World streams(long seed) {
        return World.seed(seed).links(Links.uniform(5 * World.MILLISECOND, 150 * World.MILLISECOND));
    }

    @Test
    void aFloodReachesEveryHostOnce() {
        assertThat(flood(streams(1))).isEqualTo(everyone());
    }

    @Test
    void theSameSeedTellsTheSameStory() {
        List<World> worlds = new ArrayList<>();
        List<List<String>> stories = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            List<String> story = new ArrayList<>();
            World w = streams(7).trace(story::add);
            flood(w);
            worlds.add(w);
            stories.add(story);
        }
        assertThat(worlds.get(0).hash()).isEqualTo(worlds.get(1).hash());
        assertThat(worlds.get(0).events()).isEqualTo(worlds.get(1).events());
        assertThat(stories.get(0)).isEqualTo(stories.get(1)).hasSizeGreaterThan(10_000);
    }

    @Test
    void anotherSeedTellsAnotherStory() {
        World one = streams(7);
        World other = streams(8);
        assertThat(flood(one)).isEqualTo(flood(other));
        assertThat(one.hash()).isNotEqualTo(other.hash());
    }

    @Test
    void listeningToTheStoryDoesNotChangeIt() {
        World heard = streams(7).trace(line -> {});
        World unheard = streams(7);
        flood(heard);
        flood(unheard);
        assertThat(heard.hash()).isEqualTo(unheard.hash());
    }

    @Test
    void deliveriesAreTheSameInEveryFidelity() {
        assertThat(flood(streams(3).fidelity(Fidelity.BYTES))).isEqualTo(everyone());
        assertThat(flood(streams(3).fidelity(Fidelity.bytes(new BouncyCastleCrypto())))).isEqualTo(everyone());
    }

    @Test
    void hostsIdentifyAndPingEachOtherInEveryFidelity() {
        for (Fidelity fidelity : List.of(Fidelity.STREAMS, Fidelity.BYTES, Fidelity.bytes(new BouncyCastleCrypto()))) {
            World world = World.seed(5).fidelity(fidelity).links(Links.constant(20 * World.MILLISECOND));
            List<SimHost> hosts = world.hosts(20, () -> List.of(new Identify(), new Ping()));
            world.join(Graph.regular(20, 4, world.random()), World.SECOND);
            world.run(5 * World.SECOND);
            List<Long> times = new ArrayList<>();
            int asked = 0;
            for (SimHost h : hosts) {
                assertThat(h.swarm().connectedPeers().value()).isNotEmpty();
                for (Connection c : h.swarm().connections()) {
                    assertThat(h.swarm().peers().protocols(c.remote())).contains(Ping.ID);
                    assertThat(h.swarm().peers().record(c.remote())).isNotNull();
                    h.protocol(Ping.class).ping(c, (nanos, failure) -> times.add(nanos));
                    asked++;
                }
            }
            world.run(World.SECOND);
            assertThat(times).hasSize(asked).allSatisfy(t -> assertThat(t).isEqualTo(40 * World.MILLISECOND));
        }
    }

    @Test
    void whatIdentifyWouldTellCanBeHandedOver() {
        World world = World.seed(5).introduces(true);
        List<SimHost> hosts = world.hosts(2, () -> List.of(new Ping()));
        world.connect(hosts.get(0), hosts.get(1));
        world.run(World.SECOND);
        for (int i = 0; i < 2; i++) {
            SimHost other = hosts.get(1 - i);
            assertThat(hosts.get(i).swarm().peers().protocols(other.id())).containsExactly(Ping.ID);
            assertThat(hosts.get(i).swarm().peers().addresses(other.id())).containsExactly(other.address());
        }
    }

    @Test
    void timePassesOnlyInRun() {
        World world = World.seed(1);
        SimHost host = world.host();
        List<Long> fired = new ArrayList<>();
        host.execute(() -> host.schedule(3 * World.SECOND, () -> fired.add(world.now())));
        world.run(2 * World.SECOND);
        assertThat(world.now()).isEqualTo(2 * World.SECOND);
        assertThat(fired).isEmpty();
        world.run(World.SECOND);
        assertThat(fired).containsExactly(3 * World.SECOND);
    }

    @Test
    void aCancelledTimerIsGoneAtOnce() {
        World world = World.seed(1);
        SimHost host = world.host();
        host.execute(() -> {
            int before = world.timeline().waiting();
            libp2p.core.Cancellable timer = host.schedule(World.SECOND, () -> {
                throw new AssertionError("fired");
            });
            assertThat(world.timeline().waiting()).isEqualTo(before + 1);
            timer.cancel();
            timer.cancel();
            assertThat(world.timeline().waiting()).isEqualTo(before);
        });
        world.run(2 * World.SECOND);
    }

    @Test
    void aHostsOwnTasksRunInItsTurnInTheirOrder() {
        World world = World.seed(1);
        SimHost host = world.host();
        List<String> order = new ArrayList<>();
        host.execute(() -> {
            host.execute(() -> {
                order.add("b");
                host.execute(() -> order.add("d"));
            });
            host.execute(() -> order.add("c"));
            order.add("a");
            assertThat(host.isCurrent()).isTrue();
        });
        long before = world.events();
        world.run(0);
        assertThat(order).containsExactly("a", "b", "c", "d");
        assertThat(world.events() - before).isOne();
        assertThat(host.isCurrent()).isFalse();
    }

    /** A protocol that does what the test says when a stream is opened to it. */
    private static class Broken implements Protocol, StreamHandler {
        @Override
        public List<String> ids() {
            return List.of("/broken");
        }

        @Override
        public void start(Node node) {}

        @Override
        public StreamHandler accept(Stream stream) {
            return this;
        }

        @Override
        public void onData(Stream stream, Buf data) {
            throw new IllegalArgumentException("a bug");
        }

        @Override
        public void onFinish(Stream stream) {}
    }

    private static final class Talking implements StreamHandler {
        @Override
        public void onOpen(Stream stream) {
            stream.write(new Buf(new byte[] {1}));
        }

        @Override
        public void onData(Stream stream, Buf data) {}

        @Override
        public void onFinish(Stream stream) {}
    }

    @Test
    void aBugOfAProtocolStopsTheWorldAndSaysWhereAndWhen() {
        World world = World.seed(1);
        SimHost a = world.host();
        SimHost b = world.host(new Broken());
        world.connect(a, b, (c, failure) -> c.open(List.of("/broken"), OpenOptions.DEFAULT, new Talking()));
        assertThatThrownBy(() -> world.run(World.SECOND)).isInstanceOf(WorldException.class)
                .hasMessageContaining("host1").hasMessageContaining("/broken").hasRootCauseMessage("a bug");
    }

    @Test
    void aBugOfATaskStopsTheWorldToo() {
        World world = World.seed(1);
        SimHost host = world.host();
        host.execute(() -> {
            throw new IllegalArgumentException("a bug");
        });
        assertThatThrownBy(() -> world.run(0)).isInstanceOf(WorldException.class).hasMessageContaining("host0")
                .hasRootCauseMessage("a bug");
    }

    @Test
    void anEffectThatCallsBackBeforeItReturnsIsFound() {
        World world = World.seed(1);
        SimHost a = world.host();
        SimHost b = world.host(new Broken() {
            @Override
            public void onData(Stream stream, Buf data) {
                data.skip(data.size());
                Chunk c = new Chunk((SimStream) stream, world.hosts().get(0));
                c.reset = 0;
                ((SimStream) stream).arrived(c); // as a write would that does not wait for the end of the turn
            }
        });
        world.connect(a, b, (c, failure) -> c.open(List.of("/broken"), OpenOptions.DEFAULT, new Talking()));
        assertThatThrownBy(() -> world.run(World.SECOND)).isInstanceOf(WorldException.class).rootCause()
                .hasMessageContaining("before it returned");
    }

    @Test
    void hostsStopGently() {
        for (Fidelity fidelity : List.of(Fidelity.STREAMS, Fidelity.BYTES)) {
            World world = World.seed(1).fidelity(fidelity);
            List<SimHost> hosts = world.hosts(2, () -> List.of(new Identify(), new Ping()));
            world.connect(hosts.get(0), hosts.get(1));
            world.run(5 * World.SECOND);
            List<String> ends = new ArrayList<>();
            hosts.get(1).swarm().connections().get(0).onClose(hosts.get(1), reason -> ends.add("closed: " + reason.kind()));
            hosts.get(0).execute(() -> hosts.get(0).swarm().stop((v, failure) -> ends.add("stopped")));
            world.runUntilQuiet();
            assertThat(ends).containsExactlyInAnyOrder("stopped", "closed: " + CloseReason.Kind.CONNECTION_CLOSED);
            assertThat(world.timeline().waiting()).isZero();
        }
    }

    @Test
    void whoIsNotThereDoesNotAnswer() {
        World world = World.seed(1);
        SimHost a = world.host();
        List<CloseReason> ends = new ArrayList<>();
        a.execute(() -> a.swarm().connect(libp2p.multiformats.Multiaddr.of("/ip4/11.9.9.9/tcp/4001"), (c, failure) -> ends.add(failure)));
        world.run(60 * World.SECOND);
        assertThat(ends).hasSize(1);
        assertThat(ends.get(0).toString()).contains("nobody answers");
    }
}
