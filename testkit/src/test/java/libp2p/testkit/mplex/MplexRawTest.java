package libp2p.testkit.mplex;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import libp2p.core.Buf;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.Rng;
import libp2p.core.net.Limits;
import libp2p.core.net.Scope;
import libp2p.core.node.TallyScope;
import libp2p.core.wire.mplex.Mplex;
import libp2p.testkit.MuxEnd;
import libp2p.testkit.StreamProbe;
import libp2p.testkit.TestLoop;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The bytes of mplex, as a peer sees them, and what a peer may not do. */
class MplexRawTest {
    private static final long SECOND = 1_000_000_000L;
    private static final int NEW = 0;
    private static final int MESSAGE_TO_INITIATOR = 1;
    private static final int MESSAGE = 2;
    private static final int CLOSE = 4;
    private static final int RESET = 6;

    private final TestLoop loop = TestLoop.alone();
    private final List<StreamProbe> accepted = new ArrayList<>();

    private MuxEnd listener(Limits limits, Function<StreamProbe, StreamProbe> like) {
        return new MuxEnd(new Mplex(), loop, false, limits, StreamProbe.each(accepted, like));
    }

    private static byte[] message(long id, int flag, byte[] body) {
        Buf b = new Buf(18 + body.length);
        b.putVarint(id << 3 | flag);
        b.putVarint(body.length);
        return b.put(body).takeAll();
    }

    private static byte[] bytes(int... values) {
        byte[] b = new byte[values.length];
        for (int i = 0; i < b.length; i++) b[i] = (byte) values[i];
        return b;
    }

    @Test
    void theWholeLifeOfAStreamOfOursByteForByte() {
        MuxEnd end = new MuxEnd(new Mplex(), loop, true, Limits.DEFAULT, s -> new StreamProbe());
        StreamProbe p = end.open(new StreamProbe());
        assertThat(end.takeSent()).isEqualTo(bytes(0x08, 0)); // new stream 1 without a name
        loop.run(() -> p.write(bytes(0x61, 0x62)));
        assertThat(end.takeSent()).isEqualTo(bytes(0x0a, 2, 0x61, 0x62)); // message of the initiator
        end.feed(bytes(0x09, 1, 0x63)); // message of the receiver
        assertThat(p.received()).containsExactly(0x63);
        loop.run(p::finish);
        assertThat(end.takeSent()).isEqualTo(bytes(0x0c, 0)); // close of the initiator
        end.feed(bytes(0x0b, 0)); // close of the receiver
        assertThat(p.closed()).isEqualTo(CloseReason.FINISHED);
        StreamProbe q = end.open(new StreamProbe());
        loop.run(() -> q.stream().reset(5));
        assertThat(end.takeSent()).isEqualTo(bytes(0x18, 0, 0x1e, 0)); // new stream 3, reset of the initiator
    }

    @Test
    void theWholeLifeOfAStreamOfThePeersByteForByte() {
        MuxEnd end = listener(Limits.DEFAULT, StreamProbe::echo);
        end.feed(bytes(0x00, 1, 0x30, 0x02, 2, 7, 8)); // new stream 0 named "0", message
        assertThat(end.takeSent()).isEqualTo(bytes(0x01, 2, 7, 8));
        end.feed(bytes(0x04, 0));
        assertThat(end.takeSent()).isEqualTo(bytes(0x03, 0));
        assertThat(accepted.get(0).closed()).isEqualTo(CloseReason.FINISHED);
    }

    @Test
    void bothEndsMayUseTheSameNumber() {
        MuxEnd end = listener(Limits.DEFAULT, p -> p);
        StreamProbe ours = end.open(new StreamProbe()); // stream 0 of ours
        end.feed(message(0, NEW, new byte[0]));
        end.feed(message(0, MESSAGE, bytes(1)));
        end.feed(message(0, MESSAGE_TO_INITIATOR, bytes(2)));
        assertThat(accepted.get(0).received()).containsExactly(1);
        assertThat(ours.received()).containsExactly(2);
    }

