package libp2p.wired;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import libp2p.bouncycastle.BouncyCastleCrypto;
import libp2p.core.Buf;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.Rng;
import libp2p.core.net.Connection;
import libp2p.core.net.OpenOptions;
import libp2p.core.net.Stream;
import libp2p.core.node.Swarm;
import libp2p.core.wire.mplex.Mplex;
import libp2p.core.wire.yamux.Yamux;
import libp2p.echo.Echo;
import libp2p.ping.Ping;
import libp2p.testkit.Caller;
import libp2p.testkit.TestProtocol;
import libp2p.testkit.World;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A node that stops does not wait for peers that only keep streams open for later. */
class DrainTest {
    private final World world = new World(new BouncyCastleCrypto());

    private void wire(String wire, boolean apart) {
        world.apart(apart);
        if (wire.equals("yamux")) world.wired(new Yamux());
        if (wire.equals("mplex")) world.wired(new Mplex());
    }

    private World.Result<Void> stop(Swarm node) {
        World.Result<Void> stopped = new World.Result<>();
        node.loop().execute(() -> node.stop(stopped));
        world.settle();
        return stopped;
    }

    @ParameterizedTest
    @CsvSource({"memory,false", "memory,true", "yamux,false", "yamux,true", "mplex,false", "mplex,true"})
    void aPingStreamThatAPeerKeepsOpenEndsAtOnceWithTheCode(String wire, boolean apart) {
        wire(wire, apart);
        Swarm server = world.node(new Ping());
        byte[] said = Rng.seeded(1).bytes(Ping.SIZE);
        Caller idle = world.open(world.connect(world.node(), server), Ping.ID).send(said);
        world.settle();
        assertThat(idle.received()).isEqualTo(said);
        assertThat(stop(server).isDone()).isTrue();
        if (!wire.equals("mplex")) assertThat(idle.closed().code()).isEqualTo(Codes.SHUTDOWN); // mplex has no codes
    }

    @Test
    void aPingThatIsHalfHereIsAnsweredBeforeTheEnd() {
        world.wired(new Yamux());
        Swarm server = world.node(new Ping());
        byte[] said = Rng.seeded(1).bytes(Ping.SIZE);
        Caller slow = world.open(world.connect(world.node(), server), Ping.ID).send(Arrays.copyOf(said, 20));
        world.settle();
        World.Result<Void> stopped = stop(server);
        assertThat(stopped.isDone()).isFalse();
        slow.send(Arrays.copyOfRange(said, 20, 32)).finish();
        world.settle();
        assertThat(slow.received()).isEqualTo(said);
        assertThat(slow.closed()).isEqualTo(CloseReason.FINISHED);
        assertThat(stopped.isDone()).isTrue();
    }

    @Test
    void twoNodesThatPingedEachOtherStopWithoutWaiting() {
        world.wired(new Yamux());
        Ping here = new Ping();
        Ping there = new Ping();
        Swarm a = world.node(here);
        Swarm b = world.node(there);
        Connection c = world.connect(a, b);
        World.Result<Long> one = new World.Result<>();
        here.ping(c, one);
        World.Result<Long> two = new World.Result<>();
        there.ping(a.identity().id(), two);
        world.settle();
        assertThat(one.value() + two.value()).isZero();
        assertThat(stop(a).isDone()).isTrue();
        assertThat(stop(b).isDone()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"memory", "yamux", "mplex"})
    void aStreamWithoutAProtocolEndsAtOnce(String wire) {
        wire(wire, false);
        Swarm server = world.node(new Echo());
        Connection c = world.connect(world.node(), server);
        world.open(c, Echo.ID).send(new byte[1]).finish();
        world.settle();
        Caller mute = new Caller();
        c.open(List.of("/nobody/speaks/this", Echo.ID), OpenOptions.DEFAULT, mute);
        assertThat(stop(server).isDone()).isTrue();
        assertThat(mute.closed()).isNotNull();
    }

    @ParameterizedTest
    @CsvSource({"memory,false", "memory,true", "yamux,false", "yamux,true", "mplex,true"})
    void aHandlerHearsOfTheDrainAndEndsItsStreamAsItLikes(String wire, boolean apart) {
        wire(wire, apart);
        Swarm server = world.node(new Farewell());
        Caller caller = world.open(world.connect(world.node(), server), Farewell.ID).send(new byte[1]);
        world.settle();
        assertThat(caller.isOpen()).isTrue();
        World.Result<Void> stopped = stop(server);
        assertThat(caller.received()).containsExactly(9);
        caller.finish();
        world.settle();
        assertThat(caller.closed()).isEqualTo(CloseReason.FINISHED);
        assertThat(stopped.isDone()).isTrue();
    }

    /** Says one byte when the node goes; on the node's loop. */
    private static final class Farewell extends TestProtocol {
        static final String ID = "/farewell";

        Farewell() {
            super(ID);
        }

        @Override
        public boolean onConnectionLoop() {
            return false;
        }

        @Override
        public void onData(Stream stream, Buf data) {
            data.skip(data.size());
        }

        @Override
        public void onDrain(Stream stream) {
            stream.write(new Buf(new byte[] {9}));
            stream.finish();
        }
    }
}
