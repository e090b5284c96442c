package libp2p.core.wire.yamux;

import libp2p.core.Cancellable;
import libp2p.core.Loop;

/** The pings we send: at the start and from time to time, to learn the round-trip time and whether the peer is still there. */
final class RoundTrip {
    private final Loop loop;
    private final YamuxSession session;
    private final long everyNanos;
    private final long replyNanos;
    private Cancellable timer = Cancellable.NONE;
    private int number;
    private boolean pending;
    private boolean heard; // something, since we last looked
    private long sentAt;
    private long nanos;

    RoundTrip(YamuxSession session, long everyNanos, long replyNanos) {
        this.session = session;
        this.loop = session.loop();
        this.everyNanos = everyNanos;
        this.replyNanos = replyNanos;
    }

    /** The smoothed round-trip time; 0 while unknown. */
    long nanos() {
        return nanos;
    }

    /** Sends a ping, and looks later whether it was answered. */
    void ping() {
        pending = true;
        heard = false;
        number++;
        sentAt = loop.nanoTime();
        session.sendPing(number);
        if (everyNanos > 0) timer = loop.schedule(replyNanos, this::look);
    }

    /** Something arrived: the peer lives. */
    void heard() {
        heard = true;
    }

    /** A ping was answered. */
    void answered(int value) {
        if (!pending || value != number) return;
        pending = false;
        long sample = loop.nanoTime() - sentAt;
        nanos = nanos == 0 ? sample : nanos / 2 + sample / 2;
        if (everyNanos == 0) return;
        timer.cancel();
        timer = loop.schedule(everyNanos, this::ping);
    }

    private void look() {
        // An answer may lie behind much data; as long as that comes, the peer is there.
        if (heard) {
            heard = false;
            timer = loop.schedule(replyNanos, this::look);
        } else {
            session.silent();
        }
    }

    void stop() {
        timer.cancel();
    }
}
