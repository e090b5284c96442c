package libp2p.gossipsub;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import libp2p.core.identity.PeerId;
import libp2p.core.node.Messages;
import libp2p.multiformats.Nullable;

/**
 * What goes to peers. Messages go to their queues at once; what else is to be said is gathered until the end of what is being done, and
 * goes as one RPC. Subscriptions, GRAFTs and PRUNEs are kept as state, and said again when there is room: they are never lost behind data.
 */
final class Sender {
    static final int CONTROL = 0;
    static final int OWN = 1;
    static final int FORWARD = 2;
    static final int GOSSIP = 3;

    private final State state;
    private final Messages<Rpc> messages;
    private final boolean facts;
    private final List<Peer> dirty = new ArrayList<>();
    private final Set<Peer> unsaid = new LinkedHashSet<>(); // there was no room for what must not be lost
    private boolean posted;
    private List<MessageId> lastIds = List.of();
    private RpcWriter lastWriter = new RpcWriter(0);

    Sender(State state, Messages<Rpc> messages) {
        this.state = state;
        this.messages = messages;
        this.facts = state.listener.rpcs();
    }

    static List<Messages.Lane> lanes(GossipLimits limits) {
        return List.of(limits.outboxMax(), limits.outboxMax(), limits.forwardMax(), limits.gossipMax());
    }

    // ---- messages

    /** Queues a message; false if there was no room. */
    boolean message(Peer p, Message m, int lane) {
        long now = state.now();
        long wait = lane == OWN ? state.config.limits.publishNanos() : state.config.limits.forwardNanos();
        long until = lane == GOSSIP ? now + state.config.timing.iwantFollowupNanos() : now + wait;
        boolean sent = p.ready && messages.send(p.id, m.frame(), lane, m.id(), until);
        if (facts) {
            if (sent) state.listener.sent(p.id, RpcFacts.of(m));
            else state.listener.dropped(p.id, RpcFacts.of(m));
        }
        if (!sent && p.ready) {
            state.scores.slow(p.id);
            state.listener.penalised(p.id, GossipListener.Penalty.SLOW, 1);
        }
        return sent;
    }

    /** The peer does not want it any more. */
    void drop(Peer p, MessageId id) {
        messages.drop(p.id, id);
    }

    /** Parts of a message. */
    boolean partial(Peer p, String topic, byte[] group, byte @Nullable [] parts, byte @Nullable [] metadata) {
        boolean all = true;
        for (byte[] frame : new RpcWriter(state.config.rpcLimits.bytesMax()).partial(topic, group, parts, metadata).frames()) {
            all &= p.ready && messages.send(p.id, frame, OWN, null, state.now() + state.config.limits.publishNanos());
        }
        return all;
    }

    // ---- what else is to be said

    void topic(Peer p, TopicState t, boolean subscribe) {
        if (!p.ready) return; // it will be told when it is
        if (p.told.contains(t.name) == subscribe) p.says().topics.remove(t.name); // what waited is taken back
        else p.says().topics.put(t.name, subscribe);
        dirty(p);
    }

    void graft(Peer p, String topic) {
        p.says().wishes.put(topic, new Sayings.Wish(true, List.of(), 0));
        dirty(p);
    }

    void prune(Peer p, String topic, List<Rpc.Px> peers, long backoffNanos) {
        long seconds = p.version.has(Version.V1_1) ? backoffNanos / 1_000_000_000L : -1;
        p.says().wishes.put(topic, new Sayings.Wish(false, p.version.has(Version.V1_1) ? peers : List.of(), seconds));
        dirty(p);
    }

    void ihave(Peer p, String topic, List<MessageId> ids) {
        p.says().ihave.computeIfAbsent(topic, t -> new ArrayList<>()).addAll(ids);
        dirty(p);
    }

    void iwant(Peer p, List<MessageId> ids) {
        p.says().iwant.addAll(ids);
        dirty(p);
    }

    void idontwant(Peer p, MessageId id) {
        p.says().idontwant.add(id);
        dirty(p);
    }

    void choke(Peer p, String topic, boolean yes) {
        (yes ? p.says().choke : p.says().unchoke).add(topic);
        dirty(p);
    }

    private void dirty(Peer p) {
        if (p.dirty) return;
        p.dirty = true;
        dirty.add(p);
        if (posted) return;
        posted = true;
        state.node.loop().execute(this::flush);
    }

