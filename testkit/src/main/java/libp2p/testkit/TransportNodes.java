package libp2p.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import libp2p.core.Buf;
import libp2p.core.CloseReason;
import libp2p.core.Loop;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Connection;
import libp2p.core.net.Dial;
import libp2p.core.net.Gater;
import libp2p.core.net.Limits;
import libp2p.core.net.OpenOptions;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.core.node.Swarm;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Two nodes with a transport between them, in the hand of a test; a subclass makes the nodes. */
public abstract class TransportNodes {
    static final String ECHO = "/echo";
    static final String DEAF = "/deaf";
    static final String FRAME = "/frame";
    static final int MANY = 1000;
    static final long CODE = 0x12345;

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

    /**
     * A stream as threads that wait have it.
     *
     * @param in what the peer says
     * @param out what we say
     * @param timeout bounds each wait from then on; zero waits forever
     * @param reason why reading or writing failed
     */
    public record Blocking(InputStream in, OutputStream out, Consumer<Duration> timeout, Function<IOException, CloseReason> reason) {}

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

    final Stack stack;
    final List<Caller> deaf = new ArrayList<>(); // of the listener, on the connection's loop
    final List<Frame> frames = new ArrayList<>(); // the same
    Swarm dialer;
    Swarm listener;

    /** For that stack. */
    TransportNodes(Stack stack) {
        this.stack = stack;
    }

    /** A node that listens, and has started. */
    protected abstract Swarm node(Stack of, Limits limits, Gater gater);

    final Swarm node(Limits limits) {
        return node(stack, limits, Gater.OPEN);
    }

    /** Opens a stream for threads that wait; null where there is no door for those. */
    protected @Nullable Blocking blocking(Swarm from, PeerId to, String protocol) {
        return null;
    }

    /** Runs something on a loop and waits for its result. */
    protected abstract <T> T on(Loop loop, Supplier<T> call);

    /** Waits until something holds that is looked at on the loop; it must. */
    protected abstract void until(Loop loop, BooleanSupplier holds);

    /** Ends the nodes. */
    protected abstract void end();

    /** A connection between the nodes, whose bounds are wide but for those that {@code theirs} sets. */
    Connection connect(Limits.Builder theirs) {
        Limits wide = World.RECKLESS.with().mplexOpeningsPerSecond(0).build();
        dialer = node(wide);
        listener = node(theirs.streamsUnnegotiatedMax(MANY).streamOpeningsPerSecond(MANY).build());
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

    Connection connect() {
        return connect(Limits.DEFAULT.with());
    }

    Multiaddr address(Swarm of) {
        return on(of.loop(), () -> of.listenAddresses().get(0));
    }

    World.Result<Connection> dial(@Nullable PeerId expected) {
        Multiaddr to = address(listener);
        World.Result<Connection> made = new World.Result<>();
        on(dialer.loop(), () -> dialer.dial(Dial.to(to, expected), made));
        until(dialer.loop(), made::isDone);
        return made;
    }

    Caller open(Connection c, String id) {
        return on(c.loop(), () -> {
            Caller caller = new Caller();
            c.open(List.of(id), OpenOptions.LIMITED, caller);
            return caller;
        });
    }

    /** The listener's end of it. */
    Connection accepted() {
        until(listener.loop(), () -> !listener.connections().isEmpty());
        return on(listener.loop(), () -> listener.connections().get(0));
    }

    void send(Connection c, Caller caller, byte[] bytes) {
        on(c.loop(), () -> caller.send(bytes));
    }

    void assertEcho(Connection c, Caller caller, byte[] said) {
        until(c.loop(), () -> caller.received().length >= said.length);
        assertThat(Arrays.equals(on(c.loop(), caller::received), said)).isTrue();
    }

    /** Blocks a stream of the dialler's: its peer reads nothing, and more waits than any buffer on the way holds. */
    Caller blocked(Connection c) {
        Caller caller = open(c, DEAF);
        send(c, caller, new byte[16 * 1024 * 1024]);
        until(c.loop(), caller::isOpen);
        return caller;
    }

    World.Result<CloseReason> endOf(Swarm node, Connection c) {
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

    /** Leaves all unread until a frame is there, of half a window of Yamux: the other half may still be owed to the peer. */
    static final class Frame implements StreamHandler {
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

    /** Sends back what comes, as fast as it is taken. */
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
