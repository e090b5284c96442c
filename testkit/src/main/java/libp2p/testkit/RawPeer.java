package libp2p.testkit;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import libp2p.core.Buf;
import libp2p.core.CloseReason;
import libp2p.core.net.Pipe;
import libp2p.core.net.PipeHandler;
import libp2p.core.net.Role;
import libp2p.core.node.Swarm;
import libp2p.core.wire.Security;
import libp2p.core.wire.yamux.Yamux;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;

/** Someone who dials a node and then sends the bytes that a test gives it: in the clear, or, after {@link #secure}, Yamux frames. */
public final class RawPeer implements PipeHandler {
    /** Yamux frame types and flags. */
    public static final int DATA = 0;
    public static final int UPDATE = 1;
    public static final int PING = 2;
    public static final int GOAWAY = 3;
    public static final int SYN = 1;
    public static final int ACK = 2;
    public static final int FIN = 4;
    public static final int RST = 8;

    private static final int HEADER = 12;

    /** A frame that the node sent. */
    public record Frame(int type, int flags, int id, long value, byte[] body) {}

    private final World world;
    private final Swarm node;
    private final PipePair.@Nullable End pipe;
    private final @Nullable CloseReason refused;
    private final Buf in = new Buf(0);
    private final Buf plain = new Buf(0);
    private @Nullable SecureEnd secured;
    private boolean deaf;
    private boolean finished;
    private @Nullable CloseReason closed;

    /** Arrives at the node, from that address; it may be refused. */
    public RawPeer(World world, Swarm node, @Nullable Multiaddr from) {
        this.world = world;
        this.node = node;
        World.Result<PipePair.End> arrival = new World.Result<>();
        world.network().from(from).arrive(world.address(node), arrival);
        world.network().from(null);
        world.settle();
        refused = arrival.isFailure() ? arrival.failure() : null;
        pipe = refused == null ? arrival.value() : null;
        if (pipe != null) pipe.handler(this);
        world.settle();
    }

    /** Arrives from an address of its own. */
    public RawPeer(World world, Swarm node) {
        this(world, node, null);
    }

    /** Why it was not let in; null if it was. */
    public @Nullable CloseReason refused() {
        return refused;
    }

    /** Whether the node has closed the pipe. */
    public boolean closed() {
        return closed != null || finished;
    }

    private PipePair.End pipe() {
        PipePair.End p = pipe;
        if (p == null) throw new AssertionError("was refused: " + refused);
        return p;
    }

    /** Sends bytes as they are. */
    public RawPeer send(byte[] bytes) {
        Buf b = new Buf(bytes);
        while (!b.isEmpty() && !closed()) {
            if (pipe().write(b) == 0) world.settle();
            if (pipe().write(b) == 0 && !b.isEmpty()) break; // the node takes no more
        }
        world.settle();
        return this;
    }

    /** Hangs up. */
    public void hangUp() {
        pipe().close(CloseReason.CANCELLED);
        world.settle();
    }

    /** Takes nothing of what the node sends (true), or all (false). */
    public RawPeer deaf(boolean yes) {
        deaf = yes;
        if (!yes) pipe().read();
        world.settle();
        return this;
    }

    /** What came in the clear. */
    public byte[] takeReceived() {
        byte[] b = in.takeAll();
        in.clear();
        return b;
    }

    /** A line of multistream-select. */
    public static byte[] line(String text) {
        byte[] t = (text + "\n").getBytes(StandardCharsets.UTF_8);
        return new Buf(t.length + 2).putVarint(t.length).put(t).takeAll();
    }

    /** What a dialler with one security protocol sends first. */
    public static byte[] proposal() {
        return new Buf(64).put(line("/multistream/1.0.0")).put(line("/noise")).takeAll();
    }

    /** Runs a whole handshake with this node's identity, which agrees on Yamux early. */
    public RawPeer secure(Security security, Swarm as) {
        send(proposal());
        SecureEnd end = new SecureEnd(world, security, as, Role.INITIATOR, node.identity().id(), List.of(Yamux.ID), new byte[0]);
        end.step();
        send(end.takeOut());
        byte[] got = takeReceived();
        end.receive(Arrays.copyOfRange(got, proposal().length, got.length));
        if (!end.done()) throw new AssertionError("no session: " + end.failure());
        send(end.takeOut());
        secured = end;
        return this;
    }

    private SecureEnd secured() {
        SecureEnd s = secured;
        if (s == null) throw new AssertionError("not secured");
        return s;
    }

    /** Sends bytes sealed, in records of the usual size. */
    public RawPeer seal(byte[] bytes) {
        int most = secured().session().plainMax();
        for (int at = 0; at < bytes.length; at += most) send(record(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + most))));
        return this;
    }

    /** The record that holds these bytes; it must be sent next. */
    public byte[] record(byte[] bytes) {
        return secured().seal(bytes);
    }

    /** Sends a frame without data. */
    public RawPeer frame(int type, int flags, int id, long value) {
        return seal(header(type, flags, id, value));
    }

    /** Sends a data frame. */
    public RawPeer data(int flags, int id, byte[] body) {
        return seal(new Buf(HEADER + body.length).put(header(DATA, flags, id, body.length)).put(body).takeAll());
    }

    /** The header of a frame. */
    public static byte[] header(int type, int flags, int id, long value) {
        return new Buf(HEADER).putI32(type << 16 | flags).putI32(id).putI32((int) value).takeAll();
    }

    /** The whole frames that the node has sent since the last call. */
    public List<Frame> frames() {
        byte[] opened = secured().open(takeReceived());
        plain.compact();
        plain.grow(opened.length).put(opened);
        List<Frame> frames = new ArrayList<>();
        while (plain.size() >= HEADER) {
            Buf view = new Buf(Arrays.copyOfRange(plain.array, plain.start, plain.end));
            int head = view.i32();
            int id = view.i32();
            long value = view.i32() & 0xffffffffL;
            boolean data = head >>> 16 == DATA;
            if (data && view.size() < value) break;
            frames.add(new Frame(head >>> 16, head & 0xffff, id, value, data ? view.take((int) value) : new byte[0]));
            plain.skip(plain.size() - view.size());
        }
        return frames;
    }

    /** The code of the GoAway frame among these; a failure if there is none. */
    public static long goAway(List<Frame> frames) {
        for (Frame f : frames) if (f.type() == GOAWAY) return f.value();
        throw new AssertionError("no GoAway in " + frames);
    }

    /** The code with which these reset the stream; a failure if they do not. */
    public static long reset(List<Frame> frames, int id) {
        for (Frame f : frames) if (f.id() == id && (f.flags() & RST) != 0) return f.value();
        throw new AssertionError("no reset of " + id + " in " + frames);
    }

    @Override
    public void onData(Pipe p, Buf data) {
        if (deaf) return;
        byte[] bytes = data.takeAll();
        in.compact();
        in.grow(bytes.length).put(bytes);
    }

    @Override
    public void onWritable(Pipe p) {
        // What does not fit is tried again when there is more.
    }

    @Override
    public void onFinish(Pipe p) {
        finished = true;
    }

    @Override
    public void onClose(Pipe p, CloseReason reason) {
        closed = reason;
    }
}
