package libp2p.core.node;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import libp2p.core.Buf;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.Loop;
import libp2p.core.Violation;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Connection;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.multiformats.Nullable;

/**
 * Messages to and from many peers for as long as they are connected: one stream to each, that only we write, and one from each, that we
 * only read; the shape of pubsub.
 *
 * <p>A protocol owns one, hands out its {@link #accept}, and says {@link Protocol#onConnectionLoop}. What waits for a peer waits here, on
 * the node's loop, in lanes of which the first goes first; at most {@link Params#transitMax} bytes, or one frame, are on their way to
 * the stream. Arriving frames are read on the connection's loop by an {@link Intake}, of which there is one per loop; what it makes of them
 * hops to the node's loop within a credit, beyond which the peer's window is held. Used on the node's loop, but for {@link #accept}.
 *
 * @param <M> what an arriving frame becomes; immutable, or handed over
 */
public final class Messages<M> {

    /** Reads the frames that arrive on the connections of one loop, and may keep what helps it to; used on that loop only. */
    public interface Intake<M> {
        /** What the frame says, or null to drop it. The frame is lent. A {@link libp2p.core.Violation} resets the stream. */
        @Nullable M read(Connection connection, Buf frame);

        /** One that reads all frames with a codec. */
        static <M> Intake<M> of(Codec<M> codec) {
            return (connection, frame) -> codec.read(frame);
        }
    }

    /** Who is told; on the node's loop. */
    public interface Receiver<M> {
        /** A stream to the peer is open, under that id; what was sent before goes out now. */
        void onReady(PeerId peer, Connection connection, String protocol);

        /** The stream to the peer has ended, and with it all that waited. It is opened again, some times, while the peer is connected. */
        void onUnready(PeerId peer, CloseReason reason);

        /** The peer opened a stream, in place of the one before, if any. */
        default void onInbound(PeerId peer, Connection connection, String protocol) {}

        /** The peer's stream has ended. */
        default void onInboundClosed(PeerId peer, CloseReason reason) {}

        /** What an intake made of a frame of so many bytes. */
        void onMessage(PeerId peer, Connection connection, M message, int size);
    }

    /**
     * How much may wait in a lane for one peer.
     *
     * @param framesMax frames
     * @param bytesMax their bytes; one frame may be larger
     */
    public record Lane(int framesMax, long bytesMax) {}

    /**
     * The bounds.
     *
     * @param frameMax bytes of an arriving frame, without its length
     * @param lanes of each peer's outbox, the most urgent first
     * @param transitMax bytes, or one frame, that are on their way to a stream
     * @param creditMax bytes of arrived frames of one peer that are on their way to the node's loop; one frame may go beyond
     * @param opensMax attempts in a row to open a stream that fails or ends at once
     * @param openAgainNanos before the second attempt; doubled before each further one
     */
    public record Params(int frameMax, List<Lane> lanes, int transitMax, int creditMax, int opensMax, long openAgainNanos) {
        /** Frames of 1 MiB, one lane of 1024 frames and 4 MiB, 64 KiB under way, 256 KiB of credit, four attempts from 100 ms on. */
        public static final Params DEFAULT = new Params(1 << 20, List.of(new Lane(1024, 4 << 20)), 64 * 1024, 256 * 1024, 4, 100_000_000L);

        /** Checks. */
        public Params {
            if (frameMax < 1 || lanes.isEmpty() || transitMax < 1 || creditMax < 1 || opensMax < 1 || openAgainNanos < 1) {
                throw new IllegalArgumentException("bounds that let nothing pass");
            }
            lanes = Collections.unmodifiableList(new ArrayList<>(lanes));
        }
    }

    private static final int[] NO_SIZES = {};
    private static final int SPARE_LINES_MAX = 128;

