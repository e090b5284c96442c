package libp2p.perf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import libp2p.bouncycastle.BouncyCastleCrypto;
import libp2p.core.Buf;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.Crypto;
import libp2p.core.net.Connection;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.core.node.Protocol;
import libp2p.core.node.Swarm;
import libp2p.testkit.Caller;
import libp2p.testkit.ProtocolContract;
import libp2p.testkit.World;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PerfTest extends ProtocolContract {
    private static final Perf.Params SMALL = new Perf.Params(1 << 20, 8, 64, 30_000_000_000L, 100_000_000L);

    private final World world = new World(crypto());
    private final Perf perf = new Perf();

    @Override
    protected Crypto crypto() {
        return new BouncyCastleCrypto();
    }

    @Override
    protected Protocol protocol() {
        return new Perf(SMALL);
    }

    @Override
    protected String id() {
        return Perf.ID;
    }

    @Override
    protected byte[] conversation() {
        return new Buf(108).putI64(50).put(new byte[100]).array;
    }

    @Override
    protected void check(byte[] answer, Swarm server) {
        assertThat(answer).hasSize(50);
    }

    private World.Result<Perf.Result> run(Connection c, long up, long down) {
        World.Result<Perf.Result> result = new World.Result<>();
        perf.perf(c, up, down, Perf.Progress.NONE, result);
        return result;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void allBytesGoUpAndDown(boolean apart) {
        world.apart(apart);
        Connection c = world.connect(world.node(perf), world.node(new Perf()));
        World.Result<Perf.Result> both = run(c, 3_000_001, 5_000_003);
        World.Result<Perf.Result> none = run(c, 0, 0);
        World.Result<Perf.Result> up = run(c, 1, 0);
        World.Result<Perf.Result> down = run(c, 0, 1);
        world.settle();
        assertThat(both.value()).isEqualTo(new Perf.Result(3_000_001, 0, 5_000_003, 0));
        assertThat(none.value()).isEqualTo(new Perf.Result(0, 0, 0, 0));
        assertThat(up.value().uploaded()).isEqualTo(1);
        assertThat(down.value().downloaded()).isEqualTo(1);
    }

    @Test
    void oneRunAtATimeGoesToAPeer() {
        Swarm b = world.node();
        int[] open = {0, 0};
        b.handle(Perf.ID, s -> new StreamHandler() {
            @Override
            public void onOpen(Stream on) {
                open[0]++;
                open[1] = Math.max(open[1], open[0]);
            }

            @Override
            public void onData(Stream on, Buf data) {
                data.skip(data.size());
            }

            @Override
            public void onFinish(Stream on) {
                on.finish();
            }

            @Override
            public void onClose(Stream on, CloseReason reason) {
                open[0]--;
            }
        });
        Connection c = world.connect(world.node(perf), b);
        List<World.Result<Perf.Result>> runs = new ArrayList<>();
        for (int i = 0; i < 10; i++) runs.add(run(c, 100_000, 0));
        world.settle();
        for (World.Result<Perf.Result> r : runs) assertThat(r.value().uploaded()).isEqualTo(100_000);
        assertThat(open[1]).isEqualTo(1);
    }

    @Test
    void timesAndProgressAreTold() {
        Swarm b = world.node();
        b.handle(Perf.ID, s -> new StreamHandler() {
            @Override
            public void onData(Stream on, Buf data) {
                data.skip(data.size());
            }

            @Override
            public void onFinish(Stream on) {
                on.loop().schedule(300_000_000L, () -> on.write(new Buf(new byte[10])));
                on.loop().schedule(500_000_000L, () -> {
                    on.write(new Buf(new byte[10]));
                    on.finish();
                });
            }
        });
        Connection c = world.connect(world.node(perf), b);
        List<String> told = new ArrayList<>();
        World.Result<Perf.Result> result = new World.Result<>();
        perf.perf(c, 1000, 20, (up, down) -> told.add(up + " " + down), result);
        world.advanceSeconds(1);
        assertThat(result.value()).isEqualTo(new Perf.Result(1000, 300_000_000L, 20, 200_000_000L));
        assertThat(told).contains("1000 0", "1000 10").endsWith("1000 20").hasSizeLessThanOrEqualTo(6);
    }

    @Test
    void moreThanWeServeIsAViolation() {
        Swarm b = world.node(new Perf(SMALL));
        Connection c = world.connect(world.node(), b);
        Caller most = world.open(c, Perf.ID).send(new Buf(8).putI64(1 << 20).array).finish();
        Caller more = world.open(c, Perf.ID).send(new Buf(8).putI64((1 << 20) + 1).array);
        Caller negative = world.open(c, Perf.ID).send(new Buf(8).putI64(-1).array);
        world.settle();
        assertThat(most.received()).hasSize(1 << 20);
        assertThat(more.closed().code()).isEqualTo(Codes.PROTOCOL_VIOLATION);
        assertThat(negative.closed().code()).isEqualTo(Codes.PROTOCOL_VIOLATION);
    }

    @Test
    void aPeersNinthStreamIsReset() {
        Swarm b = world.node(new Perf());
        Connection c = world.connect(world.node(), b);
        List<Caller> callers = new ArrayList<>();
        for (int i = 0; i < 9; i++) callers.add(world.open(c, Perf.ID));
        world.settle();
        for (int i = 0; i < 8; i++) assertThat(callers.get(i).isOpen()).isTrue();
        assertThat(callers.get(8).closed().code()).isEqualTo(Codes.RESOURCE_LIMIT_EXCEEDED);
    }

    @Test
    void aPeerThatMovesNothingIsReset() {
        Swarm b = world.node(new Perf());
        Caller caller = world.open(world.connect(world.node(), b), Perf.ID).send(new byte[3]);
        world.advanceSeconds(29);
        assertThat(caller.isOpen()).isTrue();
        world.advanceSeconds(60);
        assertThat(caller.closed().kind()).isEqualTo(CloseReason.Kind.PEER_RESET);
    }

    @Test
    void aServerThatMovesNothingTimesOut() {
        Swarm b = world.node();
        b.handle(Perf.ID, s -> new Caller().deaf(true));
        World.Result<Perf.Result> result = run(world.connect(world.node(perf), b), 1 << 20, 1);
        world.advanceSeconds(61);
        assertThat(result.failure().kind()).isEqualTo(CloseReason.Kind.TIMED_OUT);
    }

    @Test
    void aServerThatSendsTooMuchOrTooLittleBreaksTheRules() {
        for (int sent : new int[] {4, 6}) {
            Swarm b = world.node();
            b.handle(Perf.ID, s -> new StreamHandler() {
                @Override
                public void onData(Stream on, Buf data) {
                    data.skip(data.size());
                }

                @Override
                public void onFinish(Stream on) {
                    on.write(new Buf(new byte[sent]));
                    on.finish();
                }
            });
            Perf client = new Perf();
            World.Result<Perf.Result> result = new World.Result<>();
            client.perf(world.connect(world.node(client), b), 1, 5, Perf.Progress.NONE, result);
            world.settle();
            assertThat(result.failure().kind()).isEqualTo(CloseReason.Kind.VIOLATION);
        }
    }

    @Test
    void aCancelledRunEndsItsStreamAndTheNextBegins() {
        Connection c = world.connect(world.node(perf), world.node(new Perf()));
        World.Result<Perf.Result> first = new World.Result<>();
        Cancellable run = perf.perf(c, 1 << 20, 0, Perf.Progress.NONE, first);
        World.Result<Perf.Result> second = run(c, 7, 7);
        run.cancel();
        world.settle();
        assertThat(first.failure()).isEqualTo(CloseReason.CANCELLED);
        assertThat(second.value().downloaded()).isEqualTo(7);
    }
}
