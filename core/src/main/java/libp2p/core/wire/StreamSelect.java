package libp2p.core.wire;

import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.function.Supplier;
import libp2p.core.Buf;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.Violation;
import libp2p.core.net.BaseStream;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.multiformats.Nullable;

/**
 * Protocol selection on a multiplexed stream, as the stream's first handler, which then hands it over to the application's.
 *
 * <p>Each handler is for one stream, which must be a {@link BaseStream}. How long it may take is for the caller to bound.
 */
public final class StreamSelect {
    private static final int ROOM = 64;
    private static final byte[] NOTHING = {};

    private StreamSelect() {}

    /**
     * The handler to open a stream with, so that {@code app} gets it under the first of the ids that the peer speaks.
     *
     * <p>If they do not agree, {@code app} hears only {@code onClose(null, UNSUPPORTED)}; if the stream ends before,
     * {@code onClose(null, why)}.
     *
     * @param protocols what to propose, by preference; at least one
     * @param optimistic propose the first id only and hand over at once, as if the peer had agreed; if it has not, {@code app} hears
     *     {@code onClose(stream, UNSUPPORTED)} later
     * @param messagesMax how many messages the peer may send
     */
    public static StreamHandler propose(List<String> protocols, boolean optimistic, int messagesMax, StreamHandler app) {
        List<String> proposed = optimistic && protocols.size() > 1 ? List.of(protocols.get(0)) : protocols;
        return new Proposal(proposed, optimistic, messagesMax, app);
    }

    /**
     * The handler for one stream that the peer opened. A stream that ends before a protocol is agreed on is reset, and nobody hears of it.
     *
     * @param speaks whether we answer an id
     * @param list what to answer to {@code ls}
     * @param find gives the handler under the id agreed on; null, or a Violation thrown, resets the stream
     * @param messagesMax how many messages the peer may send
     */
    public static StreamHandler answer(
            Predicate<String> speaks, Supplier<List<String>> list,
            BiFunction<Stream, String, @Nullable StreamHandler> find, int messagesMax) {
        return new Answer(new Multistream.Responder(speaks, list, messagesMax), find);
    }

    private static CloseReason unsupported(String detail) {
        return CloseReason.of(CloseReason.Kind.UNSUPPORTED, Codes.PROTOCOL_NEGOTIATION_FAILED, detail);
    }

    /** What both sides share: an outbox, and a handover once both the decision is made and the outbox is empty. */
    private abstract static class Negotiation implements StreamHandler {
        private @Nullable Buf out; // while something waits to be sent
        private @Nullable String chosen;
        private @Nullable StreamHandler next;

        final Buf out() {
            Buf o = out;
            if (o == null) {
                o = new Buf(ROOM);
                out = o;
            }
            return o;
        }

        final boolean decided() {
            return next != null;
        }

        final @Nullable StreamHandler next() {
            return next;
        }

        final void decide(String id, StreamHandler handler) {
            chosen = id;
            next = handler;
        }

        /** Sends what there is to send; what was decided takes effect once that is done. Says whether it did. */
        final boolean proceed(Stream stream) {
            Buf o = out;
            if (o != null) {
                stream.write(o);
                if (!o.isEmpty()) return false;
                out = null;
            }
            StreamHandler handler = next;
            if (handler == null) return false;
            stream.handler(chosen, handler);
            return true;
        }

        @Override
        public void onWritable(Stream stream) {
            proceed(stream);
        }
    }

    private static final class Proposal extends Negotiation implements BaseStream.Filter {
        private final Multistream.Initiator machine;
        private final boolean optimistic;
        private final String first;
        private final StreamHandler app;

        Proposal(List<String> protocols, boolean optimistic, int messagesMax, StreamHandler app) {
            machine = new Multistream.Initiator(protocols, messagesMax);
            first = protocols.get(0);
            this.optimistic = optimistic;
            this.app = app;
        }

        @Override
        public void onOpen(Stream stream) {
            machine.begin(out());
            if (optimistic) decide(first, app);
            advance(stream);
        }

        @Override
        public void onWritable(Stream stream) {
            advance(stream);
        }

        private void advance(Stream stream) {
            if (proceed(stream) && optimistic) ((BaseStream) stream).filter(this);
        }

        @Override
        public void onData(Stream stream, Buf data) {
            if (decided()) return; // for the one that it is handed to
            String id = step((BaseStream) stream, data);
            if (id != null) decide(id, app);
            advance(stream);
        }

        @Override
        public boolean take(Stream stream, Buf data) {
            return step((BaseStream) stream, data) != null;
        }

        private @Nullable String step(BaseStream stream, Buf data) {
            try {
                return machine.step(data, optimistic ? new Buf(NOTHING) : out()); // of the only id nothing more is said
            } catch (Violation v) {
                stream.abort(unsupported(String.valueOf(v.getMessage())));
                return null;
            }
        }

        @Override
        public void onFinish(Stream stream) {
            if (!decided()) ((BaseStream) stream).abort(unsupported("the peer finished before it agreed on a protocol"));
        }

        @Override
        public void onStop(Stream stream, long code) {
            ((BaseStream) stream).abort(unsupported("the peer stopped reading before it agreed on a protocol"));
        }

        @Override
        public void onClose(@Nullable Stream stream, CloseReason reason) {
            app.onClose(null, reason);
        }
    }

    private static final class Answer extends Negotiation {
        private final Multistream.Responder machine;
        private final BiFunction<Stream, String, @Nullable StreamHandler> find;

        Answer(Multistream.Responder machine, BiFunction<Stream, String, @Nullable StreamHandler> find) {
            this.machine = machine;
            this.find = find;
        }

        @Override
        public void onData(Stream stream, Buf data) {
            if (decided()) return;
            String id = machine.step(data, out());
            if (id != null) {
                StreamHandler found = find.apply(stream, id);
                if (found == null) throw new Violation("nobody takes " + id, Codes.PROTOCOL_NEGOTIATION_FAILED);
                decide(id, found);
            }
            proceed(stream);
        }

        @Override
        public void onFinish(Stream stream) {
            if (!decided()) stream.reset(Codes.NONE);
        }

        @Override
        public void onStop(Stream stream, long code) {
            stream.reset(Codes.NONE);
        }

        @Override
        public void onClose(@Nullable Stream stream, CloseReason reason) {
            StreamHandler found = next();
            if (found != null) found.onClose(stream, reason);
        }
    }
}
