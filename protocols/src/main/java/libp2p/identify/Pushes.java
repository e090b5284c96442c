package libp2p.identify;

import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import libp2p.core.Buf;
import libp2p.core.CloseReason;
import libp2p.core.identity.PeerId;
import libp2p.core.net.OpenOptions;
import libp2p.core.node.Node;

/** Tells every peer that wants to know what changed with us, a bounded number at a time. On the node's loop. */
final class Pushes {
    private final Node node;
    private final Identify.Params params;
    private final Self self;
    private final ArrayDeque<Known> queue = new ArrayDeque<>(); // a connection each: bounded by those
    private int active;

    Pushes(Node node, Identify.Params params, Self self) {
        this.node = node;
        this.params = params;
        this.self = self;
    }

    /** Tells those that do not know it yet, each peer once however many connections it has. */
    void push(Self.Snapshot news, Iterable<Known> all) {
        Map<PeerId, Known> untold = new LinkedHashMap<>();
        for (Known k : all) {
            Known other = untold.get(k.connection.remote());
            if (k.speaksPush && (other == null || other.connection.limited())) untold.put(k.connection.remote(), k);
        }
        for (Known k : all) if (k.toldNumber >= news.number()) untold.remove(k.connection.remote());
        queue.clear();
        queue.addAll(untold.values());
        next();
    }

    void stop() {
        queue.clear();
    }

    private void next() {
        while (active < params.pushesConcurrentMax() && !queue.isEmpty()) {
            Known to = queue.remove();
            if (to.closed) continue;
            active++;
            self.latest(s -> open(to, s));
        }
    }

    private void open(Known to, Self.Snapshot news) {
        to.toldNumber = news.number();
        Buf frames = self.frames(news, Identify.observed(to.connection));
        node.observer().decided(Identify.PUSH_ID, "push", to.connection.remote(), frames.size());
        Sender sender = new Sender(
                params.timeoutNanos(), s -> s.send(frames), reason -> node.loop().execute(() -> ended(to, reason)));
        to.connection.open(List.of(Identify.PUSH_ID), OpenOptions.LIMITED, sender);
    }

    private void ended(Known to, CloseReason reason) {
        active--;
        if (reason.kind() == CloseReason.Kind.UNSUPPORTED) to.speaksPush = false;
        next();
    }
}
