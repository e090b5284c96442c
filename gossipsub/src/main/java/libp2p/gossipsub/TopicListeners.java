package libp2p.gossipsub;

import java.util.ArrayList;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import libp2p.core.Loop;
import libp2p.core.identity.PeerId;

/** The application's listeners of topics: each where it wants to be called, and with a bound on what waits for it there. */
final class TopicListeners {

    /** Hears messages. */
    static final class Listener {
        private final Executor home;
        private final Consumer<? super Message> to;
        private int waiting; // on the node's loop
        boolean off;

        Listener(Executor home, Consumer<? super Message> to) {
            this.home = home;
            this.to = to;
        }
    }

    /** Hears of peers that join and leave. */
    record PeerListener(Executor home, BiConsumer<? super PeerId, ? super Boolean> to) {}

    private final State state;

    TopicListeners(State state) {
        this.state = state;
    }

    void deliver(TopicState t, Message m) {
        for (Listener l : new ArrayList<>(t.listeners)) {
            Loop loop = state.node.loop();
            if (l.home == loop) {
                guard(t, () -> l.to.accept(m));
            } else if (l.waiting >= state.config.limits.deliveriesMax()) {
                state.listener.undelivered(m);
            } else {
                l.waiting++;
                l.home.execute(() -> {
                    try {
                        if (!l.off) l.to.accept(m);
                    } finally {
                        loop.execute(() -> l.waiting--);
                    }
                });
            }
        }
    }

    void peer(TopicState t, PeerId peer, boolean joined) {
        for (PeerListener l : new ArrayList<>(t.peerListeners)) {
            if (l.home == state.node.loop()) guard(t, () -> l.to.accept(peer, joined));
            else l.home.execute(() -> l.to.accept(peer, joined));
        }
    }

    /** What the application throws on our loop is its bug, and stays its own. */
    private void guard(TopicState t, Runnable call) {
        try {
            call.run();
        } catch (RuntimeException e) {
            state.node.observer().bug("listener of topic " + t.name, e);
        }
    }
}
