package libp2p.gossipsub;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import libp2p.core.Loop;
import libp2p.core.identity.PeerId;
import libp2p.multiformats.Nullable;

/**
 * What becomes of a message that came: its fields, its signature, whether it is new, the application's verdict; then it is delivered and
 * passed on. An id counts as seen only once the signature is right, so that no forgery keeps the message itself out.
 */
final class Validation {
    private record Pending(Message message, TopicState topic, long until) {}

    private final State state;
    private final Sender sender;
    private final Publishing publishing;
    private final TopicListeners listeners;
    private final Map<MessageId, Pending> pending = new LinkedHashMap<>(); // in the order of their ends
    private final Set<Message> verifying = new LinkedHashSet<>();

    Validation(State state, Sender sender, Publishing publishing, TopicListeners listeners) {
        this.state = state;
        this.sender = sender;
        this.publishing = publishing;
        this.listeners = listeners;
    }

    /** Messages that are new to the loop they came on. */
    void take(Peer p, List<Message> messages, boolean direct) {
        for (Message m : messages) take(p, m, direct);
    }

    /** Messages whose bytes came before. Those were not taken, perhaps, but may be now. */
    void copies(Peer p, List<Message> messages) {
        for (Message m : messages) {
            if (state.seen.has(m.id(), state.now())) {
                copy(p, m);
            } else if (!verifying.contains(m)) {
                m.receivedFrom(p.id);
                take(p, m, state.isDirect(p));
            }
        }
    }

    private void copy(Peer p, Message m) {
        state.promises.kept(m.id());
        state.listener.duplicate(m, p.id);
        state.deliveries.copy(m, p.id, state.now());
        if (state.gater != null) state.gater.duplicate(p.source);
        TopicState t = state.topics.get(m.topic());
        if (t != null && t.choking != null && t.mesh.contains(p)) t.choking.copy(m.id(), p, state.now());
    }

    private void take(Peer p, Message m, boolean direct) {
        TopicState t = state.topics.get(m.topic());
        TopicConfig c = t == null ? null : t.config;
        if (t == null || c == null || !t.joined) return;
        if (state.seen.has(m.id(), state.now())) {
            copy(p, m);
            return;
        }
        if (state.gater != null && !direct && !state.gater.accepts(p.source, state.now(), state.node.random())) {
            state.listener.throttled(p.id, "gater");
            return;
        }
        Rejection fault = fault(m, c);
        if (fault != null) {
            reject(p.source, m, fault);
        } else if (c.policy() == SignPolicy.STRICT_SIGN) {
            verify(p, m, t);
        } else {
            validate(p, m, t, c);
        }
    }

    private @Nullable Rejection fault(Message m, TopicConfig c) {
        Rejection fault = Signing.fault(m, c.policy());
        if (fault != null) return fault;
        if (m.dataSize() > c.dataBytesMax()) return Rejection.IGNORED;
        PeerId from = m.from();
        if (from == null) return null;
        if (state.blacklist.contains(from)) return Rejection.BLACKLISTED_SOURCE;
        if (from.equals(state.self())) return Rejection.SELF_ORIGIN;
        return c.expiryNanos() > 0 && Seqno.isExpired(m, c.expiryNanos(), state.node.epochMillis()) ? Rejection.EXPIRED : null;
    }

    private void verify(Peer p, Message m, TopicState t) {
        if (verifying.size() >= state.config.limits.signaturesMax()) {
            reject(p.source, m, Rejection.QUEUE_FULL);
            if (state.gater != null) state.gater.throttled(state.now());
            return;
        }
        verifying.add(m);
        state.node.offload(() -> Signing.verify(m, state.node.crypto()), state.node.loop(), (right, failure) -> {
            verifying.remove(m);
            TopicConfig c = t.config;
            if (right == null || c == null || !t.joined) return;
            if (right) validate(p, m, t, c);
            else reject(p.source, m, Rejection.INVALID_SIGNATURE);
        });
    }

    private void validate(Peer p, Message m, TopicState t, TopicConfig c) {
        long now = state.now();
        if (!state.seen.add(m.id(), now)) {
            copy(p, m);
            return;
        }
        state.promises.kept(m.id());
        if (t.choking != null) t.choking.first(m.id(), p, now);
        tellUnwanted(p, m, t);
        if (state.gater != null) state.gater.validated();
        if (c.validator() == Validator.ACCEPT_ALL) {
            accept(p.source, m, t, c);
            return;
        }
        if (pending.size() >= state.config.limits.validationsMax() || t.validating >= c.validationsMax()) {
            if (state.gater != null) state.gater.throttled(now);
            reject(p.source, m, Rejection.THROTTLED);
            return;
        }
        t.validating++;
        state.deliveries.validating(m, now);
        pending.put(m.id(), new Pending(m, t, now + state.config.timing.validationNanos()));
        Loop loop = state.node.loop();
        String source = p.source;
        try {
            c.validator().validate(state.node, m, (verdict, failure) -> {
                if (loop.isCurrent()) judged(source, m, verdict);
                else loop.execute(() -> judged(source, m, verdict));
            });
        } catch (RuntimeException e) {
            state.node.observer().bug("validator of topic " + t.name, e);
            judged(source, m, null);
        }
    }

    private void judged(String source, Message m, @Nullable Verdict verdict) {
        Pending was = pending.remove(m.id());
        if (was == null) return; // it was too late, or says so twice
        TopicState t = was.topic;
        t.validating--;
        TopicConfig c = t.config;
        if (c == null || !t.joined) return;
        if (verdict == Verdict.ACCEPT) accept(source, m, t, c);
        else reject(source, m, verdict == Verdict.REJECT ? Rejection.INVALID : Rejection.IGNORED);
    }

    private void accept(String source, Message m, TopicState t, TopicConfig c) {
        state.deliveries.valid(m, state.now());
        if (state.gater != null) state.gater.delivered(source, c.gaterWeight());
        state.cache.put(m);
        state.listener.delivered(m);
        publishing.forward(t, m);
        listeners.deliver(t, m);
    }

    private void reject(String source, Message m, Rejection why) {
        state.deliveries.rejected(m, why, state.now());
        if (state.gater != null) {
            if (why.penalised()) state.gater.rejected(source);
            else if (why == Rejection.IGNORED) state.gater.ignored(source);
        }
        state.listener.rejected(m, why);
    }

    /** At once, and before it is validated: the mesh need not send it (gossipsub-v1.2.md, "Basic scenario"). */
    private void tellUnwanted(Peer from, Message m, TopicState t) {
        if (m.dataSize() < state.config.idontwantBytesMin) return;
        for (Peer p : t.mesh) {
            if (p == from || !p.version.has(Version.V1_2)) continue;
            if (t.requestsPartial() && p.supportsPartial.contains(t)) continue; // parts are what comes from there
            sender.idontwant(p, m.id());
        }
    }

    /** Ends what waits for a validator that says nothing. */
    void sweep() {
        long now = state.now();
        List<Pending> late = new ArrayList<>(0);
        for (Iterator<Pending> i = pending.values().iterator(); i.hasNext();) {
            Pending p = i.next();
            if (p.until > now) break;
            late.add(p);
            i.remove();
        }
        for (Pending p : late) {
            p.topic.validating--;
            reject("", p.message, Rejection.TIMED_OUT);
        }
    }

    int validating() {
        return pending.size() + verifying.size();
    }
}
