package libp2p.ping;

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
 * Answers pings, and pings peers (specs/ping/ping.md). Tells the observer that it decides to {@code refuse} a peer's stream that is one too
 * many; the value is how many there are.
 *
 * <p>The methods that ping may be called from any thread once the node has started, and call back on the node's loop.
 */
public final class Ping implements Protocol {
    /** The protocol id. */
    public static final String ID = "/ipfs/ping/1.0.0";

    /** The bytes of a ping. */
    public static final int SIZE = 32;

    /**
     * The bounds.
     *
     * @param streamsInboundPerPeerMax streams that one peer may have open to ping us; the specification's 2
     * @param waitingPerPeerMax pings of ours that wait for the one before them to the same peer
     * @param pingsMax pings of ours without an end yet, to all peers together
     * @param timeoutNanos from asking for a ping to its pong, connecting and waiting included
     * @param idleNanos how long our stream stays open after a pong, for the next ping; less than the 10 s after which js-libp2p resets it
     */
    public record Params(int streamsInboundPerPeerMax, int waitingPerPeerMax, int pingsMax, long timeoutNanos, long idleNanos) {
        /** 2 streams of a peer, 64 pings waiting for it, 4096 in all, 10 s for a pong, 5 s to the next ping. */
        public static final Params DEFAULT = new Params(2, 64, 4096, 10_000_000_000L, 5_000_000_000L);
    }

    private final Params params;
    private final Map<PeerId, Line> lines = new LinkedHashMap<>();
    private final Map<PeerId, Integer> inbound = new LinkedHashMap<>();
    private int pings;
    private @Nullable Node started;

    /** With the default bounds. */
    public Ping() {
        this(Params.DEFAULT);
    }

    /** With bounds of its own. */
    public Ping(Params params) {
        this.params = params;
    }

    /** Pings a peer, connecting if need be; gives the round trip in nanoseconds. */
    public Cancellable ping(PeerId peer, Callback<? super Long> done) {
        return ask(peer, null, done);
    }

    /** Pings the peer of a connection, over it; gives the round trip in nanoseconds. */
    public Cancellable ping(Connection connection, Callback<? super Long> done) {
        return ask(connection.remote(), connection, done);
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
        return new Responder(this);
    }

    @Override
    public void stop() {
        for (Line line : new ArrayList<>(lines.values())) line.giveUpAll(CloseReason.CANCELLED);
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
            if (count <= params.streamsInboundPerPeerMax) return;
            node().observer().decided(ID, "refuse", peer, count);
            stream.loop().execute(() -> stream.reset(Codes.RESOURCE_LIMIT_EXCEEDED));
        });
    }

    /** A peer's stream that was open is over; on the connection's loop. */
    void left(Stream stream) {
        PeerId peer = stream.connection().remote();
        node().loop().execute(() -> inbound.computeIfPresent(peer, (p, count) -> count > 1 ? count - 1 : null));
    }

    /** The line has no ping and no stream any more; on the node's loop. */
    void quiet(PeerId peer, Line line) {
        lines.remove(peer, line);
    }

    private Node node() {
        Node node = started;
        if (node == null) throw new IllegalStateException("the node has not started");
        return node;
    }

    /** A cancel before the ping has begun is a task that comes after the one that begins it. */
    private Cancellable ask(PeerId peer, @Nullable Connection connection, Callback<? super Long> done) {
        Node node = node();
        Runnable[] giveUp = {() -> {}}; // on the node's loop
        node.loop().execute(() -> {
            Line line = lines.get(peer);
            if (pings >= params.pingsMax || line != null && line.waiting() >= params.waitingPerPeerMax) {
                done.done(null, CloseReason.of(CloseReason.Kind.REFUSED, Codes.RESOURCE_LIMIT_EXCEEDED, "too many pings are waiting"));
                return;
            }
            if (line == null) {
                line = new Line(this, node, peer);
                lines.put(peer, line);
            }
            pings++;
            Line of = line;
            Line.Ask ask = of.add(connection, (nanos, failure) -> {
                pings--;
                done.done(nanos, failure);
            });
            giveUp[0] = () -> of.giveUp(ask, CloseReason.CANCELLED);
        });
        return () -> node.loop().execute(() -> giveUp[0].run());
    }
}
