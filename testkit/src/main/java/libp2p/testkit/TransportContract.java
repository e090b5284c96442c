package libp2p.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import libp2p.core.Buf;
import libp2p.core.CloseReason;
import libp2p.core.Loop;
import libp2p.core.Rng;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Connection;
import libp2p.core.net.Dial;
import libp2p.core.net.Limits;
import libp2p.core.net.OpenOptions;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.core.node.Swarm;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What two nodes can rely on over any transport, security protocol and muxer; the behaviours are those that go-libp2p tests of all of its
 * transports, under the names it has for them.
 *
 * <p>A subclass has a {@code Stack} as its parameter, each of {@link #stacks}, and makes the nodes.
 */
public abstract class TransportContract {
    private static final String ECHO = "/echo";
    private static final String DEAF = "/deaf";
    private static final String FRAME = "/frame";
    private static final int MANY = 1000;
    private static final long CODE = 0x12345;

    /**
     * What connections are made of.
     *
     * @param security noise or plaintext, or what the subclass has
     * @param muxer yamux or mplex, or what the transport has of its own
     * @param loops how many a node has for its connections, besides its own where there are two
     */
    public record Stack(String security, String muxer, int loops) {
        /** Whether ends carry codes, and streams windows. */
        boolean codes() {
            return !muxer.equals("mplex");
        }
    }

    /** All there are. */
    public static List<Stack> stacks() {
        List<Stack> all = new ArrayList<>();
        for (String s : List.of("noise", "plaintext")) {
            for (String m : List.of("yamux", "mplex")) {
                for (int loops = 1; loops <= 2; loops++) all.add(new Stack(s, m, loops));
            }
        }
        return all;
    }

    private final Stack stack;
    private final List<Caller> deaf = new ArrayList<>(); // of the listener, on the connection's loop
    private final List<Frame> frames = new ArrayList<>(); // the same
    private Swarm dialer;
    private Swarm listener;

    /** For that stack. */
    protected TransportContract(Stack stack) {
        this.stack = stack;
    }

    /** A node that listens, and has started. */
    protected abstract Swarm node(Stack of, Limits limits);

    /** Runs something on a loop and waits for its result. */
    protected abstract <T> T on(Loop loop, Supplier<T> call);

    /** Waits until something holds that is looked at on the loop; it must. */
    protected abstract void until(Loop loop, BooleanSupplier holds);

    /** Ends the nodes. */
    protected abstract void end();

    /** A connection between the nodes, whose bounds are wide but for those that {@code theirs} sets. */
    private Connection connect(Limits.Builder theirs) {
        Limits wide = World.RECKLESS.with().mplexOpeningsPerSecond(0).build();
        dialer = node(stack, wide);
        listener = node(stack, theirs.streamsUnnegotiatedMax(MANY).streamOpeningsPerSecond(MANY).build());
        listener.handle(ECHO, s -> new Echo());
        listener.handle(DEAF, s -> {
            Caller c = new Caller().deaf(true);
            deaf.add(c);
            return c;
        });
        listener.handle(FRAME, s -> {
            Frame f = new Frame();
            frames.add(f);
            return f;
        });
        until(listener.loop(), () -> listener.speaks(DEAF) && listener.speaks(ECHO) && listener.speaks(FRAME));
        return dial(listener.identity().id()).value();
    }

    private Connection connect() {
        return connect(Limits.DEFAULT.with());
    }

    private World.Result<Connection> dial(@Nullable PeerId expected) {
        Multiaddr to = on(listener.loop(), () -> listener.listenAddresses().get(0));
        World.Result<Connection> made = new World.Result<>();
        on(dialer.loop(), () -> dialer.dial(Dial.to(to, expected), made));
        until(dialer.loop(), made::isDone);
        return made;
    }

    private Caller open(Connection c, String id) {
        return on(c.loop(), () -> {
            Caller caller = new Caller();
            c.open(List.of(id), OpenOptions.LIMITED, caller);
            return caller;
        });
    }

    /** The listener's end of it. */
    private Connection accepted() {
        until(listener.loop(), () -> !listener.connections().isEmpty());
        return on(listener.loop(), () -> listener.connections().get(0));
    }

    private void send(Connection c, Caller caller, byte[] bytes) {
        on(c.loop(), () -> caller.send(bytes));
    }

    private void assertEcho(Connection c, Caller caller, byte[] said) {
        until(c.loop(), () -> caller.received().length >= said.length);
        assertThat(Arrays.equals(on(c.loop(), caller::received), said)).isTrue();
    }

    /** Blocks a stream of the dialler's: its peer reads nothing, and more waits than any buffer on the way holds. */
    private Caller blocked(Connection c) {
        Caller caller = open(c, DEAF);
        send(c, caller, new byte[16 * 1024 * 1024]);
        until(c.loop(), caller::isOpen);
        return caller;
    }

    private World.Result<CloseReason> endOf(Swarm node, Connection c) {
        World.Result<CloseReason> end = new World.Result<>();
        c.onClose(node.loop(), reason -> end.done(reason, null));
        return end;
    }

    @BeforeEach
    void fresh() {
        deaf.clear();
        frames.clear();
    }

    @AfterEach
    void stop() {
        end();
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
        Swarm third = node(stack, Limits.DEFAULT);
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

    /** Sends back what comes, as fast as it is taken. */
    /** Leaves all unread until a frame is there, of half a window of Yamux: the other half may still be owed to the peer. */
    private static final class Frame implements StreamHandler {
        static final int SIZE = 128 * 1024;
        static final int CALLS_MAX = SIZE / 128; // no carrier has smaller pieces
        int calls;
        boolean whole;

        @Override
        public void onData(Stream s, Buf data) {
            calls++;
            if (data.size() < SIZE) return;
            whole = true;
            data.skip(data.size());
        }

        @Override
        public void onFinish(Stream s) {
            s.finish();
        }
    }

    private static final class Echo implements StreamHandler {
        @Override
        public void onOpen(Stream s) {
            // It speaks when spoken to.
        }

        @Override
        public void onData(Stream s, Buf data) {
            s.write(data);
        }

        @Override
        public void onWritable(Stream s) {
            s.read();
        }

        @Override
        public void onFinish(Stream s) {
            s.finish();
        }

        @Override
        public void onClose(@Nullable Stream s, CloseReason reason) {
            // There is nothing to keep.
        }
    }
}
