package libp2p.core.node;

import java.util.function.Supplier;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Loop;

/** Where pure CPU work is done: a pool of threads, or, where there are none, the loop that asks. */
public interface Offload {
    /** Does the work on the loop that asked for it, in a task of its own. */
    Offload INLINE = new Offload() {
        @Override
        public <T> Cancellable run(Supplier<T> work, Loop home, Callback<? super T> done) {
            boolean[] off = {false};
            home.execute(() -> {
                if (off[0]) {
                    done.done(null, CloseReason.CANCELLED);
                    return;
                }
                T value;
                try {
                    value = work.get();
                } catch (RuntimeException e) {
                    done.done(null, CloseReason.bug(e));
                    return;
                }
                done.done(value, null);
            });
            return () -> home.execute(() -> off[0] = true);
        }
    };

    /** Runs {@code work} and calls back on {@code home}; an exception becomes a failure. */
    <T> Cancellable run(Supplier<T> work, Loop home, Callback<? super T> done);
}
