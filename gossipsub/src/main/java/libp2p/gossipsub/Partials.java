package libp2p.gossipsub;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import libp2p.core.identity.PeerId;

/** The groups of parts that are being exchanged, within bounds for those that peers begin (partial-messages.md). */
final class Partials {

    /**
     * The bounds.
     *
     * @param beats heartbeats that a group is remembered after we published of it, or a peer began it
     * @param begunPerTopicMax groups of a topic that peers began
     * @param begunPerPeerMax of one peer among them
     * @param ownPerTopicMax groups of a topic that we published of; the oldest goes first
     */
    record Params(int beats, int begunPerTopicMax, int begunPerPeerMax, int ownPerTopicMax) {
        /** 5, and 255 and 8 as go-libp2p-pubsub has it, 1024. */
        static final Params DEFAULT = new Params(5, 255, 8, 1024);
    }

    private final PartialHandler handler;
    private final Params params;
    private final Map<String, Map<MessageId, PartialGroup>> topics = new LinkedHashMap<>();

    Partials(PartialHandler handler, Params params) {
        this.handler = handler;
        this.params = params;
    }

    /** A peer said something; one group too many is not heard. */
    void hear(PartialMessage said) {
        Map<MessageId, PartialGroup> groups = topics.computeIfAbsent(said.topic(), t -> new LinkedHashMap<>());
        MessageId id = MessageId.of(said.group());
        PartialGroup g = groups.get(id);
        if (g == null) {
            int all = 0;
            int its = 0;
            for (PartialGroup other : groups.values()) {
                if (other.initiator == null) continue;
                all++;
                if (other.initiator.equals(said.from())) its++;
            }
            if (all >= params.begunPerTopicMax || its >= params.begunPerPeerMax) return;
            g = new PartialGroup(said.topic(), said.group(), said.from());
            g.beats = params.beats;
            groups.put(id, g);
        }
        g.add(said.from());
        handler.onPartial(said, g);
    }

    /** We publish of a group, to these peers at least. */
    PartialGroup publish(String topic, byte[] group, List<PeerId> to) {
        Map<MessageId, PartialGroup> groups = topics.computeIfAbsent(topic, t -> new LinkedHashMap<>());
        MessageId id = MessageId.of(group);
        PartialGroup g = groups.get(id);
        if (g == null) {
            g = new PartialGroup(topic, group, null);
            groups.put(id, g);
            forgetOldest(groups);
        }
        g.initiator = null;
        g.beats = params.beats;
        for (PeerId p : to) g.add(p);
        return g;
    }

    private void forgetOldest(Map<MessageId, PartialGroup> groups) {
        int own = 0;
        for (PartialGroup g : groups.values()) if (g.initiator == null) own++;
        for (Iterator<PartialGroup> i = groups.values().iterator(); own > params.ownPerTopicMax && i.hasNext();) {
            if (i.next().initiator != null) continue;
            i.remove();
            own--;
        }
    }

    /** Tells peers outside the mesh of groups that they do not take part in yet. */
    void gossip(String topic, List<PeerId> peers) {
        Map<MessageId, PartialGroup> groups = topics.get(topic);
        if (groups == null) return;
        for (PartialGroup g : new ArrayList<>(groups.values())) {
            if (g.initiator != null) continue; // what we have nothing of
            List<PeerId> fresh = new ArrayList<>();
            for (PeerId p : peers) if (g.add(p)) fresh.add(p);
            if (!fresh.isEmpty()) handler.onGossip(topic, g, fresh);
        }
    }

    void beat() {
        topics.values().removeIf(groups -> {
            groups.values().removeIf(g -> g.beats-- <= 0);
            return groups.isEmpty();
        });
    }

    void gone(PeerId peer) {
        for (Map<MessageId, PartialGroup> groups : topics.values()) {
            groups.values().removeIf(g -> {
                g.remove(peer);
                return peer.equals(g.initiator);
            });
        }
    }

    int groups() {
        int n = 0;
        for (Map<MessageId, PartialGroup> groups : topics.values()) n += groups.size();
        return n;
    }
}
