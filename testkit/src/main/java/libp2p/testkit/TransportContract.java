package libp2p.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import libp2p.core.CloseReason;
import libp2p.core.Loop;
import libp2p.core.Rng;
import libp2p.core.net.Connection;
import libp2p.core.net.Limits;
import libp2p.core.node.Swarm;
import org.assertj.core.api.ThrowableAssert;
import org.junit.jupiter.api.Test;

/**
 * What two nodes can rely on over any transport, security protocol and muxer; the behaviours are those that go-libp2p tests of all of its
 * transports, under the names it has for them (docs/transport-tests.md has the list).
 *
 * <p>A subclass has a {@code Stack} as its parameter, each of {@link #stacks}, and makes the nodes.
 */
public abstract class TransportContract extends TransportGating {
    private static final Duration SOON = Duration.ofMillis(10);

    /** For that stack. */
    protected TransportContract(Stack stack) {
        super(stack);
    }

    @Test
    void ping() {
        Connection c = connect();
        byte[] said = Rng.seeded(1).bytes(32);
        Caller caller = open(c, ECHO);
        send(c, caller, said);
        assertEcho(c, caller, said);
    }

    @Test
    void bigPing() {
        Connection c = connect();
        byte[] said = Rng.seeded(2).bytes(4 * 1024 * 1024);
        Caller caller = open(c, ECHO);
        send(c, caller, said);
        assertEcho(c, caller, said);
    }

    @Test
    void lotsOfDataManyStreams() {
        Connection c = connect();
        byte[] said = Rng.seeded(3).bytes(256 * 1024);
        List<Caller> all = new ArrayList<>();
        for (int i = 0; i < 20; i++) all.add(open(c, ECHO));
        for (Caller x : all) send(c, x, said);
        for (Caller x : all) assertEcho(c, x, said);
    }