    @ParameterizedTest
    @CsvSource({
        "flag 7, 0700",
        "a message of more than 1 MiB, 02818040",
        "a header of 10 bytes, ffffffffffffffffffff00",
        "a header that is not minimal, 8000",
        "a length that is not minimal, 028000",
        "a name of more than 1 KiB, 008108",
        "a message for a stream of ours never opened, 0100",
        "a reset of a stream of ours never opened, 0500",
        "a stream opened twice, 00000000",
    })
    void eachBreachClosesTheConnection(String what, String hex) {
        for (int cut : new int[] {1, 100}) {
            MuxEnd end = listener(Limits.DEFAULT, p -> p).cut(cut);
            byte[] input = new byte[hex.length() / 2];
            for (int i = 0; i < input.length; i++) input[i] = (byte) Integer.parseInt(hex.substring(2 * i, 2 * i + 2), 16);
            end.feed(input);
            assertThat(end.violation()).as(what).isNotNull();
            assertThat(end.workspace.lent()).isZero();
        }
    }

    @Test
    void messagesForStreamsThatAreGoneAreIgnoredAndNotAnswered() {
        MuxEnd end = listener(Limits.DEFAULT, p -> p);
        end.feed(message(0, NEW, new byte[0]));
        loop.run(() -> accepted.get(0).stream().reset(0));
        end.takeSent();
        end.feed(message(0, MESSAGE, new byte[100_000]));
        end.feed(message(0, CLOSE, new byte[0]));
        end.feed(message(0, RESET, new byte[0]));
        assertThat(end.violation()).isNull();
        assertThat(end.takeSent()).isEmpty();
    }

    @Test
    void messagesArePassedOnInPiecesAndNeverCollected() {
        MuxEnd end = listener(Limits.DEFAULT, p -> p);
        end.feed(message(0, NEW, new byte[0]));
        byte[] large = message(0, MESSAGE, new byte[1 << 20]);
        end.feed(java.util.Arrays.copyOf(large, 1000));
        assertThat(accepted.get(0).receivedSize()).isEqualTo(1000 - 4);
        assertThat(end.workspace.lent()).isZero();
    }

    @Test
    void aStreamThatIsNotReadHoldsUpTheConnectionWithinItsBound() {
        Limits small = Limits.DEFAULT.with().mplexBufferMax(10_000).build();
        MuxEnd end = listener(small, StreamProbe::idle);
        end.feed(message(0, NEW, new byte[0]));
        end.feed(message(0, MESSAGE, new byte[50_000]));
        assertThat(end.leftover()).isBetween(40_000, 45_000);
        assertThat(end.node.used(Scope.Resource.BYTES)).isLessThanOrEqualTo(10_000);
        loop.run(accepted.get(0)::read);
        assertThat(end.leftover()).isZero();
        assertThat(accepted.get(0).receivedSize()).isEqualTo(50_000);
        loop.advance(10 * SECOND);
        assertThat(accepted.get(0).closes()).isEmpty();
    }

    @Test
    void aStreamThatHoldsUpTheConnectionTooLongIsReset() {
        Limits small = Limits.DEFAULT.with().mplexBufferMax(10_000).build();
        MuxEnd end = listener(small, StreamProbe::idle);
        end.feed(message(0, NEW, new byte[0]));
        end.feed(message(0, MESSAGE, new byte[50_000]));
        end.feed(message(1, NEW, new byte[0]));
        loop.advance(5 * SECOND - 1);
        assertThat(accepted).hasSize(1);
        loop.advance(1);
        assertThat(accepted.get(0).closed().code()).isEqualTo(Codes.RESOURCE_LIMIT_EXCEEDED);
        assertThat(accepted).hasSize(2);
        assertThat(end.takeSent()).contains(5);
        assertThat(loop.timers()).isZero();
    }

    @Test
    void manyStreamsTogetherStayWithinTheConnectionsSum() {
        Limits small = Limits.DEFAULT.with().bytesUnreadPerConnectionMax(100_000).build();
        MuxEnd end = listener(small, StreamProbe::idle);
        for (int i = 0; i < 10; i++) {
            end.feed(message(i, NEW, new byte[0]));
            end.feed(message(i, MESSAGE, new byte[20_000 + i]));
        }
        assertThat(end.node.used(Scope.Resource.BYTES)).isLessThanOrEqualTo(100_000);
        assertThat(accepted.stream().filter(p -> !p.closes().isEmpty())).hasSize(6);
    }

    @Test
    void oneStreamMoreThanAllowedIsReset() {
        MuxEnd end = listener(Limits.DEFAULT.with().streamsInboundPerConnectionMax(2).build(), p -> p);
        for (int i = 0; i < 3; i++) end.feed(message(i, NEW, new byte[0]));
        assertThat(end.takeSent()).isEqualTo(bytes(2 << 3 | 5, 0));
    }

