package libp2p.gossipsub;

import java.util.ArrayList;
import java.util.List;
import libp2p.core.identity.PeerId;

/**
 * What is in an RPC.
 *
 * @param bytes its size
 * @param messages the messages
 * @param subscriptions topics that are joined or left
 * @param ihave ids that are to be had, by topic
 * @param iwant ids that are asked for
 * @param graft topics
 * @param prune topics, and who is named in them
 * @param idontwant ids that are not wanted
 */
public record RpcFacts(
        int bytes,
        List<Named> messages,
        List<Subscription> subscriptions,
        List<Ids> ihave,
        List<MessageId> iwant,
        List<String> graft,
        List<Pruned> prune,
        List<MessageId> idontwant) {

    /** Of an RPC with nothing in it. */
    static final RpcFacts NOTHING = new RpcFacts(0, List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of());

    /** A message. */
    public record Named(String topic, MessageId id) {}

    /** A subscription or its end. */
    public record Subscription(String topic, boolean subscribe) {}

    /** Ids of a topic. */
    public record Ids(String topic, List<MessageId> ids) {}

    /** A PRUNE. */
    public record Pruned(String topic, List<PeerId> peers) {}

    static RpcFacts of(Rpc rpc) {
        RpcFacts f = empty(rpc.size);
        for (Message m : rpc.messages) f.messages.add(new Named(m.topic(), m.id()));
        for (Message m : rpc.copies) f.messages.add(new Named(m.topic(), m.id()));
        for (Rpc.Subscription s : rpc.subscriptions) f.subscriptions.add(new Subscription(s.topic(), s.subscribe()));
        for (Rpc.IHave h : rpc.ihave) f.ihave.add(new Ids(h.topic(), h.ids()));
        f.iwant.addAll(rpc.iwant);
        f.graft.addAll(rpc.graft);
        for (Rpc.Prune p : rpc.prune) {
            List<PeerId> peers = new ArrayList<>();
            for (Rpc.Px px : p.peers()) peers.add(px.peer());
            f.prune.add(new Pruned(p.topic(), peers));
        }
        f.idontwant.addAll(rpc.idontwant);
        return f;
    }

    static RpcFacts of(Message m) {
        RpcFacts f = empty(m.frame().length);
        f.messages.add(new Named(m.topic(), m.id()));
        return f;
    }

    static RpcFacts empty(int bytes) {
        return new RpcFacts(bytes, new ArrayList<>(2), new ArrayList<>(2), new ArrayList<>(2), new ArrayList<>(2), new ArrayList<>(2),
                new ArrayList<>(2), new ArrayList<>(2));
    }

    RpcFacts bytes(int value) {
        return new RpcFacts(value, messages, subscriptions, ihave, iwant, graft, prune, idontwant);
    }
}
