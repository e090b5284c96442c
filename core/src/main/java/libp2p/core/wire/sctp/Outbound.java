package libp2p.core.wire.sctp;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import libp2p.core.Buf;
import libp2p.core.Violation;
import libp2p.multiformats.Nullable;

/**
 * What we send: messages that wait, chunks under way, and what acknowledgements say of them (RFC 9260 6.1, 6.3, 7).
 *
 * <p>Streams take turns by whole messages. A message is begun only if all of it fits the peer's window, so that one that was given up
 * never stands in the way for long; the last of the window is kept for small ones, which end streams.
 */
final class Outbound {
    private static final long NEVER = Long.MAX_VALUE;
    private static final int RING_LEAST = 16;
    private static final int SMALL = 64; // a message that only carries a flag
    private static final int WINDOW_RESERVE = 1024;
    private static final int LEAST_FRAGMENT = 256;
    private static final int MISSES = 3; // RFC 9260 7.2.4

    private static final class Sink {
        final int id;
        final ArrayDeque<Message> waiting = new ArrayDeque<>();
        int ssn;
        boolean queued;

        Sink(int id) {
            this.id = id;
        }
    }

    private static final class Message {
        final Sink sink;
        final int ppid;
        final byte[] bytes;
        int at;
        int ssn;

        Message(Sink sink, int ppid, byte[] bytes) {
            this.sink = sink;
            this.ppid = ppid;
            this.bytes = bytes;
        }
    }

    private static final class Chunk {
        final Message of;
        final int at;
        final int size;
        final int flags;
        long sentAt;
        int misses;
        boolean acked;
        boolean marked; // to be sent again
        boolean again; // was sent more than once
        boolean fast; // was retransmitted fast

        Chunk(Message of, int at, int size, int flags) {
            this.of = of;
            this.at = at;
            this.size = size;
            this.flags = flags;
        }
    }

    private final SctpSettings settings;
    private final Map<Integer, Sink> sinks = new HashMap<>();
    private final ArrayDeque<Sink> turns = new ArrayDeque<>();
    private @Nullable Chunk[] ring = new Chunk[RING_LEAST]; // by number; those under way
    private final Congestion congestion;
    private final Rto rto;
    private @Nullable Message current;
    private int nextTsn;
    private int cumulative; // the last that is acknowledged with all before
    private int buffered; // bytes that wait or are under way
    private int outstanding; // under way, as far as is known
    private int marked;
    private int window; // of the peer's, as it last said
    private boolean freePacket; // RFC 9260 7.2.4 (3): the first packet of a fast retransmission needs no window
    private int measured;
    private boolean measuring;
    private long retransmitAt = NEVER;
    private long probeAt = NEVER; // of a window that is closed
    private int probes;
    private boolean probe;
    private int timeouts; // in a row

    Outbound(SctpSettings settings, int firstTsn) {
        this.settings = settings;
        this.nextTsn = firstTsn;
        this.cumulative = firstTsn - 1;
        this.congestion = new Congestion(settings);
        this.rto = new Rto(settings);
    }

    void begin(int peerWindow) {
        window = peerWindow;
    }

    // ---- messages

    int room() {
        return Math.max(0, settings.sendBufferMax() - buffered);
    }

    /** Whether nothing waits and nothing is under way. */
    boolean isIdle() {
        return current == null && turns.isEmpty() && nextTsn == cumulative + 1;
    }

    int lastTsn() {
        return nextTsn - 1;
    }

    int timeouts() {
        return timeouts;
    }

    void send(int stream, int ppid, byte[] message) {
        Sink s = sinks.get(stream);
        if (s == null) {
            s = new Sink(stream);
            sinks.put(stream, s);
        }
        s.waiting.add(new Message(s, ppid, message));
        buffered += message.length;
        queue(s);
    }

    private void queue(Sink s) {
        if (s.queued || s.waiting.isEmpty()) return;
        s.queued = true;
        turns.add(s);
    }

    /** Forgets the messages of a stream that were not begun. */
    void discard(int stream) {
        Sink s = sinks.get(stream);
        if (s == null) return;
        for (Message m : s.waiting) buffered -= m.bytes.length;
        s.waiting.clear();
        if (s.queued) turns.remove(s);
        s.queued = false;
    }

    /** Whether all messages of a stream have their numbers, so that it may be reset. */
    boolean isFlushed(int stream) {
        Sink s = sinks.get(stream);
        Message m = current;
        return s == null || s.waiting.isEmpty() && (m == null || m.sink != s);
    }

