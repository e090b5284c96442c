package libp2p.sim;

import libp2p.core.Cancellable;
import libp2p.multiformats.Nullable;

/** A host's timer; cancelled, it leaves the queue at once. */
final class Timer extends Event implements Cancellable {
    private final Life life;
    private @Nullable Runnable task;

    Timer(Life life, Runnable task) {
        this.life = life;
        this.task = task;
    }

    @Override
    public void cancel() {
        if (task == null) return;
        task = null;
        life.host().timeline().remove(this);
    }

    @Override
    public void run() {
        Runnable t = task;
        task = null;
        if (t != null && !life.isOver()) t.run();
    }

    @Override
    Kind kind() {
        return Kind.TIMER;
    }

    @Override
    SimHost host() {
        return life.host();
    }

    @Override
    public String toString() {
        return "a timer fires";
    }
}
