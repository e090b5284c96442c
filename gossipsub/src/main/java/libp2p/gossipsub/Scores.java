package libp2p.gossipsub;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import libp2p.core.identity.PeerId;
import libp2p.multiformats.Nullable;

/**
 * What peers are worth to us, by what they did (gossipsub-v1.1.md, "Peer Scoring"): counters that events raise and time decays, P1 to P7.
 *
 * <p>Parameters may change at any time. A score is computed when it is asked for and kept until something changes it. {@link Deliveries}
 * says which message counts for whom.
 */
final class Scores {

    /** What a peer did in one topic. */
    private static final class InTopic {
        private boolean inMesh;
        private long graftedAt;
        private long meshNanos; // as of the last decay
        private boolean active; // long enough in the mesh to be judged by P3
        private double first;
        private double mesh;
        private double failure;
        private double invalid;
    }

    private static final class Stats {
        private final Map<String, InTopic> topics = new LinkedHashMap<>(4);
        private boolean connected;
        private long until; // to be forgotten, once not connected
        private double behaviour;
        private double slow;
        private List<String> addresses = List.of();
        private double score;
        private boolean stale = true;
    }

    private ScoreParams params;
    private final Map<String, TopicScoreParams> topicParams = new HashMap<>();
    private final Map<PeerId, Stats> peers = new LinkedHashMap<>();
    private final Map<String, Set<PeerId>> sharers = new HashMap<>(); // of an address

    Scores(ScoreParams params) {
        this.params = params;
    }

    // ---- parameters

    ScoreParams params() {
        return params;
    }

    /** From now on these count. */
    void params(ScoreParams next) {
        params = next;
        stale();
    }

    /** From now on these count for the topic; null for none, which is how it begins. */
    void params(String topic, @Nullable TopicScoreParams next) {
        if (next == null) topicParams.remove(topic);
        else topicParams.put(topic, next);
        for (Stats s : peers.values()) {
            s.stale = true;
            InTopic t = s.topics.get(topic);
            if (t == null || next == null) continue;
            t.first = Math.min(t.first, next.firstDeliveriesCap());
            t.mesh = Math.min(t.mesh, next.meshDeliveriesCap());
        }
    }

    private void stale() {
        for (Stats s : peers.values()) s.stale = true;
    }

    // ---- the score

    /** The score of a peer; 0 of one that is not known. */
    double of(PeerId peer) {
        Stats s = peers.get(peer);
        if (s == null) return 0;
        if (s.stale) {
            s.score = compute(peer, s);
            s.stale = false;
        }
        return s.score;
    }

    private double compute(PeerId peer, Stats s) {
        double score = 0;
        for (Map.Entry<String, InTopic> e : s.topics.entrySet()) {
            TopicScoreParams p = topicParams.get(e.getKey());
            if (p != null) score += topic(p, e.getValue()) * p.weight();
        }
        if (params.topicCap() > 0) score = Math.min(score, params.topicCap());
        score += params.appScore().applyAsDouble(peer) * params.appWeight();
        score += colocation(s) * params.colocationWeight();
        double excess = s.behaviour - params.behaviourThreshold();
        if (excess > 0) score += excess * excess * params.behaviourWeight();
        return score + s.slow * params.slowPeerWeight();
    }

    private static double topic(TopicScoreParams p, InTopic t) {
        double score = t.first * p.firstDeliveriesWeight();
        if (t.inMesh) {
            double quanta = t.meshNanos / p.timeInMeshQuantumNanos(); // whole ones
            score += Math.min(quanta, p.timeInMeshCap()) * p.timeInMeshWeight();
        }
        double deficit = deficit(p, t);
        score += deficit * deficit * p.meshDeliveriesWeight();
        score += t.failure * p.meshFailureWeight();
        score += t.invalid * t.invalid * p.invalidWeight();
        return score;
    }

    private static double deficit(TopicScoreParams p, InTopic t) {
        return t.active && t.mesh < p.meshDeliveriesThreshold() ? p.meshDeliveriesThreshold() - t.mesh : 0;
    }

    private double colocation(Stats s) {
        double sum = 0;
        for (String a : s.addresses) {
            Set<PeerId> sharing = sharers.get(a);
            int surplus = sharing == null ? 0 : sharing.size() - params.colocationThreshold();
            if (surplus > 0) sum += (double) surplus * surplus;
        }
        return sum;
    }

    // ---- peers come and go

    void join(PeerId peer) {
        Stats s = peers.computeIfAbsent(peer, p -> new Stats());
        s.connected = true;
        s.stale = true;
    }

    /** The addresses that the peer may share with others, in the form of {@link Sources}. */
    void addresses(PeerId peer, List<String> now) {
        Stats s = peers.get(peer);
        if (s == null || s.addresses.equals(now)) return;
        share(peer, s, new ArrayList<>(now));
    }

    private void share(PeerId peer, Stats s, List<String> now) {
        for (String a : s.addresses) {
            Set<PeerId> sharing = sharers.get(a);
            if (sharing == null) continue;
            staleAll(sharing);
            sharing.remove(peer);
            if (sharing.isEmpty()) sharers.remove(a);
        }
        for (String a : now) {
            Set<PeerId> sharing = sharers.computeIfAbsent(a, x -> new LinkedHashSet<>());
            sharing.add(peer);
            staleAll(sharing);
        }
        s.addresses = now;
    }

    private void staleAll(Set<PeerId> these) {
        for (PeerId p : these) {
            Stats s = peers.get(p);
            if (s != null) s.stale = true;
        }
    }

