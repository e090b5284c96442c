package libp2p.gossipsub;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.identity.PeerId;
import libp2p.multiformats.Nullable;

/** To whom messages go: ours, and those of others (gossipsub-v1.0.md, "Message Publishing"; gossipsub-v1.1.md, "Flood Publishing"). */
final class Publishing {

    /** A publish that waits for peers. */
    static final class Waiting {
        private final Runnable go;
        private final int peersMin;
        private final Consumer<CloseReason> failed;
        private Cancellable timer = Cancellable.NONE;

        Waiting(int peersMin, Runnable go, Consumer<CloseReason> failed) {
            this.peersMin = peersMin;
            this.go = go;
            this.failed = failed;
        }
    }

    private final State state;
    private final Sender sender;
    private final Seqno seqno = new Seqno();

    Publishing(State state, Sender sender) {
        this.state = state;
        this.sender = sender;
    }

    // ---- messages of others

    void forward(TopicState t, Message m) {
        List<PeerId> senders = state.deliveries.senders(m.id());
        for (Peer p : t.mesh) {
            if (p.unwanted.has(m.id()) || senders.contains(p.id) || !mayHave(p, t, m)) continue;
            if (p.chokedBy.contains(t.name)) sender.ihave(p, t.name, List.of(m.id()));
            else sender.message(p, m, Sender.FORWARD);
        }
        for (Peer p : t.peers) {
            if (t.mesh.contains(p) || !mayHave(p, t, m)) continue;
            if (state.isDirect(p)) {
                if (!p.unwanted.has(m.id())) sender.message(p, m, Sender.FORWARD);
            } else if (p.version == Version.FLOODSUB && state.score(p) >= state.thresholds().publish()) {
                sender.message(p, m, Sender.FORWARD);
            }
        }
    }

    /** Whether the peer is not who sent or wrote it, and wants whole messages. */
    private static boolean mayHave(Peer p, TopicState t, Message m) {
        if (!p.ready || p.id.equals(m.receivedFrom()) || p.id.equals(m.from())) return false;
        return !t.supportsPartial() || !p.requestsPartial.contains(t);
    }

    // ---- messages of ours

    /** Makes a message of a draft: numbered, signed and named as its topic has it. */
    void make(TopicState t, byte[] data, Callback<? super Message> done) {
        TopicConfig c = t.config;
        CloseReason no = c == null ? CloseReason.of(CloseReason.Kind.REFUSED, "the topic was closed") : null;
        int max = Math.min(c == null ? 0 : c.dataBytesMax(), state.config.rpcLimits.bytesMax() - overhead(t));
        if (no == null && data.length > max) no = CloseReason.of(CloseReason.Kind.REFUSED, "a message of " + data.length
                + " bytes, of at most " + max);
        if (c == null || no != null) {
            done.done(null, no);
            return;
        }
        if (c.policy() == SignPolicy.STRICT_NO_SIGN) {
            named(c, Message.make(t.name, data, null, null, null, null, state.self(), state.now(), state.config.rpcLimits), done);
            return;
        }
        Signing.sign(state.node, t.name, data, seqno.next(state.node.epochMillis()), state.config.rpcLimits, (m, failure) -> {
            if (m == null) done.done(null, failure);
            else named(c, m, done);
        });
    }

    private static int overhead(TopicState t) {
        return 1024 + 4 * t.name.length(); // author, number, signature and key of RSA, headers
    }

    private static void named(TopicConfig c, Message m, Callback<? super Message> done) {
        m.name(c.ids().of(m));
        done.done(m, null);
    }

    /** Takes messages of ours as seen; null if all of them are new, or were ignored when they came, else why not. */
    @Nullable CloseReason begin(List<Message> messages) {
        for (Message m : messages) {
            boolean isNew = state.seen.add(m.id(), state.now()) || state.deliveries.overrule(m.id(), state.now());
            if (!isNew) return CloseReason.of(CloseReason.Kind.REFUSED, "published before");
            state.cache.put(m);
        }
        return null;
    }

    /** Sends one. */
    PublishResult send(TopicState t, Message m) {
        List<PeerId> sent = new ArrayList<>();
        List<PeerId> full = new ArrayList<>();
        for (Peer p : recipients(t, m)) (sender.message(p, m, Sender.OWN) ? sent : full).add(p.id);
        state.listener.published(m);
        return new PublishResult(m.id(), sent, full);
    }

