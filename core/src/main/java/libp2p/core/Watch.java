package libp2p.core;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * The latest value of something that changes: nothing to fall behind on, nothing to lose.
 *
 * <p>May be read and listened to from any thread. Listeners run where they ask to, and hear the newest value; values in between may be
 * passed over.
 *
 * @param <T> an immutable value
 */
public class Watch<T> {
    private final List<Listener> listeners = new ArrayList<>();
    private volatile T value;

    /** A watch whose value never changes, unless it is a {@link Cell}. */
    public Watch(T value) {
        this.value = value;
    }

    /** The value now. */
    public final T value() {
        return value;
    }

    /** Calls {@code listener} on {@code home} with the value now, and again after each change, until cancelled. */
    public final Cancellable listen(Executor home, Consumer<? super T> listener) {
        Listener l = new Listener(home, listener);
        synchronized (listeners) {
            listeners.add(l);
            l.post();
        }
        return () -> {
            synchronized (listeners) {
                l.off = true;
                listeners.remove(l);
            }
        };
    }

    void change(T next) {
        synchronized (listeners) {
            if (next.equals(value)) return;
            value = next;
            for (Listener l : listeners) l.post();
        }
    }

    private final class Listener {
        private final Executor home;
        private final Consumer<? super T> listener;
        private boolean posted; // guarded by listeners, as is off
        private boolean off;

        Listener(Executor home, Consumer<? super T> listener) {
            this.home = home;
            this.listener = listener;
        }

        void post() {
            if (posted) return;
            posted = true;
            home.execute(this::run);
        }

        private void run() {
            T now;
            synchronized (listeners) {
                posted = false;
                if (off) return;
                now = value;
            }
            listener.accept(now);
        }
    }

    /** A watch as its owner sees it. */
    public static final class Cell<T> extends Watch<T> {
        /** Begins with {@code value}. */
        public Cell(T value) {
            super(value);
        }

        /** Changes the value; does nothing if it equals the one before. May be called from any thread. */
        public void set(T next) {
            change(next);
        }
    }
}
