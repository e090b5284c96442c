package libp2p.identify;

import libp2p.core.Buf;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.net.Limits;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.multiformats.Nullable;

/** Reads a peer's messages until it finishes; on the stream's loop. */
final class Receiver implements StreamHandler {
    /** Who hears of the end; on the stream's loop. */
    interface Done {
        /** All was read and is well formed, or a failure says why not. */
        void received(@Nullable Reading reading, @Nullable CloseReason failure);
    }

    private final Reading reading;
    private final long timeoutNanos;
    private final Done done;
    private @Nullable Stream stream;
    private Cancellable timer = Cancellable.NONE;
    private boolean dropped;
    private boolean told;

    Receiver(Limits limits, long timeoutNanos, Done done) {
        reading = new Reading(limits);
        this.timeoutNanos = timeoutNanos;
        this.done = done;
    }

    /** Gives up, now or as soon as it opens. */
    void drop() {
        dropped = true;
        if (stream != null) stream.reset(Codes.NONE);
    }

    @Override
    public void onOpen(Stream on) {
        stream = on;
        if (dropped) on.reset(Codes.NONE);
        else timer = on.loop().schedule(timeoutNanos, () -> on.reset(Codes.NONE));
    }

    @Override
    public void onData(Stream on, Buf data) {
        reading.take(data);
    }

    @Override
    public void onFinish(Stream on) {
        reading.end(on.connection());
        told = true;
        on.finish();
        done.received(reading, null);
    }

    @Override
    public void onClose(@Nullable Stream on, CloseReason reason) {
        timer.cancel();
        stream = null;
        if (!told) done.received(null, reason);
    }
}