    @Test
    void manyStreams() {
        Connection c = connect(Limits.DEFAULT.with());
        List<Caller> all = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            Caller caller = open(c, ECHO);
            send(c, caller, new byte[] {(byte) i});
            all.add(caller);
        }
        for (int i = 0; i < MANY; i++) assertEcho(c, all.get(i), new byte[] {(byte) i});
    }

    /** Whether a stream's reset carries its code. */
    protected boolean resetsHaveCodes() {
        return stack.codes();
    }

    /** How many of the streams that a peer may open the transport has for itself for as long as the connection lives. */
    protected int streamsTaken() {
        return 0;
    }

    /** Whether a peer that opens more streams than it may waits, instead of having them refused. */
    protected boolean openingsWait() {
        return false;
    }

    @Test
    void moreStreamsThanOurLimits() {
        Connection c = connect(Limits.DEFAULT.with().streamsInboundPerConnectionMax(10));
        List<Caller> all = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Caller caller = open(c, ECHO);
            send(c, caller, new byte[] {1});
            all.add(caller);
        }
        int most = 10 - streamsTaken();
        if (!openingsWait()) until(c.loop(), () -> all.stream().filter(x -> x.closed() != null).count() == 20 - most);
        until(c.loop(), () -> all.stream().filter(x -> x.received().length == 1).count() == most);
        on(c.loop(), () -> {
            for (Caller x : all) x.finish();
            return 0;
        });
        until(c.loop(), () -> all.stream().allMatch(x -> x.closed() != null));
        Caller again = open(c, ECHO);
        send(c, again, new byte[] {2});
        assertEcho(c, again, new byte[] {2});
    }

    @Test
    void listenerStreamResets() {
        Connection c = connect();
        Caller caller = open(c, DEAF);
        send(c, caller, new byte[1]);
        Loop far = accepted().loop();
        until(far, () -> deaf.size() == 1 && deaf.get(0).isOpen());
        on(far, () -> deaf.get(0).reset(CODE));
        until(c.loop(), () -> caller.closed() != null);
        assertThat(caller.closed().kind()).isEqualTo(CloseReason.Kind.PEER_RESET);
        assertThat(caller.closed().code()).isEqualTo(resetsHaveCodes() ? CODE : 0);
    }

    @Test
    void dialerStreamResets() {
        Connection c = connect();
        Caller caller = open(c, DEAF);
        send(c, caller, new byte[1]);
        Loop far = accepted().loop();
        until(far, () -> deaf.size() == 1 && deaf.get(0).isOpen());
        on(c.loop(), () -> caller.reset(CODE));
        until(far, () -> deaf.get(0).closed() != null);
        assertThat(deaf.get(0).closed().kind()).isEqualTo(CloseReason.Kind.PEER_RESET);
        assertThat(deaf.get(0).closed().code()).isEqualTo(resetsHaveCodes() ? CODE : 0);
    }

    @Test
    void discoverPeerIdFromSecurityNegotiation() {
        connect();
        assertThat(dial(null).value().remote()).isEqualTo(listener.identity().id());
    }

    @Test
    void anotherPeerThanExpectedIsNoConnection() {
        connect();
        Swarm third = node(Limits.DEFAULT);
        assertThat(dial(third.identity().id()).failure()).isNotNull();
    }

    @Test
    void closeConnWhenBlocked() {
        Connection c = connect();
        Caller caller = blocked(c);
        c.close(CloseReason.CANCELLED);
        until(c.loop(), () -> caller.closed() != null);
        assertThat(caller.closed().kind()).isEqualTo(CloseReason.Kind.CONNECTION_CLOSED);
        assertThat(on(c.loop(), caller::unsent)).isPositive();
    }

    @Test
    void connDroppedWhenBlocked() {
        Connection c = connect();
        Caller caller = blocked(c);
        accepted().close(CloseReason.CANCELLED);
        until(c.loop(), () -> caller.closed() != null);
        assertThat(caller.closed().kind()).isEqualTo(CloseReason.Kind.CONNECTION_CLOSED);
    }

    @Test
    void resetWhileBlocked() {
        Connection c = connect();
        Caller caller = blocked(c);
        Loop far = accepted().loop();
        until(far, () -> deaf.size() == 1 && deaf.get(0).isOpen());
        on(c.loop(), () -> caller.reset(CODE));
        until(c.loop(), () -> caller.closed() != null);
        until(far, () -> deaf.get(0).closed() != null);
        Caller other = open(c, ECHO);
        send(c, other, new byte[] {5});
        assertEcho(c, other, new byte[] {5});
    }

    @Test
    void connClosedWhenRemoteCloses() {
        Connection c = connect();
        World.Result<CloseReason> end = endOf(dialer, c);
        accepted().close(CloseReason.CANCELLED);
        until(dialer.loop(), end::isDone);
        until(dialer.loop(), () -> dialer.connections().isEmpty());
    }

    @Test
    void errorCodes() {
        assumeTrue(stack.codes(), "mplex has no room for codes");
        Connection c = connect();
        World.Result<CloseReason> end = endOf(dialer, c);
        accepted().close(CloseReason.of(CloseReason.Kind.CANCELLED, CODE, "as the test says"));
        until(dialer.loop(), end::isDone);
        assertThat(end.value().code()).isEqualTo(CODE);
    }

    @Test
    void streamResetWithError() {
        Connection c = connect();
        Caller caller = open(c, DEAF);
        send(c, caller, new byte[1]);
        Loop far = accepted().loop();
        until(far, () -> deaf.size() == 1 && deaf.get(0).isOpen());
        on(c.loop(), () -> caller.reset(CODE));
        until(c.loop(), () -> caller.closed() != null);
        assertThat(caller.closed().kind()).isEqualTo(CloseReason.Kind.RESET);
        assertThat(caller.closed().code()).isEqualTo(CODE);
    }

    @Test
    void streamResetByConnCloseWithError() {
        Connection c = connect();
        Caller caller = open(c, DEAF);
        send(c, caller, new byte[1]);
        Loop far = accepted().loop();
        until(far, () -> deaf.size() == 1 && deaf.get(0).isOpen());
        c.close(CloseReason.of(CloseReason.Kind.CANCELLED, CODE, "as the test says"));
        until(c.loop(), () -> caller.closed() != null);
        until(far, () -> deaf.get(0).closed() != null);
        assertThat(caller.closed().kind()).isEqualTo(CloseReason.Kind.CONNECTION_CLOSED);
        assertThat(deaf.get(0).closed().kind()).isEqualTo(CloseReason.Kind.CONNECTION_CLOSED);
        assertThat(caller.closed().code()).isEqualTo(CODE);
        if (stack.codes()) assertThat(deaf.get(0).closed().code()).isEqualTo(CODE);
    }

    @Test
    void newStreamErrorByConnCloseWithError() {
        Connection c = connect();
        Caller before = open(c, ECHO);
        send(c, before, new byte[] {1});
        assertEcho(c, before, new byte[] {1});
        Connection theirs = accepted();
        World.Result<CloseReason> end = endOf(listener, theirs);
        c.close(CloseReason.of(CloseReason.Kind.CANCELLED, CODE, "as the test says"));
        until(listener.loop(), end::isDone);
        Caller near = open(c, ECHO);
        Caller far = open(theirs, ECHO);
        until(c.loop(), () -> near.closed() != null);
        until(theirs.loop(), () -> far.closed() != null);
        assertThat(near.closed().code()).isEqualTo(CODE);
        if (stack.codes()) assertThat(far.closed().code()).isEqualTo(CODE);
    }

    private Blocking socket(String protocol) {
        connect();
        Blocking s = blocking(dialer, listener.identity().id(), protocol);
        assumeTrue(s != null, "no door for threads that wait");
        return s;
    }

    private static CloseReason.Kind failure(Blocking s, ThrowableAssert.ThrowingCallable io) {
        return s.reason().apply(catchThrowableOfType(IOException.class, io)).kind();
    }

    @Test
    void streamReadDeadline() throws IOException {
        Blocking s = socket(ECHO);
        s.timeout().accept(SOON);
        assertThat(failure(s, () -> s.in().read())).isEqualTo(CloseReason.Kind.TIMED_OUT);
        s.timeout().accept(Duration.ZERO);
        byte[] said = Rng.seeded(5).bytes(6);
        s.out().write(said);
        assertThat(s.in().readNBytes(said.length)).isEqualTo(said);
    }

    @Test
    void readWriteDeadlines() {
        Blocking s = socket(DEAF);
        s.timeout().accept(SOON);
        assertThat(failure(s, () -> s.in().read())).isEqualTo(CloseReason.Kind.TIMED_OUT);
        assertThat(failure(s, () -> s.out().write(new byte[16 * 1024 * 1024]))).isEqualTo(CloseReason.Kind.TIMED_OUT);
    }

    @Test
    void bothSidesWriteMoreThanAWindowBeforeTheyRead() {
        assumeTrue(stack.codes(), "mplex has no windows");
        Connection c = connect();
        Caller near = open(c, DEAF);
        byte[] much = Rng.seeded(4).bytes(1024 * 1024);
        on(c.loop(), () -> near.deaf(true).send(much));
        Loop far = accepted().loop();
        until(far, () -> deaf.size() == 1 && deaf.get(0).isOpen());
        on(far, () -> deaf.get(0).send(much));
        on(far, () -> deaf.get(0).deaf(false));
        on(c.loop(), () -> near.deaf(false));
        assertEcho(c, near, much);
        until(far, () -> deaf.get(0).received().length == much.length);
    }

    @Test
    void whatIsLeftUnreadComesAgainWithTheRest() {
        Connection c = connect();
        Caller caller = open(c, FRAME);
        send(c, caller, new byte[1]);
        Connection theirs = accepted();
        until(theirs.loop(), () -> !frames.isEmpty() && frames.get(0).calls > 0);
        send(c, caller, new byte[Frame.SIZE - 1]);
        until(theirs.loop(), () -> frames.get(0).whole);
        assertThat(on(theirs.loop(), () -> frames.get(0).calls)).isLessThan(Frame.CALLS_MAX);
    }

    @Test
    void halfClosedEitherWayTheOtherGoesOn() {
        Connection c = connect();
        Caller near = open(c, DEAF);
        on(c.loop(), () -> near.send(new byte[] {1}).finish());
        Loop far = accepted().loop();
        until(far, () -> deaf.size() == 1 && deaf.get(0).isOpen());
        on(far, () -> deaf.get(0).deaf(false));
        until(far, () -> deaf.get(0).peerFinished());
        on(far, () -> deaf.get(0).send(new byte[100_000]));
        until(c.loop(), () -> near.received().length == 100_000);
        assertThat(on(c.loop(), near::isOpen)).isTrue();
        on(far, () -> deaf.get(0).finish());
        until(c.loop(), () -> near.closed() != null);
        assertThat(near.closed()).isEqualTo(CloseReason.FINISHED);
    }
}