    /** The stream begins anew. */
    void reset(int stream) {
        Sink s = sinks.get(stream);
        if (s == null) return;
        s.ssn = 0;
        if (s.waiting.isEmpty()) sinks.remove(stream);
    }

    // ---- sending

    /** Whether there is a chunk that may go now. */
    boolean wantsToSend() {
        boolean may = outstanding < congestion.window() || freePacket;
        if (marked > 0) return may;
        return outstanding < congestion.window() && nextTsn - cumulative < settings.chunksMax() && (current != null || mayBegin());
    }

    /** Whether the next message in turn fits the peer's window. */
    private boolean mayBegin() {
        Sink s = turns.peek();
        if (s == null) return false;
        Message m = s.waiting.peek();
        if (m == null) throw new IllegalStateException("a turn without a message");
        int size = m.bytes.length;
        int free = window - outstanding;
        return probe || size + (size > SMALL ? WINDOW_RESERVE : 0) <= free;
    }

    /** Appends DATA chunks to a packet as far as they may go and fit. */
    void fill(Buf packet, long nowNanos) {
        if (marked > 0) again(packet, nowNanos);
        while (marked == 0 && outstanding < congestion.window() && nextTsn - cumulative < settings.chunksMax()) {
            Message m = current;
            int room = settings.packetMax() - packet.size() - Format.DATA_HEADER;
            if (room < LEAST_FRAGMENT) break;
            if (m == null) {
                m = next();
                if (m == null) break;
            }
            int left = m.bytes.length - m.at;
            int n = Math.min(left, room);
            int flags = (m.at == 0 ? Format.BEGIN : 0) | (n == left ? Format.END : 0);
            Chunk c = new Chunk(m, m.at, n, flags);
            if (nextTsn - cumulative >= ring.length) grow();
            int tsn = nextTsn++;
            ring[tsn & ring.length - 1] = c;
            m.at += n;
            if (n == left) {
                current = null;
                queue(m.sink);
            }
            put(packet, tsn, c, nowNanos);
            if (!measuring) {
                measuring = true;
                measured = tsn;
            }
            if (retransmitAt == NEVER) retransmitAt = nowNanos + rto.nanos();
        }
    }

    /** Nothing can go now: if that is for want of the peer's window, it is tried in time (RFC 9260 6.1 A). */
    void rest(long nowNanos) {
        if (retransmitAt != NEVER || probeAt != NEVER || current != null || turns.isEmpty() || mayBegin()) return;
        probeAt = nowNanos + rto.backedOff(probes);
    }

    private void grow() {
        Chunk[] larger = new Chunk[ring.length * 2];
        for (int tsn = cumulative + 1; Format.before(tsn, nextTsn); tsn++) larger[tsn & larger.length - 1] = chunk(tsn);
        ring = larger;
    }

    private @Nullable Message next() {
        if (!mayBegin()) return null;
        probe = false;
        probeAt = NEVER;
        Sink s = turns.poll();
        Message m = s == null ? null : s.waiting.poll();
        if (s == null || m == null) return null;
        s.queued = false;
        m.ssn = s.ssn;
        s.ssn = s.ssn + 1 & 0xffff;
        current = m;
        return m;
    }

    private void put(Buf packet, int tsn, Chunk c, long nowNanos) {
        packet.putU8(Format.DATA).putU8(c.flags).putU16(Format.DATA_HEADER + c.size);
        packet.putI32(tsn).putU16(c.of.sink.id).putU16(c.of.ssn).putI32(c.of.ppid);
        packet.put(c.of.bytes, c.at, c.size);
        Format.pad(packet);
        c.sentAt = nowNanos;
        outstanding += c.size;
    }

    /** Those that are marked, lowest number first. */
    private void again(Buf packet, long nowNanos) {
        boolean first = true;
        for (int tsn = cumulative + 1; marked > 0 && Format.before(tsn, nextTsn); tsn++) {
            Chunk c = chunk(tsn);
            if (!c.marked) continue;
            boolean fits = packet.size() + Format.DATA_HEADER + Format.padded(c.size) <= settings.packetMax();
            if (!fits || outstanding >= congestion.window() && !freePacket) break;
            c.marked = false;
            c.again = true;
            c.misses = 0;
            marked--;
            put(packet, tsn, c, nowNanos);
            if (measuring && measured == tsn) measuring = false;
            if (first && tsn == cumulative + 1 || retransmitAt == NEVER) retransmitAt = nowNanos + rto.nanos();
            first = false;
        }
        freePacket = false;
    }

    private Chunk chunk(int tsn) {
        Chunk c = ring[tsn & ring.length - 1];
        if (c == null) throw new IllegalStateException("no chunk " + tsn);
        return c;
    }

