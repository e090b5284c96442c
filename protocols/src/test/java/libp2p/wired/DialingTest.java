package libp2p.wired;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import libp2p.bouncycastle.BouncyCastleCrypto;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Loop;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Connection;
import libp2p.core.net.Resolver;
import libp2p.core.node.DialRanker;
import libp2p.core.node.Swarm;
import libp2p.core.wire.yamux.Yamux;
import libp2p.multiformats.Multiaddr;
import libp2p.testkit.PipePair;
import libp2p.testkit.World;
import org.junit.jupiter.api.Test;

/** How a node finds its way to a peer that has several addresses, or that several want at once. */
class DialingTest {
    private static final long SECOND = 1_000_000_000L;

    private final World world = new World(new BouncyCastleCrypto()).wired(new Yamux());
    private final Swarm a = world.node();
    private final Swarm b = world.node();
    private final PeerId peer = b.identity().id();
    private final Multiaddr there = world.address(b);

    private static List<Multiaddr> nobodyAt(int n) {
        List<Multiaddr> all = new ArrayList<>();
        for (int i = 0; i < n; i++) all.add(Multiaddr.of("/memory/nobody" + i));
        return all;
    }

    private World.Result<Connection> connect(List<Multiaddr> addresses) {
        World.Result<Connection> made = new World.Result<>();
        a.loop().execute(() -> a.connect(peer, addresses, made));
        return made;
    }

    @Test
    void whoWantAPeerAtTheSameTimeShareOneDialAndOneConnection() {
        List<World.Result<Connection>> all = new ArrayList<>();
        for (int i = 0; i < 5; i++) all.add(connect(List.of(there)));
        world.settle();
        assertThat(world.network().dials()).containsExactly(there);
        for (World.Result<Connection> made : all) assertThat(made.value()).isSameAs(all.get(0).value());
        assertThat(connectNow(List.of(there)).value()).isSameAs(all.get(0).value());
        assertThat(world.network().dials()).hasSize(1);
    }

    private World.Result<Connection> connectNow(List<Multiaddr> addresses) {
        World.Result<Connection> made = connect(addresses);
        world.settle();
        return made;
    }

    @Test
    void whoJoinsADialAddsTheAddressesItKnows() {
        Multiaddr silent = Multiaddr.of("/memory/silent");
        world.network().silent(silent);
        World.Result<Connection> first = connectNow(List.of(silent));
        World.Result<Connection> second = connect(List.of(silent, there));
        world.advance(SECOND);
        assertThat(second.value()).isSameAs(first.value());
        assertThat(world.network().dials()).containsExactly(silent, there);
    }

    @Test
    void oneOfSeveralWhoGivesUpLeavesTheDialToTheOthers() {
        world.network().latency(SECOND);
        World.Result<Connection> first = new World.Result<>();
        Cancellable[] giveUp = new Cancellable[1];
        a.loop().execute(() -> giveUp[0] = a.connect(peer, List.of(there), first));
        World.Result<Connection> second = connectNow(List.of(there));
        giveUp[0].cancel();
        world.advance(20 * SECOND);
        assertThat(first.failure()).isEqualTo(CloseReason.CANCELLED);
        assertThat(second.value().remote()).isEqualTo(peer);
    }

    @Test
    void addressesAreTriedInTurnAndNotAllAtOnce() {
        List<Multiaddr> silent = nobodyAt(3);
        for (Multiaddr s : silent) world.network().silent(s);
        connectNow(silent);
        for (int tried = 1; tried <= 3; tried++) {
            assertThat(world.network().dials()).containsExactlyElementsOf(silent.subList(0, tried));
            world.advance(DialRanker.PUBLIC_STEP_NANOS);
        }
    }

    @Test
    void theAttemptThatLosesIsClosedOnBothSides() {
        Multiaddr second = Multiaddr.of("/memory/second");
        b.loop().execute(() -> b.listen(second, (listener, failure) -> assertThat(failure).isNull()));
        world.settle();
        List<PipePair> pipes = new ArrayList<>();
        world.network().latency(SECOND).pipes(pipes::add);
        World.Result<Connection> made = connect(List.of(there, second));
        world.advance(60 * SECOND);
        assertThat(made.value().remoteAddress()).isEqualTo(there);
        assertThat(pipes).hasSize(2);
        assertThat(a.connections()).hasSize(1);
        assertThat(b.connections()).hasSize(1);
        assertThat(pipes.get(0).dialer.closed()).isFalse();
        assertThat(pipes.get(1).dialer.closed()).isTrue();
        assertThat(pipes.get(1).listener.closed()).isTrue();
    }

    /** Knows these of any name. */
    private static Resolver knowing(List<byte[]> ips, List<String> texts) {
        return new Resolver() {
            @Override
            public Cancellable addresses(String name, Loop home, Callback<? super List<byte[]>> done) {
                home.execute(() -> done.done(ips, null));
                return Cancellable.NONE;
            }

            @Override
            public Cancellable texts(String name, Loop home, Callback<? super List<String>> done) {
                home.execute(() -> done.done(texts, null));
                return Cancellable.NONE;
            }
        };
    }

    /** Found by fuzzing: an answer of another length than an IP address has ended the dial with an exception, and nobody heard of it. */
    @Test
    void whatIsNoIpAddressIsLeftOut() {
        world.resolver(knowing(List.of(new byte[17], new byte[0], new byte[] {10, 0, 0, 1}, new byte[5]), List.of()));
        Swarm resolves = world.node();
        World.Result<Connection> made = new World.Result<>();
        resolves.loop().execute(() -> resolves.connect(peer, List.of(Multiaddr.of("/dns/a.example/tcp/1")), made));
        world.settle();
        assertThat(made.failure().causes()).singleElement()
                .satisfies(c -> assertThat(c.detail()).contains("/ip4/10.0.0.1/tcp/1"));
    }

    @Test
    void allThatANameLeadsToIsTried() {
        List<String> texts = new ArrayList<>();
        for (Multiaddr n : nobodyAt(3)) texts.add("dnsaddr=" + n);
        texts.add("dnsaddr=" + there + "/p2p/" + peer);
        world.resolver(knowing(List.of(), texts));
        Swarm resolves = world.node();
        World.Result<Connection> made = new World.Result<>();
        resolves.loop().execute(() -> resolves.connect(peer, List.of(Multiaddr.of("/dnsaddr/a.example")), made));
        world.advance(SECOND);
        assertThat(made.value().remote()).isEqualTo(peer);
    }
}
