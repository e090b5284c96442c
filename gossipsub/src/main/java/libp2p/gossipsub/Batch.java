package libp2p.gossipsub;

import java.util.ArrayList;
import java.util.List;
import libp2p.core.Callback;
import libp2p.core.CloseReason;
import libp2p.multiformats.Nullable;

/** Messages of ours that are published as one: made, then, once there are peers enough for each, sent. On the node's loop. */
final class Batch {
    private final Router router;
    private final List<Draft> drafts;
    private final PublishOptions options;
    private final Callback<? super List<PublishResult>> done;
    private final List<TopicState> topics = new ArrayList<>();
    private final List<@Nullable Message> made = new ArrayList<>();
    private int missing;
    private boolean over;

    Batch(Router router, List<Draft> drafts, PublishOptions options, Callback<? super List<PublishResult>> done) {
        this.router = router;
        this.drafts = drafts;
        this.options = options;
        this.done = done;
    }

    void begin() {
        missing = drafts.size();
        for (Draft d : drafts) {
            TopicState t = router.state.topics.get(d.topic());
            if (t == null || t.config == null) {
                fail(CloseReason.of(CloseReason.Kind.REFUSED, "no topic " + d.topic()));
                return;
            }
            topics.add(t);
            made.add(null);
        }
        if (drafts.isEmpty()) done.done(List.of(), null);
        for (int i = 0; i < drafts.size() && !over; i++) make(i);
    }

    private void make(int i) {
        router.publishing.make(topics.get(i), drafts.get(i).data(), (m, failure) -> {
            if (over) return;
            if (m == null) {
                fail(failure == null ? CloseReason.CANCELLED : failure);
                return;
            }
            made.set(i, m);
            missing--;
            if (missing == 0) await(0);
        });
    }

    private void await(int i) {
        if (over) return;
        if (i == drafts.size()) send();
        else router.publishing.whenReady(topics.get(i), options, drafts.get(i).data().length, () -> await(i + 1), this::fail);
    }

    private void send() {
        over = true;
        List<Message> messages = new ArrayList<>();
        for (Message m : made) if (m != null) messages.add(m);
        CloseReason no = router.publishing.begin(messages);
        if (no != null) {
            done.done(null, no);
            return;
        }
        List<PublishResult> results = messages.size() == 1
                ? List.of(router.publishing.send(topics.get(0), messages.get(0)))
                : router.publishing.sendInTurns(topics, messages);
        if (options.echo()) for (int i = 0; i < messages.size(); i++) router.listeners.deliver(topics.get(i), messages.get(i));
        done.done(results, null);
    }

    void cancel() {
        fail(CloseReason.CANCELLED);
    }

    private void fail(CloseReason reason) {
        if (over) return;
        over = true;
        done.done(null, reason);
    }
}