    // ---- acknowledgements

    /** Takes the body of a SACK; true if it acknowledged something new. */
    boolean acknowledged(Buf body, long nowNanos) {
        int cum = body.i32();
        int peerWindow = (int) Math.min(Integer.MAX_VALUE, body.u32());
        int gaps = body.u16();
        int dups = body.u16();
        if (gaps * 4 + dups * 4 > body.size()) throw new Violation("SCTP acknowledgement is cut short");
        if (!Format.before(cum, nextTsn)) throw new Violation("SCTP acknowledgement of what was not sent");
        if (Format.before(cum, cumulative)) return false; // an old one that was overtaken
        int before = outstanding;
        int total = buffered;
        boolean moved = cum != cumulative;
        int acked = moved ? advance(cum, nowNanos) : 0;
        int highestNew = cumulative;
        int last = 0;
        for (int i = 0; i < gaps; i++) {
            int from = body.u16();
            int to = body.u16();
            if (from <= last || to < from) break; // no honest peer's
            last = to;
            for (int tsn = cumulative + from; tsn - (cumulative + to) <= 0 && Format.before(tsn, nextTsn); tsn++) {
                Chunk c = chunk(tsn);
                if (c.acked) continue;
                acked += taken(tsn, c, nowNanos);
                highestNew = tsn;
            }
        }
        window = peerWindow;
        if (window > 0) probes = 0; // else what the peer takes of it only fills it more
        if (acked > 0 || moved || window == 0) timeouts = 0; // a peer whose window is closed is not silent (RFC 9260 6.1)
        congestion.reached(cumulative);
        if (moved) congestion.acknowledged(acked, before);
        if (last > 0) missing(congestion.isRecovering() && moved ? cumulative + last : highestNew);
        if (moved) retransmitAt = nextTsn == cumulative + 1 ? NEVER : nowNanos + rto.nanos();
        if (retransmitAt == NEVER && probeAt != NEVER && (turns.isEmpty() || mayBegin())) probeAt = NEVER;
        return moved || buffered != total;
    }

    private int advance(int cum, long nowNanos) {
        int acked = 0;
        while (Format.before(cumulative, cum)) {
            int tsn = ++cumulative;
            Chunk c = chunk(tsn);
            if (!c.acked) acked += taken(tsn, c, nowNanos);
            buffered -= c.size;
            ring[tsn & ring.length - 1] = null;
        }
        Chunk head = cumulative + 1 == nextTsn ? null : chunk(cumulative + 1);
        if (head != null && head.acked) { // the peer has dropped it again (RFC 9260 6.2.1 D iii)
            head.acked = false;
            mark(head);
        }
        return acked;
    }

    private void mark(Chunk c) {
        if (c.marked) return;
        c.marked = true;
        marked++;
    }

    private int taken(int tsn, Chunk c, long nowNanos) {
        c.acked = true;
        if (c.marked) {
            c.marked = false;
            marked--;
        } else {
            outstanding -= c.size;
        }
        if (measuring && measured == tsn) {
            measuring = false;
            if (!c.again) rto.measured(nowNanos - c.sentAt);
        }
        return c.size;
    }

    /** What an acknowledgement has passed over is missing once more (RFC 9260 7.2.4). */
    private void missing(int highest) {
        boolean lost = false;
        for (int tsn = cumulative + 1; Format.before(tsn, highest); tsn++) {
            if (!Format.before(tsn, nextTsn)) break;
            Chunk c = chunk(tsn);
            if (c.acked || c.marked || c.fast || ++c.misses < MISSES) continue;
            c.fast = true;
            outstanding -= c.size;
            mark(c);
            lost = true;
        }
        if (lost && congestion.lost(nextTsn - 1)) freePacket = true;
    }

    // ---- time

    long deadline() {
        return Math.min(retransmitAt, probeAt);
    }

    Rto rto() {
        return rto;
    }

    void expire(long nowNanos) {
        if (probeAt <= nowNanos) {
            probeAt = NEVER;
            probe = true;
            probes++;
        }
        if (retransmitAt <= nowNanos) timeout();
    }

    /** RFC 9260 6.3.3 and 7.2.3. */
    private void timeout() {
        timeouts++;
        rto.expired();
        congestion.timedOut();
        measuring = false;
        retransmitAt = NEVER; // runs again with the first that is sent
        for (int tsn = cumulative + 1; Format.before(tsn, nextTsn); tsn++) {
            Chunk c = chunk(tsn);
            c.fast = false;
            c.misses = 0;
            if (c.acked || c.marked) continue;
            outstanding -= c.size;
            mark(c);
        }
    }
}
