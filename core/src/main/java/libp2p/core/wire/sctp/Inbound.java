package libp2p.core.wire.sctp;

import java.util.HashMap;
import java.util.Map;
import libp2p.core.Buf;
import libp2p.core.Violation;
import libp2p.multiformats.Nullable;

/**
 * What the peer sends: which numbers have come, what is out of order, and when to acknowledge (RFC 9260 6.2 to 6.9).
 *
 * <p>A fragment is handed over as soon as all before it in its stream was, so that a loss delays one stream only and whole messages are
 * never gathered here. An unordered one goes when all before it have come.
 */
final class Inbound {
    /** Duplicates that one acknowledgement tells of. */
    private static final int DUPLICATES_MAX = 16;

    /** What is taken beyond the window, so that small messages find a way through a full one. */
    private static final int SLACK = 64 * 1024;

    private static final int SACK_HEADER = 16;
    private static final int HELD_LEAST = 64; // places, to begin with
    private static final byte[] HANDED_OVER = {};
    private static final long NEVER = Long.MAX_VALUE;

    /** A chunk that came before others that are still to come; its place alone if it was handed over. */
    private record Held(int flags, int stream, int ssn, int ppid, byte[] data) {}

    /** One stream of the peer's. */
    private static final class Source {
        int nextSsn;
        int nextTsn; // of the message that is being handed over
        boolean inside;
    }

    private final SctpSettings settings;
    private final Association.Events events;
    private final Map<Integer, Source> sources = new HashMap<>();
    private final Map<Integer, Integer> begins = new HashMap<>(); // of held first fragments, by stream and number
    private final Buf view = new Buf(HANDED_OVER);
    private @Nullable Held @Nullable [] held; // by number; nothing while all is in order
    private int heldCount;
    private int heldBytes;
    private int unread; // handed over, and not yet read
    private int cumulative;
    private int highest;
    private final int[] duplicates = new int[DUPLICATES_MAX];
    private int duplicateCount;
    private int packetsUnacknowledged;
    private long ackAt = NEVER;
    private boolean ackNow;
    private int told; // the window that the peer knows of

    Inbound(SctpSettings settings, Association.Events events) {
        this.settings = settings;
        this.events = events;
        this.told = settings.windowMax();
    }

    void begin(int firstTsn) {
        cumulative = firstTsn - 1;
        highest = cumulative;
    }

    int cumulative() {
        return cumulative;
    }

    // ---- DATA

    /** Takes the body of a DATA chunk. */
    void data(int flags, Buf body) {
        int tsn = body.i32();
        int stream = body.u16();
        int ssn = body.u16();
        int ppid = body.i32();
        if (body.isEmpty()) throw new Violation("SCTP data without data");
        if ((flags & Format.IMMEDIATE) != 0) ackNow = true;
        int ahead = tsn - cumulative;
        if (ahead <= 0 || ahead < settings.chunksMax() && at(tsn) != null) {
            if (duplicateCount < DUPLICATES_MAX) duplicates[duplicateCount++] = tsn;
            ackNow = true;
            return;
        }
        if (ahead >= settings.chunksMax() || body.size() > settings.windowMax() + SLACK - heldBytes - unread) {
            ackNow = true; // dropped, and comes again
            return;
        }
        if (Format.before(highest, tsn)) highest = tsn;
        boolean next = ahead == 1 && heldCount == 0;
        if (!next) ackNow = true; // RFC 9260 6.7: at once while there is a gap
        if (deliverable(flags, tsn, stream, ssn)) {
            if (!next) put(tsn, new Held(flags, stream, ssn, ppid, HANDED_OVER));
            deliver(flags, tsn, stream, ssn, ppid, body);
            if (next) {
                cumulative = tsn;
                return;
            }
            follow(flags, tsn, stream);
        } else if (next && (flags & Format.UNORDERED) == 0) {
            throw new Violation("SCTP stream sequence number out of order");
        } else {
            byte[] copy = body.takeAll();
            put(tsn, new Held(flags, stream, ssn, ppid, copy));
            heldBytes += copy.length;
            if ((flags & (Format.BEGIN | Format.UNORDERED)) == Format.BEGIN) begins.put(place(stream, ssn), tsn);
        }
        advance();
    }

    private static int place(int stream, int ssn) {
        return stream << 16 | ssn;
    }

    private @Nullable Held at(int tsn) {
        Held[] h = held;
        return h == null || tsn - cumulative >= h.length ? null : h[tsn & h.length - 1];
    }

    private void put(int tsn, @Nullable Held chunk) {
        Held[] h = held;
        int need = tsn - cumulative;
        if (h == null || need >= h.length) {
            int size = h == null ? HELD_LEAST : h.length;
            while (size <= need) size *= 2;
            Held[] larger = new Held[size];
            if (h != null) for (int k = 1; k < h.length; k++) larger[cumulative + k & size - 1] = h[cumulative + k & h.length - 1];
            h = larger;
            held = h;
        }
        int i = tsn & h.length - 1;
        heldCount += (chunk == null ? 0 : 1) - (h[i] == null ? 0 : 1);
        h[i] = chunk;
        if (heldCount == 0) held = null;
    }

    private Source source(int stream) {
        Source s = sources.get(stream);
        if (s == null) {
            s = new Source();
            sources.put(stream, s);
        }
        return s;
    }

