package libp2p.core;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import libp2p.multiformats.Nullable;

/**
 * The latest value of something that changes: nothing to fall behind on, nothing to lose.
 *
 * <p>May be read and listened to from any thread. Listeners run where they ask to, and hear the newest value; values in between may be
 * passed over.
 *
 * @param <T> an immutable value
 */
public class Watch<T> {
    private @Nullable List<Listener> listeners; // guarded by this, as is all of a listener; made when first needed
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
        if (!(this instanceof Cell)) { // it will not change
            l.post();
            return () -> {
                synchronized (this) {
                    l.off = true;
                }
            };
        }
        synchronized (this) {
            List<Listener> all = listeners;
            if (all == null) {
                all = new ArrayList<>(1);
                listeners = all;
            }
            all.add(l);
            l.post();
        }
        return () -> {
            synchronized (this) {
                l.off = true;
                if (listeners != null) listeners.remove(l);
            }
        };
    }

    void change(T next) {
        synchronized (this) {
            if (next.equals(value)) return;
            value = next;
            if (listeners == null) return;
            for (Listener l : listeners) l.post();
        }
    }

    private final class Listener {
        private final Executor home;
        private final Consumer<? super T> listener;
        private boolean posted;
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
            synchronized (Watch.this) {
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
