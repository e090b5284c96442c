package libp2p.ping;

import java.util.ArrayDeque;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Connection;
import libp2p.core.node.Node;
import libp2p.multiformats.Nullable;

/** Our pings to one peer: they go out one after the other, over one stream. On the node's loop. */
final class Line {
    /** A ping that was asked for. */
    final class Ask {
        final @Nullable Connection connection;
        final Callback<? super Long> done;
        final long deadlineNanos;
        final Cancellable timer;
        boolean repeated;

        Ask(@Nullable Connection connection, Callback<? super Long> done) {
            this.connection = connection;
            this.done = done;
            deadlineNanos = node.loop().nanoTime() + ping.params().timeoutNanos();
            CloseReason late = CloseReason.of(CloseReason.Kind.TIMED_OUT, "no pong");
            timer = node.loop().schedule(ping.params().timeoutNanos(), () -> giveUp(this, late));
        }
    }

    private final Ping ping;
    private final Node node;
    private final PeerId peer;
    private final ArrayDeque<Ask> waiting = new ArrayDeque<>();
    private @Nullable Ask current;
    private @Nullable Probe probe;
    private Cancellable connecting = Cancellable.NONE;
    private Cancellable idle = Cancellable.NONE;

    Line(Ping ping, Node node, PeerId peer) {
        this.ping = ping;
        this.node = node;
        this.peer = peer;
    }

    int waiting() {
        return waiting.size();
    }

    Ask add(@Nullable Connection connection, Callback<? super Long> done) {
        Ask ask = new Ask(connection, done);
        waiting.add(ask);
        next();
        return ask;
    }

    /** Ends a ping that has not ended; its stream, if it has one, is of no more use. */
    void giveUp(Ask ask, CloseReason reason) {
        if (current == ask) {
            connecting.cancel();
            dropProbe();
            settle(null, reason);
        } else if (waiting.remove(ask)) {
            ask.timer.cancel();
            ask.done.done(null, reason);
        }
    }

    void giveUpAll(CloseReason reason) {
        idle.cancel();
        while (!waiting.isEmpty()) giveUp(waiting.peek(), reason);
        Ask last = current;
        if (last != null) giveUp(last, reason);
        dropProbe();
    }

    void onNodeLoop(Runnable task) {
        if (node.loop().isCurrent()) task.run();
        else node.loop().execute(task);
    }

    // ---- from the probe

    void pong(Probe from, long nanos) {
        if (from != probe || current == null) return;
        from.pongs++;
        settle(nanos, null);
    }

    void closed(Probe from, CloseReason reason) {
        if (from != probe) return;
        probe = null;
        Ask ask = current;
        if (ask == null) {
            next();
        } else if (from.pongs > 0 && !ask.repeated && reason.kind() != CloseReason.Kind.VIOLATION) {
            ask.repeated = true; // the peer was done with the stream before this ping reached it
            begin(ask);
        } else {
            settle(null, reason.kind() == CloseReason.Kind.FINISHED ? CloseReason.of(CloseReason.Kind.LOST, "the peer finished") : reason);
        }
    }

    // ---- the order of things

    private void settle(@Nullable Long nanos, @Nullable CloseReason failure) {
        Ask ask = current;
        current = null;
        if (ask != null) {
            ask.timer.cancel();
            ask.done.done(nanos, failure);
        }
        next();
    }

    private void next() {
        if (current != null) return;
        idle.cancel();
        Ask ask = waiting.poll();
        current = ask;
        if (ask != null) begin(ask);
        else if (probe == null) ping.quiet(peer, this);
        else idle = node.loop().schedule(ping.params().idleNanos(), this::retire);
    }

    private void begin(Ask ask) {
        Probe p = probe;
        Connection wanted = ask.connection;
        if (p != null && (wanted == null || wanted == p.connection)) {
            p.send(node.random().bytes(Ping.SIZE));
            return;
        }
        dropProbe();
        if (wanted != null) {
            open(ask, wanted);
            return;
        }
        connecting = node.connect(peer, (c, failure) -> {
            if (current != ask) return;
            if (c != null) open(ask, c);
            else settle(null, failure);
        });
    }

    private void open(Ask ask, Connection connection) {
        Probe p = new Probe(this, connection);
        probe = p;
        p.open(node.random().bytes(Ping.SIZE), ask.deadlineNanos);
    }

    private void dropProbe() {
        Probe p = probe;
        probe = null;
        if (p != null) p.drop();
    }

    /** The peer hears that we are done; the next ping takes a new stream. */
    private void retire() {
        Probe p = probe;
        probe = null;
        if (p != null) p.finish();
        ping.quiet(peer, this);
    }
}
