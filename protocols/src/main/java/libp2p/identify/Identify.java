package libp2p.identify;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.Violation;
import libp2p.core.Watch;
import libp2p.core.identity.Envelope;
import libp2p.core.identity.PeerId;
import libp2p.core.identity.PeerRecord;
import libp2p.core.net.Connection;
import libp2p.core.net.OpenOptions;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.core.node.Identified;
import libp2p.core.node.Node;
import libp2p.core.node.Protocol;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;
import libp2p.multiformats.Proto;

/**
 * Tells peers who we are and where, asks them the same on every connection, and pushes what changes (specs/identify/README.md).
 *
 * <p>Tells the observer that it decides to {@code push} to a peer (the value is the bytes), or to {@code refuse} a peer's push of too many.
 *
 * <p>What is learned goes to {@link Node#identified}. The methods that identify may be called from any thread once the node has started,
 * and call back on the node's loop.
 */
public final class Identify implements Protocol {
    /** The protocol id of questions. */
    public static final String ID = "/ipfs/id/1.0.0";

    /** The protocol id of news. */
    public static final String PUSH_ID = "/ipfs/id/push/1.0.0";

    /**
     * What we say of our software, and the bounds; those of what is read are in {@link libp2p.core.net.Limits}.
     *
     * @param agent our software and its version; cleaned as that of others is
     * @param version the family of protocols we belong to; cleaned likewise
     * @param timeoutNanos a whole answer or push, each way
     * @param coalesceNanos how long after a change others are waited for, so that one push tells them all
     * @param pushesConcurrentMax pushes of ours at a time
     * @param pushesPerMinuteMax pushes that a connection's peer may send in a minute; more are reset
     * @param waitingMax who may wait for one answer
     */
    public record Params(
            String agent,
            String version,
            long timeoutNanos,
            long coalesceNanos,
            int pushesConcurrentMax,
            int pushesPerMinuteMax,
            int waitingMax) {
        /** {@code java-libp2p/0.1.0}, {@code ipfs/0.1.0}, 5 s, 1 s, 32 pushes at a time, 60 in a minute, 64 waiting. */
        public static final Params DEFAULT = new Params("java-libp2p/0.1.0", "ipfs/0.1.0", 5_000_000_000L, 1_000_000_000L, 32, 60, 64);

        /** Cleans the names. */
        public Params {
            agent = Text.clean(agent);
            version = Text.clean(version);
        }

        /** The same with another name. */
        public Params agent(String name) {
            return new Params(name, version, timeoutNanos, coalesceNanos, pushesConcurrentMax, pushesPerMinuteMax, waitingMax);
        }
    }

    /** Hears what peers tell of themselves, asked or unasked; on the node's loop, after the node has learned it. */
    public interface Listener {
        /** Hears nothing. */
        Listener NONE = (connection, learned) -> {};

        /** The peer of the connection said this. */
        void identified(Connection connection, Identified learned);
    }

    private final Params params;
    private final Listener listener;
    private final Map<Connection, Known> known = new LinkedHashMap<>(); // the open connections
    private final Sightings sightings = new Sightings();
    private final List<Cancellable> watching = new ArrayList<>();
    private Cancellable soon = Cancellable.NONE;
    private boolean pushPlanned;
    private @Nullable Node started;
    private @Nullable Self self;
    private @Nullable Pushes pushes;

    /** With the default names and bounds. */
    public Identify() {
        this(Params.DEFAULT);
    }

    /** With names and bounds of its own. */
    public Identify(Params params) {
        this(params, Listener.NONE);
    }

    /** With names and bounds of its own, and someone who hears of peers. */
    public Identify(Params params, Listener listener) {
        this.params = params;
        this.listener = listener;
    }

    /** Asks a peer anew, connecting if need be; joins a question that is out. */
    public Cancellable identify(PeerId peer, Callback<? super Identified> done) {
        Node node = node();
        Wish wish = new Wish(node, done);
        node.loop().execute(() -> wish.connecting = node.connect(peer, (connection, failure) -> {
            if (connection == null) wish.done(null, failure);
            else if (!wish.over) ask(connection, wish);
        }));
        return wish;
    }

    /** Asks the peer of a connection anew, over it; joins a question that is out. */
    public Cancellable identify(Connection connection, Callback<? super Identified> done) {
        Node node = node();
        Wish wish = new Wish(node, done);
        node.loop().execute(() -> ask(connection, wish));
        return wish;
    }

    /** Our addresses as the peers of open connections see them, those that most peers name first; at most 32. Legal from any thread. */
    public Watch<List<Observed>> observed() {
        return sightings.watch();
    }

    @Override
    public List<String> ids() {
        return List.of(ID, PUSH_ID);
    }

    @Override
    public void start(Node node) {
        started = node;
        Self own = new Self(node, params);
        self = own;
        pushes = new Pushes(node, params, own);
        watching.add(node.addresses().listen(node.loop(), now -> changed()));
        watching.add(node.protocols().listen(node.loop(), now -> changed()));
    }

    @Override
    public void stop() {
        for (Cancellable w : watching) w.cancel();
        soon.cancel();
        if (self != null) self.stop();
        if (pushes != null) pushes.stop();
        for (Known k : new ArrayList<>(known.values())) onConnectionClosed(k.connection, CloseReason.CANCELLED);
    }

    @Override
    public void onConnection(Connection connection) {
        known.put(connection, new Known(connection));
        ask(connection, null);
    }

    @Override
    public void onConnectionClosed(Connection connection, CloseReason reason) {
        Known k = known.remove(connection);
        if (k == null) return;
        k.closed = true;
        sightings.seen(connection, null);
        k.answer(null, reason);
    }

