package libp2p.gossipsub;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.identity.PeerId;

/** A topic of ours. May be used from any thread; answers on the node's loop, unless said otherwise. */
public final class Topic {
    private final Gossip gossip;
    private final String name;

    Topic(Gossip gossip, String name) {
        this.gossip = gossip;
        this.name = name;
    }

    /** Its name. */
    public String name() {
        return name;
    }

    /**
     * Hears its valid messages, until cancelled; joins it, if nobody has. {@code listener} is called where {@code home} says: at most
     * {@link GossipLimits#deliveriesMax} messages wait for it there, and more are not delivered to it.
     */
    public Cancellable subscribe(Executor home, Consumer<? super Message> listener) {
        TopicListeners.Listener l = new TopicListeners.Listener(home, listener);
        boolean[] in = {false};
        return gossip.run(r -> with(r, t -> {
            in[0] = true;
            t.listeners.add(l);
            t.subscriptions++;
            r.membership.join(t);
        }), r -> {
            TopicState t = r.state.topics.get(name);
            if (t == null || !in[0] || !t.listeners.remove(l)) return;
            l.off = true;
            t.subscriptions--;
            leaveIfUnused(r, t);
        });
    }

    /** The same, on the node's loop, where the listener must not block. */
    public Cancellable subscribe(Consumer<? super Message> listener) {
        return subscribe(gossip.node().loop(), listener);
    }

    /** Passes on its messages, until cancelled, without hearing them; joins it, if nobody has. */
    public Cancellable relay() {
        boolean[] in = {false};
        return gossip.run(r -> with(r, t -> {
            in[0] = true;
            t.relays++;
            r.membership.join(t);
        }), r -> {
            TopicState t = r.state.topics.get(name);
            if (t == null || !in[0]) return;
            in[0] = false;
            t.relays--;
            leaveIfUnused(r, t);
        });
    }

    private void with(Router r, Consumer<TopicState> task) {
        TopicState t = r.state.topics.get(name);
        if (t != null && t.config != null) task.accept(t);
    }

    private static void leaveIfUnused(Router r, TopicState t) {
        if (t.subscriptions == 0 && t.relays == 0) r.membership.leave(t);
    }

    /** Publishes a message; says to whom it went. */
    public Cancellable publish(byte[] data, PublishOptions options, Callback<? super PublishResult> done) {
        return gossip.publish(List.of(new Draft(name, data)), options, (results, failure) -> {
            if (results == null) done.done(null, failure);
            else done.done(results.get(0), null);
        });
    }

    /** The same, at once and to whomever there is. */
    public Cancellable publish(byte[] data, Callback<? super PublishResult> done) {
        return publish(data, PublishOptions.DEFAULT, done);
    }

    /**
     * Sends parts of a message: {@code actions} says, on the node's loop, what to whom, for the group's peers and those of the mesh; gives
     * the peers that something was queued for. The topic's configuration must have parts, and the node's a {@link PartialHandler}.
     */
    public Cancellable publishPartial(byte[] group, PartialActions actions, Callback<? super List<PeerId>> done) {
        return gossip.ask(r -> {
            TopicState t = r.state.topics.get(name);
            if (t == null || !t.supportsPartial() || r.state.config.partial == null) {
                done.done(null, CloseReason.of(CloseReason.Kind.REFUSED, "no parts are sent in topic " + name));
                return;
            }
            done.done(r.extensions.publish(t, group, actions), null);
        });
    }

    /** The peers in the topic. */
    public Cancellable peers(Callback<? super List<PeerId>> done) {
        return gossip.ask(r -> {
            List<PeerId> all = new ArrayList<>();
            TopicState t = r.state.topics.get(name);
            if (t != null) for (Peer p : t.peers) all.add(p.id);
            done.done(all, null);
        });
    }

    /** The peers in our mesh of it. */
    public Cancellable mesh(Callback<? super List<PeerId>> done) {
        return gossip.ask(r -> {
            List<PeerId> all = new ArrayList<>();
            TopicState t = r.state.topics.get(name);
            if (t != null) for (Peer p : t.mesh) all.add(p.id);
            done.done(all, null);
        });
    }

    /** Hears of peers that join the topic (true) and leave it (false), until cancelled; first of those that are in it. */
    public Cancellable onPeer(Executor home, BiConsumer<? super PeerId, ? super Boolean> listener) {
        TopicListeners.PeerListener l = new TopicListeners.PeerListener(home, listener);
        return gossip.run(r -> {
            TopicState t = r.state.topics.get(name);
            if (t == null) return;
            t.peerListeners.add(l);
            for (Peer p : t.peers) home.execute(() -> listener.accept(p.id, true));
        }, r -> {
            TopicState t = r.state.topics.get(name);
            if (t != null) t.peerListeners.remove(l);
        });
    }

    /** Leaves it, whoever listens, and handles it no more. */
    public void close() {
        gossip.run(r -> {
            TopicState t = r.state.topics.get(name);
            if (t == null) return;
            t.subscriptions = 0;
            t.relays = 0;
            r.membership.leaveForGood(t);
            r.publishing.giveUp(t);
            r.state.handle(t, null);
            r.state.scores.params(name, null);
            r.state.forgetIfIdle(t);
        });
    }
}
