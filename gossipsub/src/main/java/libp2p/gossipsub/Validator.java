package libp2p.gossipsub;

import java.util.concurrent.Executor;
import java.util.function.Function;
import libp2p.core.Callback;
import libp2p.core.CloseReason;
import libp2p.core.node.Node;

/**
 * Judges messages before they are delivered and passed on.
 *
 * <p>{@link #validate} runs on the node's loop and must not block there; it answers through {@code done}, at once or later, from any
 * thread. A failure counts as {@link Verdict#IGNORE}. What the topic's {@link MessageIds} attached is at hand.
 */
@FunctionalInterface
public interface Validator {
    /** Judges a message. */
    void validate(Node node, Message message, Callback<? super Verdict> done);

    /** Takes all. */
    Validator ACCEPT_ALL = (node, message, done) -> done.done(Verdict.ACCEPT, null);

    /** One whose work is pure and done where the node does such work. */
    static Validator pure(Function<? super Message, Verdict> judge) {
        return (node, message, done) -> node.offload(() -> judge.apply(message), node.loop(), done);
    }

    /** One whose work is done by an executor of the application. */
    static Validator on(Executor executor, Function<? super Message, Verdict> judge) {
        return (node, message, done) -> executor.execute(() -> {
            Verdict v;
            try {
                v = judge.apply(message);
            } catch (RuntimeException e) {
                done.done(null, CloseReason.bug(e));
                return;
            }
            done.done(v, null);
        });
    }
}
