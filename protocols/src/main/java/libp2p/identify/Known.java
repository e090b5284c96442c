package libp2p.identify;

import java.util.ArrayList;
import java.util.List;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.net.Connection;
import libp2p.core.node.Identified;
import libp2p.multiformats.Nullable;

/** What there is to know of one connection; on the node's loop. */
final class Known {
    private static final long MINUTE_NANOS = 60_000_000_000L;

    final Connection connection;
    final List<Callback<? super Identified>> waiting = new ArrayList<>(); // for the question that is out
    boolean speaksPush;
    boolean closed;
    long toldNumber;
    private long minuteFrom;
    private int pushesInMinute;
    @Nullable Receiver question; // that is out
    Cancellable opening = Cancellable.NONE;
    Cancellable timer = Cancellable.NONE;

    Known(Connection connection) {
        this.connection = connection;
    }

    /** Counts a push of the peer, and says whether it may. */
    boolean mayPush(long nowNanos, int perMinuteMax) {
        if (pushesInMinute == 0 || nowNanos - minuteFrom >= MINUTE_NANOS) {
            minuteFrom = nowNanos;
            pushesInMinute = 0;
        }
        return ++pushesInMinute <= perMinuteMax;
    }

    void answer(@Nullable Identified learned, @Nullable CloseReason failure) {
        timer.cancel();
        question = null;
        List<Callback<? super Identified>> told = new ArrayList<>(waiting);
        waiting.clear();
        for (Callback<? super Identified> w : told) w.done(learned, failure);
    }
}