    /** Says now what is to be said. */
    void flush() {
        posted = false;
        List<Peer> now = new ArrayList<>(dirty);
        dirty.clear();
        for (Peer p : now) {
            p.dirty = false;
            Sayings s = p.sayings;
            p.sayings = null;
            if (s != null && p.ready) say(p, s);
        }
    }

    /** Tries again with those for whom there was no room. */
    void retry() {
        for (Peer p : unsaid) if (p.sayings != null) dirty(p);
        unsaid.clear();
    }

    private void say(Peer p, Sayings s) {
        RpcWriter w = writer();
        idontwants(p, s.idontwant);
        if (!s.choke.isEmpty() || !s.unchoke.isEmpty()) w.choke(s.choke, s.unchoke);
        boolean room = messages.waiting(p.id, CONTROL) < state.config.limits.outboxMax().framesMax();
        if (room) {
            for (Map.Entry<String, Boolean> e : s.topics.entrySet()) subscription(p, w, e.getKey(), e.getValue());
            for (Map.Entry<String, Sayings.Wish> e : s.wishes.entrySet()) {
                Sayings.Wish wish = e.getValue();
                if (wish.graft()) w.graft(e.getKey());
                else w.prune(e.getKey(), wish.peers(), wish.backoffSeconds());
            }
        } else if (s.lasting()) {
            p.says().topics.putAll(s.topics); // said when there is room
            p.says().wishes.putAll(s.wishes);
            unsaid.add(p);
        }
        boolean urgent = !w.isEmpty();
        for (Map.Entry<String, List<MessageId>> e : s.ihave.entrySet()) w.ihave(e.getKey(), e.getValue());
        if (!s.iwant.isEmpty()) w.iwant(s.iwant);
        if (!send(p, w, urgent ? CONTROL : GOSSIP) && !s.iwant.isEmpty()) state.promises.forgive(p.id); // it was not asked
    }

    /** In RPCs of their own: go-libp2p-pubsub hears of so many ids in each, and of so many RPCs in a heartbeat. */
    private void idontwants(Peer p, List<MessageId> all) {
        int most = state.config.limits.idontwantIdsMax();
        if (!all.isEmpty()) state.counts(p);
        for (int i = 0; i < all.size() && p.unwanted.say(); i += most) {
            List<MessageId> ids = all.subList(i, Math.min(all.size(), i + most));
            if (!ids.equals(lastIds) || facts) {
                lastIds = new ArrayList<>(ids);
                lastWriter = writer().idontwant(ids);
            }
            send(p, lastWriter, CONTROL); // the mesh is told the same
        }
    }

    /** The first RPC on a stream: our extensions and our topics. */
    void hello(Peer p) {
        p.forgetSayings();
        p.told.clear();
        RpcWriter w = writer();
        Rpc.Extensions own = new Rpc.Extensions(state.config.partial != null, false, state.config.choke);
        if (p.version.has(Version.V1_3) && !own.equals(Rpc.Extensions.NONE)) w.extensions(own);
        for (TopicState t : state.ours) if (t.joined) subscription(p, w, t.name, true);
        send(p, w, CONTROL);
    }

    private void subscription(Peer p, RpcWriter w, String topic, boolean subscribe) {
        if (subscribe) p.told.add(topic);
        else p.told.remove(topic);
        TopicState t = state.topics.get(topic);
        if (state.config.partial == null || t == null) w.subscription(topic, subscribe, false, false);
        else w.subscription(topic, subscribe, t.requestsPartial(), t.supportsPartial());
    }

    private RpcWriter writer() {
        return new RpcWriter(state.config.rpcLimits.bytesMax(), facts);
    }

    private boolean send(Peer p, RpcWriter w, int lane) {
        boolean all = true;
        Iterator<RpcFacts> said = w.facts().iterator();
        for (byte[] frame : w.frames()) {
            boolean sent = messages.send(p.id, frame, lane, null, Long.MAX_VALUE);
            all &= sent;
            if (!facts) continue;
            RpcFacts f = said.next().bytes(frame.length);
            if (sent) state.listener.sent(p.id, f);
            else state.listener.dropped(p.id, f);
        }
        return all;
    }

    void close(PeerId peer) {
        messages.close(peer);
    }
}
