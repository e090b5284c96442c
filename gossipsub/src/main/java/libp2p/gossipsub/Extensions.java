package libp2p.gossipsub;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import libp2p.core.identity.PeerId;
import libp2p.multiformats.Nullable;

/** What 1.3's extensions add: who has which, parts of messages, choking (gossipsub-v1.3.md). */
final class Extensions {
    private static final int CHOKES_PER_BEAT_MAX = 16; // RPCs of one peer; more are noise

    private final State state;
    private final Sender sender;
    private final Publishing publishing;
    private final @Nullable Partials partials;

    Extensions(State state, Sender sender, Publishing publishing) {
        this.state = state;
        this.sender = sender;
        this.publishing = publishing;
        PartialHandler handler = state.config.partial;
        partials = handler == null ? null : new Partials(handler, Partials.Params.DEFAULT);
    }

    // ---- what peers say

    void hear(Peer p, Rpc rpc) {
        Rpc.Extensions said = rpc.extensions;
        if (p.firstRpc) {
            p.extensions = said == null ? Rpc.Extensions.NONE : said;
        } else if (said != null) {
            state.penalise(p, GossipListener.Penalty.EXTENSIONS, 10); // "MUST NOT be sent more than once"
        }
        p.firstRpc = false;
        if (state.config.choke && p.extensions.choke() && (!rpc.choke.isEmpty() || !rpc.unchoke.isEmpty())) chokes(p, rpc);
        PartialMessage partial = rpc.partial;
        if (partials != null && partial != null && p.extensions.partial()) hear(partials, p, partial);
    }

    // ---- choking

    private void chokes(Peer p, Rpc rpc) {
        state.counts(p);
        if (++p.chokes > CHOKES_PER_BEAT_MAX) {
            state.penalise(p, GossipListener.Penalty.CHOKES, 1);
            return;
        }
        for (String topic : rpc.choke) {
            TopicState t = state.topics.get(topic);
            if (t != null && t.mesh.contains(p)) p.chokedBy.add(topic);
        }
        for (String topic : rpc.unchoke) p.chokedBy.remove(topic);
    }

    void beat() {
        if (partials != null) partials.beat();
        if (!state.config.choke) return;
        for (TopicState t : state.ours) {
            Choking<Peer> choking = t.choking;
            if (choking == null || !t.joined) continue;
            Set<Peer> able = new LinkedHashSet<>(t.mesh);
            able.removeIf(p -> !p.extensions.choke() || !p.version.has(Version.V1_3));
            Choking.Change<Peer> change = choking.change(able, t.mesh.size());
            for (Peer p : change.choke()) sender.choke(p, t.name, true);
            for (Peer p : change.unchoke()) sender.choke(p, t.name, false);
        }
    }

    // ---- parts of messages

    private void hear(Partials all, Peer p, PartialMessage said) {
        TopicState t = state.topics.get(said.topic());
        if (t == null || !t.supportsPartial()) return;
        try {
            all.hear(said);
        } catch (RuntimeException e) {
            state.node.observer().bug("partial handler of topic " + t.name, e);
        }
    }

    void gossip(TopicState t, List<Peer> peers) {
        if (partials == null) return;
        List<PeerId> ids = new ArrayList<>();
        for (Peer p : peers) ids.add(p.id);
        partials.gossip(t.name, ids);
    }

    /** What we have of a group, to those who want parts; the application says what to whom. */
    List<PeerId> publish(TopicState t, byte[] group, PartialActions actions) {
        if (partials == null) throw new IllegalStateException("no partial handler is configured");
        List<PeerId> sent = new ArrayList<>();
        List<PeerId> to = new ArrayList<>();
        for (Peer p : publishing.partialTargets(t)) if (p.extensions.partial()) to.add(p.id);
        PartialGroup g = partials.publish(t.name, group, to);
        for (PartialActions.Action a : actions.of(g, id -> requests(id, t))) {
            Peer p = state.peers.get(a.to());
            if (p == null || !p.extensions.partial()) continue;
            byte[] parts = requests(a.to(), t) ? a.parts() : null; // "MUST omit" for who did not ask for them
            if (parts == null && a.metadata() == null) continue;
            if (sender.partial(p, t.name, group, parts, a.metadata())) sent.add(p.id);
        }
        return sent;
    }

    private boolean requests(PeerId id, TopicState t) {
        Peer p = state.peers.get(id);
        return p != null && p.requestsPartial.contains(t);
    }

    void gone(Peer p) {
        if (partials != null) partials.gone(p.id);
    }
}
