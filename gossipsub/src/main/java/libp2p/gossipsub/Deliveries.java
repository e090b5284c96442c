package libp2p.gossipsub;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import libp2p.core.identity.PeerId;

/** Which message counts for which peer's score: who sent it, in which state it was found to be then, and when. */
final class Deliveries {
    private enum State {
        /** Being validated: who sends a copy now will be judged with the first. */
        UNKNOWN,
        VALID,
        INVALID,
        /** Neither ignored nor throttled messages count for anyone. */
        NEUTRAL
    }

    private static final class Delivery {
        private final long until;
        private State state = State.UNKNOWN;
        private long validAt;
        private List<PeerId> peers = new ArrayList<>(4);

        Delivery(long until) {
            this.until = until;
        }
    }

    private final Scores scores;
    private final long keepNanos;
    private final int max;
    private final LinkedHashMap<MessageId, Delivery> deliveries = new LinkedHashMap<>();

    Deliveries(Scores scores, long keepNanos, int max) {
        this.scores = scores;
        this.keepNanos = keepNanos;
        this.max = Math.max(1, max);
    }

    private Delivery get(MessageId id, long now) {
        Delivery d = deliveries.get(id);
        if (d != null) return d;
        if (deliveries.size() >= max) {
            Iterator<MessageId> oldest = deliveries.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
        d = new Delivery(now + keepNanos);
        deliveries.put(id, d);
        return d;
    }

    /** It is being validated. */
    void validating(Message m, long now) {
        get(m.id(), now);
    }

    /** It was found valid. */
    void valid(Message m, long now) {
        scores.firstDelivery(m.receivedFrom(), m.topic());
        Delivery d = get(m.id(), now);
        if (d.state != State.UNKNOWN) return;
        d.state = State.VALID;
        d.validAt = now;
        for (PeerId p : d.peers) if (!p.equals(m.receivedFrom())) scores.meshDelivery(p, m.topic());
    }

    /** It was not taken. Where that is for what it is, and not for its fields, copies of it count alike. */
    void rejected(Message m, Rejection why, long now) {
        switch (why) {
            case MISSING_SIGNATURE, UNEXPECTED_SIGNATURE, UNEXPECTED_AUTHOR, INVALID_SIGNATURE, SELF_ORIGIN ->
                    scores.invalid(m.receivedFrom(), m.topic());
            case BLACKLISTED_PEER, BLACKLISTED_SOURCE, QUEUE_FULL -> {}
            case THROTTLED, IGNORED, TIMED_OUT, EXPIRED -> settle(m, State.NEUTRAL, now);
            case INVALID -> {
                Delivery d = get(m.id(), now);
                if (d.state != State.UNKNOWN) return;
                scores.invalid(m.receivedFrom(), m.topic());
                for (PeerId p : d.peers) if (!p.equals(m.receivedFrom())) scores.invalid(p, m.topic());
                settle(m, State.INVALID, now);
            }
        }
    }

    private void settle(Message m, State state, long now) {
        Delivery d = get(m.id(), now);
        if (d.state != State.UNKNOWN) return;
        d.state = state;
        d.peers = List.of();
    }

    /** The application publishes what was ignored before: from now on it is valid. False if it was not ignored. */
    boolean overrule(MessageId id, long now) {
        Delivery d = deliveries.get(id);
        if (d == null || d.state != State.NEUTRAL) return false;
        d.state = State.VALID;
        d.validAt = now;
        d.peers = new ArrayList<>(4);
        return true;
    }

    /** A copy of it came from a peer. */
    void copy(Message m, PeerId from, long now) {
        Delivery d = get(m.id(), now);
        if (d.peers.contains(from)) return;
        switch (d.state) {
            case UNKNOWN -> d.peers.add(from);
            case VALID -> {
                d.peers.add(from);
                if (now - d.validAt <= scores.windowNanos(m.topic())) scores.meshDelivery(from, m.topic());
            }
            case INVALID -> scores.invalid(from, m.topic());
            case NEUTRAL -> {}
        }
    }

    /** Who sent it, besides the first. */
    List<PeerId> senders(MessageId id) {
        Delivery d = deliveries.get(id);
        return d == null ? List.of() : d.peers;
    }

    /** Forgets what is too old to count. */
    void sweep(long now) {
        Iterator<Delivery> i = deliveries.values().iterator();
        while (i.hasNext() && i.next().until < now) i.remove();
    }

    int size() {
        return deliveries.size();
    }
}
