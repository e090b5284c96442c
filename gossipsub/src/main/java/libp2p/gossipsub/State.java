package libp2p.gossipsub;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import libp2p.core.identity.PeerId;
import libp2p.core.node.Node;
import libp2p.multiformats.Nullable;

/** What the parts of the router share: peers, topics, and the algorithms. On the node's loop. */
final class State {
    final Node node;
    final GossipConfig config;
    final GossipListener listener;
    final Map<PeerId, Peer> peers = new LinkedHashMap<>();
    final Map<String, TopicState> topics = new LinkedHashMap<>();
    /** The topics that the application handles. */
    final Set<TopicState> ours = new LinkedHashSet<>();
    private List<Peer> counted = new ArrayList<>();
    final Set<PeerId> direct = new LinkedHashSet<>();
    final Set<PeerId> blacklist = new LinkedHashSet<>();
    final Scores scores;
    final Deliveries deliveries;
    final Backoffs backoffs;
    final SeenCache seen;
    final MessageCache cache;
    final Promises promises;
    final @Nullable Gater gater;
    final PeerExchange exchange;

    State(Node node, GossipConfig config) {
        this.node = node;
        this.config = config;
        this.listener = Decisions.of(config, node.observer());
        GossipLimits limits = config.limits;
        Timing timing = config.timing;
        scores = new Scores(config.scores);
        deliveries = new Deliveries(scores, timing.seenNanos(), limits.seenMax());
        backoffs = new Backoffs(limits.peersPerTopicMax());
        seen = new SeenCache(config.seen, timing.seenNanos(), limits.seenMax());
        cache = new MessageCache(timing.gossipBeats(), timing.historyBeats(), limits.historyBytesMax());
        promises = new Promises(timing.iwantFollowupNanos());
        gater = config.gater == null ? null : new Gater(config.gater);
        exchange = new PeerExchange(node, limits, timing.connectNanos());
        direct.addAll(config.direct.keySet());
    }

    long now() {
        return node.loop().nanoTime();
    }

    PeerId self() {
        return node.identity().id();
    }

    Thresholds thresholds() {
        return scores.params().thresholds();
    }

    double score(Peer p) {
        return scores.of(p.id);
    }

    boolean isDirect(Peer p) {
        return !direct.isEmpty() && direct.contains(p.id);
    }

    /** The topic, made if it is new; null if there are too many. */
    @Nullable TopicState topic(String name) {
        TopicState t = topics.get(name);
        if (t == null && topics.size() < config.limits.topicsMax()) {
            t = new TopicState(name);
            topics.put(name, t);
        }
        return t;
    }

    /** The application handles the topic so from now on; null for not at all. */
    void handle(TopicState t, @Nullable TopicConfig config) {
        t.config = config;
        if (config != null) {
            ours.add(t);
            return;
        }
        t.fanout.clear();
        ours.remove(t);
    }

    void forgetIfIdle(TopicState t) {
        if (t.isIdle()) topics.remove(t.name);
    }

    /** The peers of a topic that speak of meshes and are not direct, of whom the test holds. */
    List<Peer> select(TopicState t, Predicate<Peer> test) {
        List<Peer> some = new ArrayList<>();
        for (Peer p : t.peers) if (p.speaksMesh() && !isDirect(p) && test.test(p)) some.add(p);
        return some;
    }

    /** Who could be grafted. */
    List<Peer> candidates(TopicState t) {
        return select(t, p -> !t.mesh.contains(p) && !backoffs.has(t.name, p.id));
    }

    /** At most {@code n} of them, at random. */
    List<Peer> some(List<Peer> these, int n) {
        if (n <= 0) return List.of();
        List<Peer> all = Mesh.shuffled(these, node.random());
        return all.size() <= n ? all : new ArrayList<>(all.subList(0, n));
    }

    /** Something of the peer is counted per heartbeat from now on. */
    void counts(Peer p) {
        if (p.counted) return;
        p.counted = true;
        counted.add(p);
    }

    /** A heartbeat is over: counts begin anew, for those who have any. */
    void beat() {
        List<Peer> left = new ArrayList<>(0);
        for (Peer p : counted) {
            p.ihaves = 0;
            p.asked = 0;
            p.chokes = 0;
            p.unwanted.beat();
            p.counted = p.unwanted.size() > 0;
            if (p.counted) left.add(p);
        }
        counted = left;
    }

    /** Takes note of a peer's addresses, which others may share. */
    void locate(Peer p) {
        p.addresses = Sources.of(node.connections(p.id), scores.params().colocationExempt());
        p.source = Sources.one(p.id, p.addresses);
        scores.addresses(p.id, p.addresses);
    }

    void penalise(Peer p, GossipListener.Penalty why, double amount) {
        scores.penalise(p.id, amount);
        listener.penalised(p.id, why, amount);
    }
}
