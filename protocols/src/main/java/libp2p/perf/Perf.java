package libp2p.perf;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Connection;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.core.node.Node;
import libp2p.core.node.Protocol;
import libp2p.multiformats.Nullable;

/**
 * Measures how fast bytes go up to a peer and down from it, and serves those who measure (specs/perf/perf.md).
 *
 * <p>Costs whoever serves it as much as the peer likes, so a node speaks it only when asked to. The methods that measure may be called from
 * any thread once the node has started, and call back on the node's loop.
 */
public final class Perf implements Protocol {
    /** The protocol id. */
    public static final String ID = "/perf/1.0.0";

    /**
     * The bounds.
     *
     * @param downloadMax bytes that a peer may ask for in one stream; more is a violation
     * @param streamsInboundPerPeerMax streams that one peer may have open
     * @param waitingMax runs of ours that wait for another to the same peer; one at a time is what js-libp2p takes
     * @param stallNanos how long nothing may move before the stream is reset, either way
     * @param progressNanos between two tellings of the progress
     */
    public record Params(long downloadMax, int streamsInboundPerPeerMax, int waitingMax, long stallNanos, long progressNanos) {
        /** 1 TiB, 8 streams of a peer, 64 runs, 30 s without a byte, 100 ms. */
        public static final Params DEFAULT = new Params(1L << 40, 8, 64, 30_000_000_000L, 100_000_000L);
    }

    /** Hears how far a run is; on the node's loop. */
    public interface Progress {
        /** Hears nothing. */
        Progress NONE = (uploaded, downloaded) -> {};

        /** So many bytes were written and read until now. */
        void moved(long uploaded, long downloaded);
    }

    /**
     * What a run measured, on the connection's loop.
     *
     * @param uploaded bytes that the peer has read, the eight of the header not counted
     * @param uploadNanos from the first byte written until the peer, having read all, sent its first or its end; 0 if nothing was uploaded
     * @param downloaded bytes that came back
     * @param downloadNanos from the end of the upload to the last byte; 0 if nothing was downloaded
     */
    public record Result(long uploaded, long uploadNanos, long downloaded, long downloadNanos) {}

    private final Params params;
    private final Map<PeerId, ArrayDeque<Run>> runs = new LinkedHashMap<>(); // the first of each is under way
    private final Map<PeerId, Integer> inbound = new LinkedHashMap<>();
    private @Nullable Node started;

    /** With the default bounds. */
    public Perf() {
        this(Params.DEFAULT);
    }

    /** With bounds of its own. */
    public Perf(Params params) {
        this.params = params;
    }

    /** Sends {@code upload} bytes to a peer, then takes {@code download} bytes from it, connecting if need be. */
    public Cancellable perf(PeerId peer, long upload, long download, Progress progress, Callback<? super Result> done) {
        return enqueue(new Run(this, node(), peer, null, upload, download, progress, done));
    }

    /** The same over this connection. */
    public Cancellable perf(Connection connection, long upload, long download, Progress progress, Callback<? super Result> done) {
        return enqueue(new Run(this, node(), connection.remote(), connection, upload, download, progress, done));
    }

    @Override
    public List<String> ids() {
        return List.of(ID);
    }

    @Override
    public void start(Node node) {
        started = node;
    }

    @Override
    public boolean onConnectionLoop() {
        return true;
    }

    @Override
    public StreamHandler accept(Stream stream) {
        return new Server(this);
    }

    @Override
    public void stop() {
        for (ArrayDeque<Run> queue : new ArrayList<>(runs.values())) {
            while (queue.size() > 1) queue.peekLast().giveUp(CloseReason.CANCELLED);
            if (!queue.isEmpty()) queue.peek().giveUp(CloseReason.CANCELLED);
        }
    }

    // ---- for the parts

    Params params() {
        return params;
    }

    /** A peer's stream is open; on the connection's loop. One too many is reset. */
    void arrived(Stream stream) {
        PeerId peer = stream.connection().remote();
        node().loop().execute(() -> {
            int count = inbound.merge(peer, 1, Integer::sum);
            if (count > params.streamsInboundPerPeerMax) stream.loop().execute(() -> stream.reset(Codes.RESOURCE_LIMIT_EXCEEDED));
        });
    }

    /** A peer's stream that was open is over; on the connection's loop. */
    void left(Stream stream) {
        PeerId peer = stream.connection().remote();
        node().loop().execute(() -> inbound.computeIfPresent(peer, (p, count) -> count > 1 ? count - 1 : null));
    }

    /** A run is over; the next may begin. On the node's loop. */
    void ended(Run run) {
        ArrayDeque<Run> queue = runs.get(run.peer());
        if (queue == null) return;
        boolean first = queue.peek() == run;
        queue.remove(run);
        if (queue.isEmpty()) runs.remove(run.peer());
        else if (first) queue.peek().begin();
    }

    private Node node() {
        Node node = started;
        if (node == null) throw new IllegalStateException("the node has not started");
        return node;
    }

    private Cancellable enqueue(Run run) {
        Node node = node();
        node.loop().execute(() -> {
            ArrayDeque<Run> queue = runs.computeIfAbsent(run.peer(), p -> new ArrayDeque<>());
            if (queue.size() > params.waitingMax) {
                run.giveUp(CloseReason.of(CloseReason.Kind.REFUSED, Codes.RESOURCE_LIMIT_EXCEEDED, "too many runs are waiting"));
                return;
            }
            queue.add(run);
            if (queue.peek() == run) run.begin();
        });
        return () -> node.loop().execute(() -> run.giveUp(CloseReason.CANCELLED));
    }
}
