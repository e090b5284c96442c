package libp2p.core.wire.sctp;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import libp2p.core.Buf;
import libp2p.core.Violation;
import libp2p.multiformats.Nullable;

/**
 * The reset of streams (RFC 6525): each end resets its outgoing ones, one request at a time. Requests for anything else are denied.
 */
final class Resets {
    /** Streams in one request. */
    private static final int STREAMS_MAX = 256;

    private static final int REQUEST_HEADER = 16;
    private static final int RESPONSE = 12;
    private static final long NEVER = Long.MAX_VALUE;

    // Results, RFC 6525 4.4.
    private static final int NOTHING = 0;
    private static final int PERFORMED = 1;
    private static final int DENIED = 2;
    private static final int BAD_NUMBER = 5;
    private static final int IN_PROGRESS = 6;

    private final Outbound outbound;
    private final Inbound inbound;
    private final Association.Events events;
    private final LinkedHashSet<Integer> wanted = new LinkedHashSet<>();
    private int @Nullable [] asked; // streams of the request under way
    private byte @Nullable [] request;
    private int number; // of our next request
    private long againAt = NEVER;
    private int timeouts;
    private int peerNumber; // of the peer's next request
    private int lastResult = NOTHING;
    private int @Nullable [] deferred; // streams that the peer resets once all is here; none for all
    private int deferredTsn;
    private int deferredNumber;

    Resets(Outbound outbound, Inbound inbound, Association.Events events, int firstTsn) {
        this.outbound = outbound;
        this.inbound = inbound;
        this.events = events;
        this.number = firstTsn;
    }

    void begin(int peerFirstTsn) {
        peerNumber = peerFirstTsn;
    }

    int timeouts() {
        return timeouts;
    }

    /** Resets an outgoing stream once all its messages have numbers. */
    void want(int stream) {
        wanted.add(stream);
    }

    // ---- ours

    /** The next request, as a chunk, if there is one to be sent now. */
    byte @Nullable [] next(long nowNanos, long rto) {
        byte[] again = request;
        if (again != null) {
            if (againAt > nowNanos) return null;
            timeouts++;
            againAt = nowNanos + rto;
            return again;
        }
        if (wanted.isEmpty()) return null;
        List<Integer> ready = new ArrayList<>();
        for (Integer s : wanted) {
            if (outbound.isFlushed(s)) ready.add(s);
            if (ready.size() == STREAMS_MAX) break;
        }
        if (ready.isEmpty()) return null;
        int[] streams = new int[ready.size()];
        int size = REQUEST_HEADER + 2 * streams.length;
        Buf b = Format.chunk(Format.RE_CONFIG, 0, Format.padded(size));
        b.putU16(Format.PARAM_RESET_OUTGOING).putU16(size).putI32(number).putI32(peerNumber - 1).putI32(outbound.lastTsn());
        for (int i = 0; i < streams.length; i++) {
            streams[i] = ready.get(i);
            wanted.remove(ready.get(i));
            b.putU16(streams[i]);
        }
        Format.pad(b);
        asked = streams;
        byte[] made = b.takeAll();
        request = made;
        againAt = nowNanos + rto;
        timeouts = 0;
        return made;
    }

    long deadline() {
        return request == null ? NEVER : againAt;
    }

    private void response(int of, int result) {
        int[] streams = asked;
        if (streams == null || of != number) return; // of an earlier one
        timeouts = 0;
        if (result == IN_PROGRESS) return; // asked again in time
        request = null;
        asked = null;
        againAt = NEVER;
        number++;
        for (int s : streams) {
            if (result == PERFORMED || result == NOTHING) outbound.reset(s);
            events.resetDone(s);
        }
    }

    // ---- the peer's

    /** Takes the parameters of a RE-CONFIG chunk; gives the response to send, as a chunk, or null. */
    byte @Nullable [] received(Buf body) {
        byte[] response = null;
        while (body.size() >= Format.CHUNK) {
            int type = body.u16();
            int size = body.u16();
            if (size < Format.CHUNK || size - Format.CHUNK > body.size()) throw new Violation("SCTP parameter is cut short");
            Buf p = body.slice(size - Format.CHUNK);
            body.skip(Math.min(body.size(), Format.padded(size) - size));
            if (type == Format.PARAM_RESET_RESPONSE) {
                response(p.i32(), p.i32());
            } else if (type >= Format.PARAM_RESET_OUTGOING && type <= Format.PARAM_ADD_STREAMS_INCOMING) {
                int of = p.i32();
                response = answer(of, type == Format.PARAM_RESET_OUTGOING ? outgoing(of, p) : numbered(of, DENIED));
            }
        }
        return response;
    }

    private int numbered(int of, int result) {
        if (of == peerNumber - 1) return lastResult; // it did not hear us
        if (of != peerNumber) return BAD_NUMBER;
        peerNumber++;
        lastResult = result;
        return result;
    }

    private int outgoing(int of, Buf p) {
        p.i32(); // of our request, if it answers one
        int lastTsn = p.i32();
        if (of != peerNumber) return numbered(of, NOTHING);
        int[] streams = new int[p.size() / 2];
        for (int i = 0; i < streams.length; i++) streams[i] = p.u16();
        if (Format.before(inbound.cumulative(), lastTsn)) { // RFC 6525 5.2.2 E2: not before all is here
            deferred = streams;
            deferredTsn = lastTsn;
            deferredNumber = of;
            return IN_PROGRESS;
        }
        perform(streams);
        return numbered(of, PERFORMED);
    }

    private void perform(int[] streams) {
        deferred = null;
        for (int s : streams) {
            inbound.reset(s);
            events.peerReset(s);
        }
    }

    /** More has come; performs what waited for that, and gives the response to send, or null. */
    byte @Nullable [] advanced() {
        int[] streams = deferred;
        if (streams == null || Format.before(inbound.cumulative(), deferredTsn)) return null;
        int of = deferredNumber;
        perform(streams);
        return answer(of, numbered(of, PERFORMED));
    }

    private static byte[] answer(int of, int result) {
        Buf b = Format.chunk(Format.RE_CONFIG, 0, RESPONSE);
        return b.putU16(Format.PARAM_RESET_RESPONSE).putU16(RESPONSE).putI32(of).putI32(result).takeAll();
    }
}
