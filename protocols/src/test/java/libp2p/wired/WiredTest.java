package libp2p.wired;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import libp2p.bouncycastle.BouncyCastleCrypto;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.Rng;
import libp2p.core.net.Connection;
import libp2p.core.net.OpenOptions;
import libp2p.core.node.Identified;
import libp2p.core.node.Swarm;
import libp2p.core.wire.Muxer;
import libp2p.core.wire.mplex.Mplex;
import libp2p.core.wire.yamux.Yamux;
import libp2p.echo.Echo;
import libp2p.identify.Identify;
import libp2p.perf.Perf;
import libp2p.ping.Ping;
import libp2p.testkit.Caller;
import libp2p.testkit.World;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** All protocols together over Noise and a muxer, as they are on a network. */
class WiredTest {
    private final World world = new World(new BouncyCastleCrypto());
    private final Ping ping = new Ping();
    private final Identify identify = new Identify();
    private final Perf perf = new Perf();

    private static Muxer muxer(String name) {
        return name.equals("yamux") ? new Yamux() : new Mplex();
    }

    @ParameterizedTest
    @CsvSource({"yamux,false", "yamux,true", "mplex,false", "mplex,true"})
    void twoNodesDoEverything(String muxer, boolean apart) {
        world.wired(muxer(muxer)).apart(apart);
        Swarm a = world.node(ping, identify, perf);
        Swarm b = world.node(new Ping(), new Identify(), new Perf(), new Echo());
        Connection c = world.connect(a, b);
        assertThat(c.muxer()).contains(muxer);

        World.Result<Long> pong = new World.Result<>();
        ping.ping(c, pong);
        World.Result<Identified> learned = new World.Result<>();
        identify.identify(c, learned);
        World.Result<Perf.Result> ran = new World.Result<>();
        perf.perf(c, 2_000_000, 2_000_000, Perf.Progress.NONE, ran);
        byte[] said = Rng.seeded(9).bytes(300_000);
        Caller echo = world.open(c, Echo.ID).send(said).finish();
        world.settle();

        assertThat(pong.value()).isZero();
        assertThat(learned.value().protocols()).contains(Echo.ID, Perf.ID);
        assertThat(learned.value().record()).isNotNull();
        assertThat(ran.value().downloaded()).isEqualTo(2_000_000);
        assertThat(echo.received()).isEqualTo(said);
        assertThat(echo.closed()).isEqualTo(CloseReason.FINISHED);

        b.handle("/new", s -> new Caller());
        world.advanceSeconds(2);
        assertThat(a.peers().protocols(b.identity().id())).contains("/new");
    }

    @Test
    void ourOwnNodesNeedNotPaceTheirOpeningsOverMplexOnceTheyKnowEachOther() {
        world.wired(new Mplex());
        Swarm a = world.node(identify);
        Swarm b = world.node(new Identify(), new Echo());
        Connection c = world.connect(a, b);
        List<Caller> callers = new ArrayList<>();
        for (int i = 0; i < 100; i++) callers.add(world.open(c, Echo.ID).send(new byte[] {(byte) i}).finish());
        world.settle();
        for (Caller each : callers) assertThat(each.closed()).isEqualTo(CloseReason.FINISHED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"js-libp2p/3.3.11", "helia/6.0.0", "an app of its own"})
    void aPeerThatMayBeJsIsNotBurstUponOverMplex(String agent) {
        world.wired(new Mplex());
        Swarm a = world.node(identify);
        Swarm b = world.node(new Identify(Identify.Params.DEFAULT.agent(agent)), new Echo());
        Connection c = world.connect(a, b);
        List<Caller> callers = new ArrayList<>();
        for (int i = 0; i < 100; i++) callers.add(world.open(c, Echo.ID));
        world.settle();
        assertThat(callers.stream().filter(Caller::isOpen).count()).isLessThanOrEqualTo(5);
    }

    @ParameterizedTest
    @CsvSource({"yamux", "mplex"})
    void bytesMayArriveOneByOne(String muxer) {
        world.wired(muxer(muxer)).network().cut(1);
        Swarm a = world.node(ping, identify);
        Swarm b = world.node(new Ping(), new Identify());
        Connection c = world.connect(a, b);
        World.Result<Long> pong = new World.Result<>();
        ping.ping(c, pong);
        world.settle();
        assertThat(pong.value()).isZero();
        assertThat(a.peers().agent(b.identity().id())).isEqualTo(Identify.Params.DEFAULT.agent());
    }

    @Test
    void aRefusedPingStreamTellsThePeerWhy() {
        world.wired(new Yamux());
        Swarm b = world.node(ping);
        Connection c = world.connect(world.node(), b);
        List<Caller> callers = new ArrayList<>();
        for (int i = 0; i < 3; i++) callers.add(world.open(c, Ping.ID));
        world.settle();
        assertThat(callers.get(0).isOpen()).isTrue();
        assertThat(callers.get(1).isOpen()).isTrue();
        assertThat(callers.get(2).closed().code()).isEqualTo(Codes.RESOURCE_LIMIT_EXCEEDED);
    }

    @Test
    void anIdThatCannotBeSaidIsToldToWhoAsks() {
        world.wired(new Yamux());
        Connection c = world.connect(world.node(), world.node());
        for (String id : List.of("", "/a\n/b", "/" + "x".repeat(1023), "/" + "\u20ac".repeat(341))) {
            assertThatThrownBy(() -> c.open(List.of("/good", id), OpenOptions.DEFAULT, new Caller()))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        world.settle();
    }

    @Test
    void threeNodesKnowEachOther() {
        world.wired(new Yamux());
        List<Swarm> nodes = new ArrayList<>();
        for (int i = 0; i < 3; i++) nodes.add(world.node(new Ping(), new Identify()));
        for (Swarm from : nodes) for (Swarm to : nodes) if (from != to) world.connect(from, to);
        world.settle();
        for (Swarm from : nodes) {
            for (Swarm to : nodes) {
                if (from != to) assertThat(from.peers().protocols(to.identity().id())).contains(Ping.ID, Identify.PUSH_ID);
            }
        }
    }
}
