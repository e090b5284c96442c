package libp2p.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import libp2p.core.Buf;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Loop;
import libp2p.core.Rng;
import libp2p.core.Violation;
import libp2p.core.identity.PeerId;
import libp2p.core.identity.PublicKey;
import libp2p.core.net.Connection;
import libp2p.core.net.Limits;
import libp2p.core.net.Observer;
import libp2p.core.net.OpenOptions;
import libp2p.core.net.Scope;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.core.node.TallyScope;
import libp2p.core.wire.Muxer;
import libp2p.core.wire.Workspace;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;

/**
 * One end of a multiplexed connection without security or sockets: a session and what drives it.
 *
 * <p>Two of them are {@link #join joined}; one alone has a raw peer, which {@link #feed}s bytes and {@link #takeSent}s what was sent.
 */
public final class MuxEnd {
    /** What a Noise record carries. */
    public static final int PLAIN_MAX = 65519;

    /** How many bytes may be on their way to an end that does not take them. */
    public static final int ROOM = 256 * 1024;

    /** Where it lives. */
    public final TestLoop loop;

    /** Its loop's buffers. */
    public final Workspace workspace;

    /** The node's budget. */
    public final TallyScope node;

    /** The connection's budget. */
    public final Scope scope;

    /** Why the session ended by itself; empty while it has not. */
    public final List<CloseReason> ended = new ArrayList<>();

    /** Bugs that were reported. */
    public final List<Throwable> bugs = new ArrayList<>();

    private final Muxer.Session session;
    private final Buf inbox = new Buf(1024);
    private final Buf sent = new Buf(1024);
    private @Nullable MuxEnd other;
    private @Nullable Violation violation;
    private int cut = Integer.MAX_VALUE;
    private int room = ROOM;
    private long delayNanos;
    private boolean flushPosted;
    private boolean stalled;
    private boolean left; // the session left bytes
    private boolean wantsRead;
    private boolean closed;
    private int inFlight; // to this end
    private int readReadies;
    private int records;

    /** An end on that loop; {@code accept} handles what the peer opens. */
    public MuxEnd(Muxer muxer, TestLoop loop, boolean initiator, Limits limits, Function<Stream, StreamHandler> accept) {
        this(muxer, loop, initiator, limits, new TallyScope(limits), accept);
    }

    /** The same with a node's budget that others share. */
    public MuxEnd(Muxer muxer, TestLoop loop, boolean initiator, Limits limits, TallyScope node, Function<Stream, StreamHandler> accept) {
        this.loop = loop;
        this.workspace = new Workspace(loop, Rng.seeded(1));
        this.node = node;
        this.scope = node.connection();
        Observer observer = new Observer() {
            @Override
            public void bug(String where, Throwable bug) {
                bugs.add(bug);
            }
        };
        this.session = muxer.start(new Muxer.Context(
                new Bare(),
                initiator,
                accept,
                this::postFlush,
                this::resume,
                this::endedItself,
                PLAIN_MAX,
                workspace,
                limits,
                scope,
                observer));
    }

    /** Joins two ends. */
    public static void join(MuxEnd a, MuxEnd b) {
        a.other = b;
        b.other = a;
        a.postFlush();
        b.postFlush();
    }

    /** The session. */
    public Muxer.Session session() {
        return session;
    }

    /** What the session threw; null if nothing. */
    public @Nullable Violation violation() {
        return violation;
    }

    /** How often the session said that it can take more after it had left bytes. */
    public int readReadies() {
        return readReadies;
    }

    /** In how many records it has sent what it has sent. */
    public int records() {
        return records;
    }

    /** Bytes that arrived and that the session has left. */
    public int leftover() {
        return inbox.size();
    }

    /** Gives the session what arrives in pieces of that size. */
    public MuxEnd cut(int size) {
        cut = size;
        return this;
    }

    /** How many bytes may be on their way to this end; {@link #ROOM} unless said otherwise. */
    public MuxEnd room(int size) {
        room = size;
        return this;
    }

    /** Lets what this end sends take that long. */
    public MuxEnd delay(long nanos) {
        delayNanos = nanos;
        return this;
    }

