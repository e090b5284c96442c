package libp2p.gossipsub;

import libp2p.core.Buf;

/** The numbers of our messages: they grow, and are about the time in nanoseconds since 1970, as go-libp2p-pubsub's are. */
final class Seqno {
    private static final long NANOS = 1_000_000L;
    private static final long AHEAD_NANOS_MAX = 60_000_000_000L; // clocks differ

    private long last;

    byte[] next(long epochMillis) {
        last = Math.max(last + 1, epochMillis * NANOS);
        return new Buf(8).putI64(last).array;
    }

    /** Whether a message's number says that it is older than that, or from the future. */
    static boolean isExpired(Message m, long ageNanosMax, long epochMillis) {
        byte[] seqno = m.seqnoBytes();
        if (seqno == null || seqno.length != 8) return true;
        long at = new Buf(seqno).i64();
        long age = epochMillis * NANOS - at;
        return at < 0 || age > ageNanosMax || age < -AHEAD_NANOS_MAX;
    }
}