    private boolean deliverable(int flags, int tsn, int stream, int ssn) {
        boolean begin = (flags & Format.BEGIN) != 0;
        if ((flags & Format.UNORDERED) != 0 && tsn != cumulative + 1) return false;
        Source s = sources.get(stream);
        if (s == null) return begin && ((flags & Format.UNORDERED) != 0 || ssn == 0);
        if (!begin) return s.inside && s.nextTsn == tsn;
        return !s.inside && ((flags & Format.UNORDERED) != 0 || ssn == s.nextSsn);
    }

    private void deliver(int flags, int tsn, int stream, int ssn, int ppid, Buf data) {
        Source s = source(stream);
        boolean end = (flags & Format.END) != 0;
        s.inside = !end;
        s.nextTsn = tsn + 1;
        if (end && (flags & Format.UNORDERED) == 0) s.nextSsn = ssn + 1 & 0xffff;
        unread += data.size();
        events.data(stream, ppid, data, (flags & Format.BEGIN) != 0, end);
    }

    /** Hands over what was held for want of that chunk. */
    private void follow(int lastFlags, int lastTsn, int stream) {
        int flags = lastFlags;
        int tsn = lastTsn;
        while (true) {
            Integer next = tsn + 1;
            Source s = source(stream);
            if ((flags & Format.END) != 0) next = begins.get(place(stream, s.nextSsn));
            if (next == null) return;
            Held h = at(next);
            if (h == null || h.data == HANDED_OVER || h.stream != stream || !deliverable(h.flags, next, stream, h.ssn)) return;
            release(next, h);
            flags = h.flags;
            tsn = next;
        }
    }

    private void release(int tsn, Held h) {
        if ((h.flags & (Format.BEGIN | Format.UNORDERED)) == Format.BEGIN) begins.remove(place(h.stream, h.ssn));
        heldBytes -= h.data.length;
        put(tsn, new Held(h.flags, h.stream, h.ssn, h.ppid, HANDED_OVER));
        view.array = h.data;
        view.start = 0;
        view.end = h.data.length;
        deliver(h.flags, tsn, h.stream, h.ssn, h.ppid, view);
    }

    private void advance() {
        while (true) {
            int tsn = cumulative + 1;
            Held h = at(tsn);
            if (h == null) return;
            if (h.data != HANDED_OVER) {
                if (!deliverable(h.flags, tsn, h.stream, h.ssn)) throw new Violation("SCTP stream sequence number out of order");
                release(tsn, h);
                follow(h.flags, tsn, h.stream);
            }
            put(tsn, null);
            cumulative = tsn;
        }
    }

    /** The peer begins those streams anew. */
    void reset(int stream) {
        sources.remove(stream);
    }

    /** The streams of which something is known. */
    int streams() {
        return sources.size();
    }

    // ---- the window

    /** So many of the bytes that were handed over have been read. */
    void read(int n) {
        unread -= n;
        int window = window();
        // RFC 9260 6.2: word of it once there is much more room than the peer knows of
        if (window - told >= settings.windowMax() / 4 && told < settings.windowMax() / 2) ackNow = true;
    }

    private int window() {
        return Math.max(0, settings.windowMax() - heldBytes - unread);
    }

    int windowInitial() {
        return settings.windowMax();
    }

    // ---- acknowledgements

    /** A packet that had data was taken whole. */
    void packetEnds(long nowNanos) {
        packetsUnacknowledged++;
        if (packetsUnacknowledged >= 2) ackNow = true;
        else if (ackAt == NEVER) ackAt = nowNanos + settings.ackDelayNanos();
    }

    /** Acknowledges with the next packet. */
    void acknowledge() {
        ackNow = true;
    }

    long deadline() {
        return ackAt;
    }

    void expire(long nowNanos) {
        if (ackAt <= nowNanos) ackNow = true;
    }

    /** Whether there is something new to tell. */
    boolean mayAcknowledge() {
        return packetsUnacknowledged > 0;
    }

    boolean wantsToAcknowledge() {
        return ackNow;
    }

    /** Appends the SACK (RFC 9260 3.3.4), with as many gaps as there is room for. */
    void acknowledge(Buf packet, int roomMax) {
        ackNow = false;
        ackAt = NEVER;
        packetsUnacknowledged = 0;
        int from = packet.end;
        packet.putU8(Format.SACK).putU8(0).putU16(0).putI32(cumulative);
        told = window();
        packet.putI32(told).putU16(0).putU16(0);
        int most = (roomMax - SACK_HEADER) / 4;
        int gaps = 0;
        if (heldCount > 0) {
            int dupRoom = Math.min(duplicateCount, most / 2);
            int tsn = cumulative + 2;
            while (gaps < most - dupRoom && !Format.before(highest, tsn)) {
                while (at(tsn) == null && !Format.before(highest, tsn)) tsn++;
                if (Format.before(highest, tsn)) break;
                int first = tsn;
                while (tsn - cumulative < settings.chunksMax() && at(tsn) != null) tsn++;
                packet.putU16(first - cumulative).putU16(tsn - 1 - cumulative);
                gaps++;
            }
        }
        int dups = Math.min(duplicateCount, most - gaps);
        for (int i = 0; i < dups; i++) packet.putI32(duplicates[i]);
        duplicateCount = 0;
        int end = packet.end;
        packet.end = from + 2;
        packet.putU16(end - from);
        packet.end = from + SACK_HEADER - 4;
        packet.putU16(gaps).putU16(dups);
        packet.end = end;
    }
}