    private final Node node;
    private final List<String> ids;
    private final Params params;
    private final Receiver<M> receiver;
    private final Supplier<Intake<M>> intakes;
    private final Map<Loop, Intake<M>> intakeOf = new LinkedHashMap<>();
    private final Map<PeerId, Outbox> outboxes = new LinkedHashMap<>();
    private final Map<PeerId, Inbound> inbounds = new LinkedHashMap<>();
    private final List<Outbox> dirty = new ArrayList<>();
    private final ArrayDeque<Outbox.Line> spare = new ArrayDeque<>();
    private boolean flushing;
    private boolean stopped;

    /** An exchange of a node that has started; {@code intakes} makes one for each loop, on the node's. */
    public Messages(Node node, List<String> ids, Params params, Supplier<Intake<M>> intakes, Receiver<M> receiver) {
        this.node = node;
        this.ids = ids;
        this.params = params;
        this.intakes = intakes;
        this.receiver = receiver;
    }

    // ---- to peers

    /** Opens a stream to the peer, now if it has a connection that is not limited, else as soon as {@link #connected} tells of one. */
    public void open(PeerId peer) {
        if (stopped) return;
        Outbox o = outboxes.get(peer);
        if (o == null) {
            o = new Outbox(peer, this);
            outboxes.put(peer, o);
        }
        o.open();
    }

    /** A connection began; a stream that is wanted is opened over it, however often that failed before. */
    public void connected(Connection connection) {
        Outbox o = outboxes.get(connection.remote());
        if (o != null) o.openAnew();
    }

    /** Forgets the peer, and closes the stream to it. */
    public void close(PeerId peer) {
        Outbox o = outboxes.remove(peer);
        if (o != null) o.close();
    }

    /**
     * Sends a frame, its length included, behind others of its lane; false if the peer is unknown or its lane is full.
     *
     * @param frame is shared, not copied: nobody may change it
     * @param key names it for {@link #drop}; while one of that key waits in the lane, another is taken for it. Null for no name
     * @param untilNanos on the loop's clock: if it has not left by then it is dropped; {@link Long#MAX_VALUE} for never
     */
    public boolean send(PeerId peer, byte[] frame, int lane, @Nullable Object key, long untilNanos) {
        Outbox o = outboxes.get(peer);
        return o != null && o.add(frame, lane, key, untilNanos);
    }

    /** Drops a frame of that key that waits for the peer, in any lane; says whether there was one. */
    public boolean drop(PeerId peer, Object key) {
        Outbox o = outboxes.get(peer);
        return o != null && o.drop(key);
    }

    /** How many frames wait for the peer. */
    public int waiting(PeerId peer) {
        Outbox o = outboxes.get(peer);
        return o == null ? 0 : o.frames();
    }

    /** How many frames of a lane wait for the peer. */
    public int waiting(PeerId peer, int lane) {
        Outbox o = outboxes.get(peer);
        return o == null ? 0 : o.frames(lane);
    }

    /** How many bytes wait for the peer. */
    public long waitingBytes(PeerId peer) {
        Outbox o = outboxes.get(peer);
        return o == null ? 0 : o.bytes();
    }

    /** Lets what is on its way go out, ends the streams to peers, and resets those from them. */
    public void stop() {
        stopped = true;
        for (Outbox o : outboxes.values()) o.finish();
        for (Inbound in : inbounds.values()) in.reset(Codes.SHUTDOWN);
        outboxes.clear();
        inbounds.clear();
    }

    // ---- for the parts

    Node node() {
        return node;
    }

    List<String> ids() {
        return ids;
    }

    Params params() {
        return params;
    }

    Receiver<M> receiver() {
        return receiver;
    }

    /** An empty line: a lane has one only while something waits there. */
    Outbox.Line line() {
        Outbox.Line l = spare.poll();
        return l != null ? l : new Outbox.Line();
    }

    /** One that is empty again. */
    void spare(Outbox.Line l) {
        if (spare.size() < SPARE_LINES_MAX) spare.push(l);
    }

    /** The outbox has something to send, at the end of what is being done now. */
    void dirty(Outbox o) {
        dirty.add(o);
        if (flushing) return;
        flushing = true;
        node.loop().execute(() -> {
            flushing = false;
            List<Outbox> now = new ArrayList<>(dirty);
            dirty.clear();
            for (Outbox each : now) each.pump();
        });
    }

