package libp2p.core.wire.sctp;

import libp2p.core.Buf;
import libp2p.core.Rng;
import libp2p.multiformats.Nullable;

/** Asks a silent peer whether it is there (RFC 9260 8.3). */
final class Heartbeat {
    private static final int INFO = 12;
    private static final long NEVER = Long.MAX_VALUE;

    private final SctpSettings settings;
    private final Rng rng;
    private long nextAt; // when the next is due; 0 until time is known
    private long askedAt = NEVER; // when the first that is unanswered was sent
    private long nonce;
    private boolean again; // what is unanswered was sent more than once
    private boolean heard;
    private boolean lost;

    Heartbeat(SctpSettings settings, Rng rng) {
        this.settings = settings;
        this.rng = rng;
    }

    /** The peer has shown itself. */
    void heard() {
        heard = true;
        askedAt = NEVER;
    }

    /** The chunk, if one is due. */
    byte @Nullable [] next(long nowNanos, long rto) {
        if (nextAt == 0 || heard) {
            nextAt = nowNanos + settings.heartbeatNanos();
            heard = false;
        }
        if (nextAt > nowNanos) return null;
        again = askedAt != NEVER;
        if (!again) {
            nonce = rng.nextLong();
            askedAt = nowNanos;
        }
        nextAt = nowNanos + rto;
        Buf b = Format.chunk(Format.HEARTBEAT, 0, INFO);
        return b.putU16(Format.PARAM_HEARTBEAT).putU16(INFO).putI64(nonce).takeAll();
    }

    /** Takes the answer; gives the time of the round trip, or -1 if it tells none. */
    long answered(Buf body, long nowNanos) {
        if (body.size() != INFO || askedAt == NEVER) return -1;
        body.skip(Format.CHUNK);
        if (body.i64() != nonce) return -1;
        long rtt = again ? -1 : nowNanos - askedAt; // else it may be of either
        heard();
        return rtt;
    }

    long deadline() {
        if (heard || nextAt == 0) return NEVER; // the next packet out sets it
        return askedAt == NEVER ? nextAt : Math.min(nextAt, askedAt + settings.heartbeatReplyNanos());
    }

    void expire(long nowNanos) {
        if (askedAt != NEVER && nowNanos - askedAt >= settings.heartbeatReplyNanos()) lost = true;
    }

    boolean isLost() {
        return lost;
    }
}
