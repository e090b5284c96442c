package libp2p.core.wire.mplex;

import libp2p.core.Cancellable;
import libp2p.core.Loop;

/** How fast streams are opened: in any one second no more than so many, since js-libp2p closes the connection on more. */
final class Pace {
    /** A second as the peer sees it may begin later and end earlier than ours, by what the network adds. */
    private static final long SPAN_NANOS = 1_100_000_000L;

    private final Loop loop;
    private final Runnable again;
    private long[] openedAt; // empty: no bound
    private int opened; // stops counting when all places are used
    private int next;
    private Cancellable timer = Cancellable.NONE;
    private boolean waiting;

    /** {@code again} is run when one more may be opened after it might not. */
    Pace(Loop loop, int perSecond, Runnable again) {
        this.loop = loop;
        this.again = again;
        this.openedAt = new long[perSecond];
    }

    boolean mayOpen() {
        if (opened < openedAt.length || openedAt.length == 0) return true;
        long wait = openedAt[next] + SPAN_NANOS - loop.nanoTime();
        if (wait <= 0) return true;
        if (!waiting) {
            waiting = true;
            timer = loop.schedule(wait, () -> {
                waiting = false;
                again.run();
            });
        }
        return false;
    }

    void opened() {
        if (openedAt.length == 0) return;
        openedAt[next] = loop.nanoTime();
        next = (next + 1) % openedAt.length;
        if (opened < openedAt.length) opened++;
    }

    /** The peer bears any pace. */
    void lift() {
        openedAt = new long[0];
        stop();
    }

    void stop() {
        timer.cancel();
    }
}