    // ---- from peers

    /** The handler of a peer's stream; on the connection's loop. */
    public StreamHandler accept() {
        return new Inbound();
    }

    /** The stream that a peer writes: {@code peer} to {@code ended} live on the node's loop, the rest on the connection's. */
    private final class Inbound implements StreamHandler {
        private @Nullable PeerId peer;
        private boolean ended;
        private final Frames frames = new Frames(params.frameMax);
        private @Nullable Stream stream;
        private @Nullable Intake<M> intake;
        private int held;

        // ---- on the node's loop

        private void begin(Stream s) {
            PeerId from = s.connection().remote();
            Loop far = s.loop();
            if (stopped || ended) {
                far.execute(() -> s.reset(Codes.SHUTDOWN));
                return;
            }
            peer = from;
            Inbound before = inbounds.put(from, this);
            if (before != null) before.reset(Codes.SUPPLANTED); // as go does: the newer stream is the one that is alive
            receiver.onInbound(from, s.connection(), s.protocol());
            Intake<M> reader = intakeOf.computeIfAbsent(far, loop -> intakes.get());
            if (far == node.loop()) ready(s, reader);
            else far.execute(() -> ready(s, reader));
        }

        private void reset(long code) {
            Stream s = stream;
            if (s != null) s.loop().execute(() -> s.reset(code));
        }

        private void arrived(Connection connection, List<M> messages, int[] sizes) {
            for (int i = 0; i < messages.size(); i++) {
                PeerId from = peer;
                if (from == null || inbounds.get(from) != this) return;
                receiver.onMessage(from, connection, messages.get(i), sizes[i]);
            }
        }

        private void end(CloseReason reason) {
            ended = true;
            PeerId from = peer;
            if (from != null && inbounds.remove(from, this)) receiver.onInboundClosed(from, reason);
        }

        // ---- on the connection's loop

        private void ready(Stream s, Intake<M> reader) {
            intake = reader;
            s.read();
        }

        @Override
        public void onOpen(Stream s) {
            stream = s;
            if (s.loop() == node.loop()) begin(s);
            else node.loop().execute(() -> begin(s));
        }

        @Override
        public void onData(Stream s, Buf data) {
            Intake<M> reader = intake;
            if (reader == null) return;
            List<M> batch = null;
            int[] sizes = NO_SIZES;
            int total = 0;
            while (held + total < params.creditMax) {
                Buf frame = frames.next(data);
                if (frame == null) break;
                int size = frame.size();
                node.observer().message(s.connection(), s.protocol(), true, Frames.whole(size));
                M m = reader.read(s.connection(), frame);
                if (m == null) continue;
                if (batch == null) batch = new ArrayList<>(4);
                if (batch.size() == sizes.length) sizes = Arrays.copyOf(sizes, 4 + 2 * sizes.length);
                sizes[batch.size()] = size;
                batch.add(m);
                total += size;
            }
            if (batch != null) hop(s, batch, sizes, total);
        }

        private void hop(Stream s, List<M> batch, int[] sizes, int total) {
            Connection connection = s.connection();
            if (s.loop() == node.loop()) {
                arrived(connection, batch, sizes);
                if (held + total >= params.creditMax) s.read(); // some may lie unread
                return;
            }
            held += total;
            node.loop().execute(() -> {
                arrived(connection, batch, sizes);
                s.loop().execute(() -> {
                    boolean full = held >= params.creditMax;
                    held -= total;
                    if (full) s.read();
                });
            });
        }

        @Override
        public void onFinish(Stream s) {
            if (frames.begun()) throw new Violation("the peer finished within a message");
            s.finish();
        }

        @Override
        public void onClose(@Nullable Stream s, CloseReason reason) {
            if (s == null || s.loop() == node.loop()) end(reason);
            else node.loop().execute(() -> end(reason));
        }
    }
}