    /** Stops (true) or goes on sending, as if the peer took nothing. */
    public void stall(boolean on) {
        stalled = on;
        if (!on) postFlush();
    }

    /** Opens a stream, and settles. */
    public <H extends StreamHandler> H open(H handler) {
        loop.run(() -> session.open(handler));
        return handler;
    }

    /** Bytes arrive from a raw peer; settles. */
    public void feed(byte[] bytes) {
        loop.run(() -> arrive(bytes));
    }

    /** What was sent to a raw peer since the last call; settles. */
    public byte[] takeSent() {
        loop.settle();
        return sent.takeAll();
    }

    /** Closes the session, and settles. */
    public void close(CloseReason reason) {
        loop.run(() -> closeNow(reason));
    }

    private void closeNow(CloseReason reason) {
        if (closed) return;
        session.close(reason);
        flush();
        closed = true;
        session.dispose();
        inbox.clear();
        MuxEnd o = other;
        if (o != null) later(o, () -> o.closeNow(CloseReason.of(CloseReason.Kind.LOST, "the pipe was closed")));
    }

    private void endedItself(CloseReason reason) {
        ended.add(reason);
        loop.execute(() -> closeNow(reason));
    }

    private void postFlush() {
        if (flushPosted) return;
        flushPosted = true;
        loop.execute(() -> {
            flushPosted = false;
            flush();
        });
    }

    private void flush() {
        boolean more = true;
        while (more && !stalled && !closed) {
            MuxEnd o = other;
            if (o != null && o.inFlight >= o.room) {
                o.wantsRead = true;
                return;
            }
            Buf plain = workspace.borrow();
            more = session.transmit(plain);
            byte[] bytes = plain.takeAll();
            workspace.giveBack(plain);
            if (bytes.length > PLAIN_MAX) throw new AssertionError("a record of " + bytes.length + " bytes");
            if (bytes.length == 0) continue;
            records++;
            deliver(bytes);
        }
    }

    private void deliver(byte[] bytes) {
        MuxEnd o = other;
        if (o == null) {
            sent.grow(bytes.length).put(bytes);
            return;
        }
        o.inFlight += bytes.length;
        later(o, () -> {
            o.inFlight -= bytes.length;
            o.arrive(bytes);
        });
    }

    private void later(MuxEnd there, Runnable task) {
        if (delayNanos == 0) there.loop.execute(task);
        else there.loop.schedule(delayNanos, task);
    }

    private void resume() {
        loop.execute(() -> {
            left = false;
            readReadies++;
            pump();
        });
    }

    private void arrive(byte[] bytes) {
        if (closed) return;
        inbox.grow(bytes.length).put(bytes);
        inFlight += bytes.length;
        pump();
    }

    private void pump() {
        int before = inbox.size();
        while (!inbox.isEmpty() && !left && !closed) {
            int n = Math.min(cut, inbox.size());
            Buf piece = new Buf(inbox.array, inbox.start, inbox.start + n);
            try {
                session.receive(piece);
            } catch (Violation v) {
                violation = v;
                inFlight -= before;
                closeNow(CloseReason.of(v));
                return;
            }
            left = !piece.isEmpty();
            inbox.skip(n - piece.size());
        }
        inFlight -= before - inbox.size();
        MuxEnd o = other;
        if (wantsRead && inFlight < room && o != null) {
            wantsRead = false;
            o.postFlush();
        }
    }

    /** A connection that is nothing but its loop. */
    private final class Bare implements Connection {
        @Override
        public PeerId remote() {
            throw new UnsupportedOperationException();
        }

        @Override
        public PublicKey remoteKey() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Multiaddr localAddress() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Multiaddr remoteAddress() {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean inbound() {
            return false;
        }

        @Override
        public boolean limited() {
            return false;
        }

        @Override
        public @Nullable String security() {
            return null;
        }

        @Override
        public @Nullable String muxer() {
            return null;
        }

        @Override
        public Loop loop() {
            return loop;
        }

        @Override
        public Cancellable onClose(Loop home, Consumer<? super CloseReason> heard) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Cancellable open(List<String> protocols, OpenOptions options, StreamHandler handler) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void drain(long code) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close(CloseReason reason) {
            loop.execute(() -> closeNow(reason));
        }
    }
}
