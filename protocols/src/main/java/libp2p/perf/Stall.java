package libp2p.perf;

import libp2p.core.Cancellable;
import libp2p.core.Codes;
import libp2p.core.net.Stream;

/** Resets a stream on which nothing moves; on the connection's loop. */
final class Stall {
    private final Stream stream;
    private final long nanos;
    private long moved;
    private long seen;
    private boolean stalled;
    private Cancellable timer = Cancellable.NONE;

    Stall(Stream stream, long nanos) {
        this.stream = stream;
        this.nanos = nanos;
        arm();
    }

    void moved(int n) {
        moved += n;
    }

    /** Whether it was the one to reset the stream. */
    boolean stalled() {
        return stalled;
    }

    void cancel() {
        timer.cancel();
    }

    private void arm() {
        timer = stream.loop().schedule(nanos, () -> {
            if (moved == seen) {
                stalled = true;
                stream.reset(Codes.NONE);
            } else {
                seen = moved;
                arm();
            }
        });
    }
}