    @Test
    void openingsArePacedForPeersThatCloseOnBursts() {
        MuxEnd end = new MuxEnd(new Mplex(), loop, true, Limits.DEFAULT, s -> new StreamProbe());
        List<StreamProbe> probes = new ArrayList<>();
        for (int i = 0; i < 12; i++) probes.add(end.open(new StreamProbe()));
        assertThat(probes.stream().filter(p -> p.opens() == 1)).hasSize(5);
        loop.advance(SECOND);
        assertThat(probes.stream().filter(p -> p.opens() == 1)).hasSize(5);
        loop.advance(SECOND / 5);
        assertThat(probes.stream().filter(p -> p.opens() == 1)).hasSize(10);
        loop.advance(2 * SECOND);
        assertThat(probes.stream().filter(p -> p.opens() == 1)).hasSize(12);
        end.close(CloseReason.FINISHED);
        assertThat(loop.timers()).isZero();
    }

    @Test
    void openingsAreNoLongerPacedForAPeerThatBearsBursts() {
        MuxEnd end = new MuxEnd(new Mplex(), loop, true, Limits.DEFAULT, s -> new StreamProbe());
        List<StreamProbe> probes = new ArrayList<>();
        for (int i = 0; i < 12; i++) probes.add(end.open(new StreamProbe()));
        assertThat(probes.stream().filter(p -> p.opens() == 1)).hasSize(5);
        loop.run(() -> end.session().unpaced());
        loop.settle();
        assertThat(probes.stream().filter(p -> p.opens() == 1)).hasSize(12);
        for (int i = 0; i < 20; i++) probes.add(end.open(new StreamProbe()));
        assertThat(probes.stream().filter(p -> p.opens() == 1)).hasSize(32);
        assertThat(loop.timers()).isZero();
    }

    @Test
    void openingsThatWaitedAndFindTheBudgetUsedUpAreEachRefused() {
        Limits one = Limits.DEFAULT.with().mplexOpeningsPerSecond(1).streamsOutboundMax(1).build();
        TallyScope node = new TallyScope(one);
        MuxEnd end = new MuxEnd(new Mplex(), loop, true, one, node, s -> new StreamProbe());
        StreamProbe first = end.open(new StreamProbe());
        loop.run(() -> first.stream().reset(0));
        StreamProbe second = end.open(new StreamProbe());
        StreamProbe third = end.open(new StreamProbe());
        assertThat(node.reserve(Scope.Resource.STREAMS_OUTBOUND, 1)).isTrue();
        loop.advance(2 * SECOND);
        assertThat(second.closed().kind()).isEqualTo(CloseReason.Kind.REFUSED);
        assertThat(third.closed().kind()).isEqualTo(CloseReason.Kind.REFUSED);
    }

    @Test
    void aWriterThatOutrunsThePeerIsHeldAndBuffersNothing() {
        MuxEnd end = new MuxEnd(new Mplex(), loop, true, Limits.DEFAULT, s -> new StreamProbe());
        end.stall(true);
        StreamProbe p = end.open(new StreamProbe().write(new byte[10_000_000]));
        assertThat(p.unwritten()).isGreaterThan(10_000_000 - 128 * 1024);
        assertThat(end.workspace.lent()).isEqualTo(1);
    }

    @Test
    void damagedAndRandomInputIsAViolationOrNothing() {
        for (int seed = 0; seed < 4000; seed++) {
            Rng rng = Rng.seeded(seed);
            accepted.clear();
            MuxEnd end = listener(Limits.DEFAULT, p -> rng.nextInt(2) == 0 ? p.echo() : p.idle()).cut(1 + rng.nextInt(50));
            Buf b = new Buf(1 << 16);
            for (int i = 0; i < 40; i++) {
                int flag = rng.nextInt(8) == 0 ? rng.nextInt(8) : rng.nextInt(4) * 2;
                b.put(message(rng.nextInt(5), flag, rng.bytes(rng.nextInt(100))));
            }
            byte[] input = seed % 4 == 0 ? rng.bytes(200) : b.takeAll();
            for (int i = rng.nextInt(4); i > 0; i--) input[rng.nextInt(input.length)] = (byte) rng.nextInt();
            end.feed(input);
            end.close(CloseReason.FINISHED);
            assertThat(end.bugs).isEmpty();
            assertThat(end.workspace.lent()).isZero();
            for (Scope.Resource r : Scope.Resource.values()) assertThat(end.node.used(r)).isZero();
            for (StreamProbe p : accepted) assertThat(p.closes()).hasSize(1);
        }
    }
}