    /** The peer is gone. A good score is forgotten at once, a bad one kept, and what lacked when it went is held against it. */
    void leave(PeerId peer, long now) {
        Stats s = peers.get(peer);
        if (s == null) return;
        if (of(peer) > 0) {
            forget(peer, s);
            return;
        }
        for (Map.Entry<String, InTopic> e : s.topics.entrySet()) {
            e.getValue().first = 0;
            leaveMesh(e.getKey(), e.getValue(), true);
        }
        s.connected = false;
        s.until = now + params.retainNanos();
        s.stale = true;
        boundRetained();
    }

    private void boundRetained() {
        int gone = 0;
        for (Stats s : peers.values()) if (!s.connected) gone++;
        for (Iterator<Map.Entry<PeerId, Stats>> i = peers.entrySet().iterator(); gone > params.retainedMax() && i.hasNext();) {
            Map.Entry<PeerId, Stats> e = i.next();
            if (e.getValue().connected) continue;
            share(e.getKey(), e.getValue(), List.of());
            i.remove();
            gone--;
        }
    }

    private void forget(PeerId peer, Stats s) {
        share(peer, s, List.of());
        peers.remove(peer);
    }

    // ---- what peers do

    void graft(PeerId peer, String topic, long now) {
        InTopic t = in(peer, topic);
        if (t == null) return;
        t.inMesh = true;
        t.graftedAt = now;
        t.meshNanos = 0;
        t.active = false;
    }

    void prune(PeerId peer, String topic) {
        InTopic t = in(peer, topic);
        if (t != null) leaveMesh(topic, t, false);
    }

    private void leaveMesh(String topic, InTopic t, boolean onlyMembers) {
        TopicScoreParams p = topicParams.get(topic);
        if (p != null && (t.inMesh || !onlyMembers)) {
            double deficit = deficit(p, t);
            t.failure += deficit * deficit;
        }
        t.inMesh = false;
        t.active = false;
    }

    /** P2, and P3 for who is in the mesh. */
    void firstDelivery(PeerId peer, String topic) {
        InTopic t = in(peer, topic);
        TopicScoreParams p = topicParams.get(topic);
        if (t == null || p == null) return;
        t.first = Math.min(t.first + 1, p.firstDeliveriesCap());
        if (t.inMesh) t.mesh = Math.min(t.mesh + 1, p.meshDeliveriesCap());
    }

    /** P3: a copy, in the window. */
    void meshDelivery(PeerId peer, String topic) {
        InTopic t = in(peer, topic);
        TopicScoreParams p = topicParams.get(topic);
        if (t != null && p != null && t.inMesh) t.mesh = Math.min(t.mesh + 1, p.meshDeliveriesCap());
    }

    /** P4. */
    void invalid(PeerId peer, String topic) {
        InTopic t = in(peer, topic);
        if (t != null) t.invalid++;
    }

    /** P7. */
    void penalise(PeerId peer, double amount) {
        Stats s = peers.get(peer);
        if (s == null) return;
        s.behaviour += amount;
        s.stale = true;
    }

    /** A message found the peer's queue full. */
    void slow(PeerId peer) {
        Stats s = peers.get(peer);
        if (s == null) return;
        s.slow++;
        s.stale = true;
    }

    long windowNanos(String topic) {
        TopicScoreParams p = topicParams.get(topic);
        return p == null ? 0 : p.meshDeliveriesWindowNanos();
    }

    private @Nullable InTopic in(PeerId peer, String topic) {
        Stats s = peers.get(peer);
        if (s == null || !topicParams.containsKey(topic)) return null;
        s.stale = true;
        return s.topics.computeIfAbsent(topic, t -> new InTopic());
    }

    // ---- time

    /** A decay interval is over. */
    void decay(long now) {
        for (Iterator<Map.Entry<PeerId, Stats>> i = peers.entrySet().iterator(); i.hasNext();) {
            Map.Entry<PeerId, Stats> e = i.next();
            Stats s = e.getValue();
            s.stale = true;
            if (!s.connected) {
                if (now <= s.until) continue; // a bad score does not decay while its peer stays away
                share(e.getKey(), s, List.of());
                i.remove();
                continue;
            }
            for (Map.Entry<String, InTopic> of : s.topics.entrySet()) {
                TopicScoreParams p = topicParams.get(of.getKey());
                if (p != null) decay(of.getValue(), p, now);
            }
            s.behaviour = decayed(s.behaviour, params.behaviourDecay());
            s.slow = decayed(s.slow, params.slowPeerDecay());
        }
    }

    private void decay(InTopic t, TopicScoreParams p, long now) {
        t.first = decayed(t.first, p.firstDeliveriesDecay());
        t.mesh = decayed(t.mesh, p.meshDeliveriesDecay());
        t.failure = decayed(t.failure, p.meshFailureDecay());
        t.invalid = decayed(t.invalid, p.invalidDecay());
        if (!t.inMesh) return;
        t.meshNanos = now - t.graftedAt;
        if (t.meshNanos > p.meshDeliveriesActivationNanos()) t.active = true;
    }

    private double decayed(double v, double factor) {
        double d = v * factor;
        return d < params.decayToZero() ? 0 : d;
    }

    // ---- to be looked at

    /** All peers that are known. */
    List<PeerId> known() {
        return new ArrayList<>(peers.keySet());
    }

    /** What a peer's score is made of; null if it is not known. */
    @Nullable PeerScore explain(PeerId peer) {
        Stats s = peers.get(peer);
        if (s == null) return null;
        Map<String, PeerScore.InTopic> topics = new LinkedHashMap<>();
        for (Map.Entry<String, InTopic> e : s.topics.entrySet()) {
            InTopic t = e.getValue();
            topics.put(e.getKey(), new PeerScore.InTopic(t.inMesh ? t.meshNanos : 0, t.first, t.mesh, t.failure, t.invalid));
        }
        return new PeerScore(of(peer), topics, params.appScore().applyAsDouble(peer), colocation(s), s.behaviour);
    }
}