    /**
     * Sends several in turns: each goes to one more peer, before any goes to two more; so that the first copies of all are out early, and
     * others help to spread them (messages of data sampling, of which all are needed).
     */
    List<PublishResult> sendInTurns(List<TopicState> topics, List<Message> messages) {
        List<List<Peer>> to = new ArrayList<>();
        List<PublishResult> results = new ArrayList<>();
        int most = 0;
        for (int i = 0; i < messages.size(); i++) {
            List<Peer> peers = Mesh.shuffled(recipients(topics.get(i), messages.get(i)), state.node.random());
            to.add(peers);
            most = Math.max(most, peers.size());
            results.add(new PublishResult(messages.get(i).id(), new ArrayList<>(), new ArrayList<>()));
        }
        for (int turn = 0; turn < most; turn++) {
            for (int i = 0; i < messages.size(); i++) {
                if (turn >= to.get(i).size()) continue;
                Peer p = to.get(i).get(turn);
                boolean sent = sender.message(p, messages.get(i), Sender.OWN);
                (sent ? results.get(i).sent() : results.get(i).full()).add(p.id);
            }
        }
        for (Message m : messages) state.listener.published(m);
        return results;
    }

    /** Who gets a message of ours. */
    List<Peer> recipients(TopicState t, Message m) {
        List<Peer> to = new ArrayList<>();
        for (Peer p : targets(t, m.dataSize())) if (mayHave(p, t, m) && !(p.unwanted.has(m.id()) && t.mesh.contains(p))) to.add(p);
        return to;
    }

    private Set<Peer> targets(TopicState t, int size) {
        Set<Peer> to = new LinkedHashSet<>();
        double least = state.thresholds().publish();
        boolean flood = state.config.floodPublish && size <= state.config.floodBytesMax;
        for (Peer p : t.peers) {
            if (!p.ready) continue;
            if (state.isDirect(p)) to.add(p);
            else if ((flood || p.version == Version.FLOODSUB) && state.score(p) >= least) to.add(p);
        }
        if (flood) return to;
        Set<Peer> base = t.joined ? t.mesh : fanout(t);
        to.addAll(base);
        int lack = state.config.overlay.d() - base.size();
        if (lack > 0) to.addAll(state.some(state.select(t, p -> !to.contains(p) && state.score(p) >= least), lack));
        return to;
    }

    /** The peers for a topic that we have not joined, chosen when they are first needed. */
    private Set<Peer> fanout(TopicState t) {
        if (t.fanout.isEmpty()) {
            t.fanout.addAll(state.some(state.select(t, p -> state.score(p) >= state.thresholds().publish()), state.config.overlay.d()));
        }
        t.published = state.now();
        return t.fanout;
    }

    /** The peers of the mesh, or of what stands for it, that parts are exchanged with. */
    List<Peer> partialTargets(TopicState t) {
        List<Peer> to = new ArrayList<>();
        Collection<Peer> base = t.joined ? t.mesh : fanout(t);
        if (base.isEmpty()) base = state.some(state.select(t, p -> state.score(p) >= state.thresholds().publish()),
                state.config.overlay.d());
        for (Peer p : base) {
            boolean give = t.supportsPartial() && p.requestsPartial.contains(t);
            boolean take = t.requestsPartial() && p.supportsPartial.contains(t);
            if (p.ready && (give || take)) to.add(p);
        }
        return to;
    }

    // ---- waiting for peers

    /** Does it as soon as a message of so many bytes would go to so many peers. */
    void whenReady(TopicState t, PublishOptions options, int size, Runnable go, Consumer<CloseReason> failed) {
        if (options.peersMin() <= 0 || targets(t, size).size() >= options.peersMin()) {
            go.run();
            return;
        }
        if (t.waiting.size() >= state.config.limits.publishesWaitingMax()) {
            failed.accept(CloseReason.of(CloseReason.Kind.REFUSED, "too many messages wait for peers"));
            return;
        }
        Waiting w = new Waiting(options.peersMin(), go, failed);
        t.waiting.add(w);
        w.timer = state.node.loop().schedule(options.waitNanos(), () -> {
            if (t.waiting.remove(w)) failed.accept(CloseReason.of(CloseReason.Kind.TIMED_OUT, "fewer than " + options.peersMin()
                    + " peers in " + t.name));
        });
    }

    /** There may be more peers now. */
    void retry(TopicState t) {
        if (t.waiting.isEmpty()) return;
        int there = targets(t, 0).size();
        for (Waiting w : new ArrayList<>(t.waiting)) {
            if (there < w.peersMin || !t.waiting.remove(w)) continue;
            w.timer.cancel();
            w.go.run();
        }
    }

    void stop() {
        for (TopicState t : state.ours) giveUp(t);
    }

    /** Fails what waits for peers. */
    void giveUp(TopicState t) {
        for (Waiting w : new ArrayList<>(t.waiting)) {
            w.timer.cancel();
            w.failed.accept(CloseReason.CANCELLED);
        }
        t.waiting.clear();
    }
}
