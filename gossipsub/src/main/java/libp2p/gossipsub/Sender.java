package libp2p.gossipsub;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
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
        if (p.told.contains(t.name) == subscribe) p.saysTopics.remove(t.name); // what waited is taken back
        else p.saysTopics.put(t.name, subscribe);
        dirty(p);
    }

    void graft(Peer p, String topic) {
        p.wishes.put(topic, new Peer.Wish(true, List.of(), 0));
        dirty(p);
    }

    void prune(Peer p, String topic, List<Rpc.Px> peers, long backoffNanos) {
        long seconds = p.version.has(Version.V1_1) ? backoffNanos / 1_000_000_000L : -1;
        p.wishes.put(topic, new Peer.Wish(false, p.version.has(Version.V1_1) ? peers : List.of(), seconds));
        dirty(p);
    }

    void ihave(Peer p, String topic, List<MessageId> ids) {
        p.ihave.computeIfAbsent(topic, t -> new ArrayList<>()).addAll(ids);
        dirty(p);
    }

    void iwant(Peer p, List<MessageId> ids) {
        p.iwant.addAll(ids);
        dirty(p);
    }

    void idontwant(Peer p, MessageId id) {
        p.idontwant.add(id);
        dirty(p);
    }

    void choke(Peer p, String topic, boolean yes) {
        (yes ? p.choke : p.unchoke).add(topic);
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
            if (p.ready) say(p);
            else p.forgetSayings();
        }
    }

    /** Tries again with those for whom there was no room. */
    void retry() {
        for (Peer p : state.peers.values()) if (!p.saysTopics.isEmpty() || !p.wishes.isEmpty()) dirty(p);
    }

    private void say(Peer p) {
        RpcWriter w = writer();
        idontwants(p);
        if (!p.choke.isEmpty() || !p.unchoke.isEmpty()) w.choke(p.choke, p.unchoke);
        p.choke.clear();
        p.unchoke.clear();
        boolean room = messages.waiting(p.id, CONTROL) < state.config.limits.outboxMax().framesMax();
        if (room) {
            for (Map.Entry<String, Boolean> e : p.saysTopics.entrySet()) subscription(p, w, e.getKey(), e.getValue());
            p.saysTopics.clear();
            for (Map.Entry<String, Peer.Wish> e : p.wishes.entrySet()) {
                Peer.Wish wish = e.getValue();
                if (wish.graft()) w.graft(e.getKey());
                else w.prune(e.getKey(), wish.peers(), wish.backoffSeconds());
            }
            p.wishes.clear();
        }
        boolean urgent = !w.isEmpty();
        for (Map.Entry<String, List<MessageId>> e : p.ihave.entrySet()) w.ihave(e.getKey(), e.getValue());
        if (!p.iwant.isEmpty()) w.iwant(p.iwant);
        if (!send(p, w, urgent ? CONTROL : GOSSIP) && !p.iwant.isEmpty()) state.promises.forgive(p.id); // it was not asked
        p.ihave.clear();
        p.iwant.clear();
    }

    /** In RPCs of their own: go-libp2p-pubsub hears of so many ids in each, and of so many RPCs in a heartbeat. */
    private void idontwants(Peer p) {
        int most = state.config.limits.idontwantIdsMax();
        for (int i = 0; i < p.idontwant.size() && p.unwanted.say(); i += most) {
            List<MessageId> ids = p.idontwant.subList(i, Math.min(p.idontwant.size(), i + most));
            if (!ids.equals(lastIds) || facts) {
                lastIds = new ArrayList<>(ids);
                lastWriter = writer().idontwant(ids);
            }
            send(p, lastWriter, CONTROL); // the mesh is told the same
        }
        p.idontwant.clear();
    }

    /** The first RPC on a stream: our extensions and our topics. */
    void hello(Peer p) {
        p.forgetSayings();
        p.told.clear();
        RpcWriter w = writer();
        Rpc.Extensions own = new Rpc.Extensions(state.config.partial != null, false, state.config.choke);
        if (p.version.has(Version.V1_3) && !own.equals(Rpc.Extensions.NONE)) w.extensions(own);
        for (TopicState t : state.topics.values()) if (t.joined) subscription(p, w, t.name, true);
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