    @Override
    public StreamHandler accept(Stream stream) {
        return stream.protocol().equals(PUSH_ID) ? news(stream) : answer(stream);
    }

    // ---- what we say

    /** The peer's address as we see it, where that tells it anything. */
    static @Nullable Multiaddr observed(Connection c) {
        Multiaddr seen = c.remoteAddress();
        boolean hidden = c.limited() || seen.has(Proto.P2P_CIRCUIT) || seen.has(Proto.ONION) || seen.has(Proto.ONION3);
        return hidden || seen.equals(Multiaddr.EMPTY) ? null : seen;
    }

    private StreamHandler answer(Stream stream) {
        Self own = self();
        Connection c = stream.connection();
        return new Sender(params.timeoutNanos(), sender -> own.latest(s -> {
            Known k = known.get(c);
            if (k != null) k.toldNumber = s.number();
            sender.send(own.frames(s, observed(c)));
        }), reason -> {});
    }

    private void changed() {
        self().changed();
        if (pushPlanned) return;
        pushPlanned = true;
        soon = node().loop().schedule(params.coalesceNanos(), () -> {
            pushPlanned = false;
            Pushes to = pushes;
            // Signing may cost much at first, so a node that is alone does not.
            if (to != null && !known.isEmpty()) self().latest(s -> to.push(s, known.values()));
        });
    }

    // ---- what we hear

    private StreamHandler news(Stream stream) {
        Connection c = stream.connection();
        Known k = known.get(c);
        if (k != null && !k.mayPush(node().loop().nanoTime(), params.pushesPerMinuteMax())) {
            node().observer().decided(PUSH_ID, "refuse", c.remote(), 0);
            return new Sender(params.timeoutNanos(), sender -> sender.refuse(Codes.RATE_LIMITED), reason -> {});
        }
        return new Receiver(node().limits(), params.timeoutNanos(), (reading, failure) -> {
            if (reading != null) learn(c, reading, true, null);
        });
    }

    private void ask(Connection connection, @Nullable Wish wish) {
        Known there = known.get(connection);
        if (there == null) {
            if (wish != null) wish.done(null, CloseReason.of(CloseReason.Kind.LOST, "the connection is closed"));
            return;
        }
        Known k = there;
        if (wish != null && k.waiting.size() >= params.waitingMax()) {
            wish.done(null, CloseReason.of(CloseReason.Kind.REFUSED, Codes.RESOURCE_LIMIT_EXCEEDED, "too many wait for this answer"));
            return;
        }
        if (wish != null) k.waiting.add(wish::done);
        if (k.question != null) return;
        Node node = node();
        Receiver[] question = new Receiver[1];
        question[0] = new Receiver(node.limits(), params.timeoutNanos(), (reading, failure) -> node.loop().execute(() -> {
            if (k.question != question[0]) return;
            if (reading == null) k.answer(null, failure);
            else learn(connection, reading, false, k);
        }));
        k.question = question[0];
        k.timer = node.loop().schedule(params.timeoutNanos(), () -> {
            Receiver late = k.question;
            if (late == null) return;
            k.opening.cancel();
            connection.loop().execute(late::drop);
            k.answer(null, CloseReason.of(CloseReason.Kind.TIMED_OUT, "the peer did not identify itself"));
        });
        k.opening = connection.open(List.of(ID), OpenOptions.LIMITED, question[0]);
    }

    /** Verifies elsewhere, and then tells the node and who asked. */
    private void learn(Connection connection, Reading reading, boolean pushed, @Nullable Known asked) {
        byte[] record = reading.record();
        if (record == null) {
            learned(connection, reading.identified(connection, null, pushed), asked);
            return;
        }
        Node node = node();
        node.offload(() -> new Verified(verified(node, connection.remote(), record)), node.loop(), (v, failure) ->
                learned(connection, reading.identified(connection, v == null ? null : v.record, pushed), asked));
    }

    private void learned(Connection connection, Identified all, @Nullable Known asked) {
        Known k = known.get(connection);
        if (k != null) {
            List<String> protocols = all.protocols();
            if (protocols != null) k.speaksPush = protocols.contains(PUSH_ID);
            if (all.observed() != null) sightings.seen(connection, all.observed());
            node().identified(connection, all);
            listener.identified(connection, all);
        }
        if (asked != null) asked.answer(all, null);
    }

    private record Verified(@Nullable Envelope record) {}

    /** The record if the peer itself has signed it, else null: one that is not is worth nothing, but the rest stands. */
    private static @Nullable Envelope verified(Node node, PeerId remote, byte[] encoded) {
        try {
            Envelope envelope = Envelope.decode(encoded);
            return PeerRecord.open(envelope, node.crypto()).peer().equals(remote) ? envelope : null;
        } catch (Violation v) {
            return null;
        }
    }

    private Node node() {
        Node node = started;
        if (node == null) throw new IllegalStateException("the node has not started");
        return node;
    }

    private Self self() {
        Self own = self;
        if (own == null) throw new IllegalStateException("the node has not started");
        return own;
    }

    /** Someone who asked; on the node's loop but for the cancel. */
    private static final class Wish implements Cancellable {
        private final Node node;
        private final Callback<? super Identified> callback;
        private Cancellable connecting = Cancellable.NONE;
        private boolean over;

        Wish(Node node, Callback<? super Identified> callback) {
            this.node = node;
            this.callback = callback;
        }

        void done(@Nullable Identified learned, @Nullable CloseReason failure) {
            if (over) return;
            over = true;
            callback.done(learned, failure);
        }

        @Override
        public void cancel() {
            node.loop().execute(() -> {
                connecting.cancel();
                done(null, CloseReason.CANCELLED);
            });
        }
    }
}
