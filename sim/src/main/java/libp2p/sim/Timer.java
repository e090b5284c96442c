package libp2p.sim;

import libp2p.core.Cancellable;
import libp2p.multiformats.Nullable;

/** A host's timer; cancelled, it leaves the queue at once. */
final class Timer extends Event implements Cancellable {
    private final SimHost host;
    private @Nullable Runnable task;

    Timer(SimHost host, Runnable task) {
        this.host = host;
        this.task = task;
    }

    @Override
    public void cancel() {
        if (task == null) return;
        task = null;
        host.timeline().remove(this);
    }

    @Override
    void run() {
        Runnable t = task;
        task = null;
        if (t != null) t.run();
    }

    @Override
    Kind kind() {
        return Kind.TIMER;
    }

    @Override
    SimHost host() {
        return host;
    }

    @Override
    public String toString() {
        return "a timer fires";
    }
}
