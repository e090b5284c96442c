package libp2p.core.node;

import java.util.List;
import libp2p.core.Buf;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.Violation;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Connection;
import libp2p.core.net.OpenOptions;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.multiformats.Nullable;

/**
 * One question, one answer: the shape of most libp2p protocols, both sides of it.
 *
 * <p>A protocol owns one, hands out its {@link #accept}, and says {@link Protocol#onConnectionLoop}: messages are decoded and encoded on
 * the connection's loop, questions answered and answers heard on the node's. A peer may ask several questions on one stream; the next is
 * read when the last is answered and the answer taken. Ours take a stream each, half-closed after the question.
 *
 * @param <Q> an immutable question
 * @param <A> an immutable answer
 */
public final class Requests<Q, A> {

    /** How a protocol answers. */
    public interface Answerer<Q, A> {
        /**
         * Answers a question that came on the stream, through {@code done}, at once or later, on the node's loop.
         *
         * <p>A failure resets the stream with its code. The stream's facts may be looked at; nothing else of it may be used here.
         */
        void answer(Stream stream, Q question, Callback<? super A> done);
    }

    /**
     * The bounds.
     *
     * @param askNanos from {@link #ask} to the whole answer, connecting included
     * @param idleNanos how long a peer's stream may wait for a whole question, for our answer, or for the peer to take it
     * @param asksMax questions of ours without an answer yet, to all peers together
     */
    public record Params(long askNanos, long idleNanos, int asksMax) {
        /** 10 s to answer, 60 s between questions, 1024 questions. */
        public static final Params DEFAULT = new Params(10_000_000_000L, 60_000_000_000L, 1024);
    }

    private final Node node;
    private final Codec<Q> questions;
    private final Codec<A> answers;
    private final Answerer<Q, A> answerer;
    private final Params params;
    private int asks; // on the node's loop

    /** Requests of a node that has started. */
    public Requests(Node node, Codec<Q> questions, Codec<A> answers, Params params, Answerer<Q, A> answerer) {
        this.node = node;
        this.questions = questions;
        this.answers = answers;
        this.params = params;
        this.answerer = answerer;
    }

    /** The handler of a peer's stream; on the connection's loop. */
    public StreamHandler accept() {
        return new Inbound();
    }

    /** Asks a peer under the first of the ids that it speaks, connecting if need be; from and back on the node's loop. */
    public Cancellable ask(PeerId peer, List<String> ids, OpenOptions options, Q question, Callback<? super A> done) {
        Ask ask = new Ask(ids, options, question, done);
        if (!ask.begin()) return Cancellable.NONE;
        for (Connection c : node.connections(peer)) {
            if (c.limited() && !options.allowLimited()) continue;
            ask.open(c);
            return ask;
        }
        ask.under = node.connect(peer, (c, failure) -> {
            if (c != null) ask.open(c);
            else ask.settle(null, failure);
        });
        return ask;
    }

    /** Asks the peer of a connection; from and back on the node's loop. */
    public Cancellable ask(Connection connection, List<String> ids, OpenOptions options, Q question, Callback<? super A> done) {
        Ask ask = new Ask(ids, options, question, done);
        if (!ask.begin()) return Cancellable.NONE;
        ask.open(connection);
        return ask;
    }

    private void onNodeLoop(Runnable task) {
        if (node.loop().isCurrent()) task.run();
        else node.loop().execute(task);
    }

    /** A stream that a peer asks on; on the connection's loop. */
    private final class Inbound implements StreamHandler {
        private final Frames frames = new Frames(questions.sizeMax());
        private Cancellable idle = Cancellable.NONE;
        private boolean answering;
        private @Nullable Buf answer; // what is not written yet
        private boolean finished;
        private boolean draining;
        private boolean closed;
        private int asked;

        @Override
        public void onOpen(Stream stream) {
            await(stream);
        }

        @Override
        public void onData(Stream stream, Buf data) {
            if (answering) return;
            Buf frame = frames.next(data);
            if (frame == null) return;
            node.observer().message(stream.connection(), stream.protocol(), true, Frames.whole(frame.size()));
            Q question = questions.read(frame);
            answering = true;
            int number = ++asked;
            await(stream);
            onNodeLoop(() -> answerer.answer(
                    stream, question, (a, failure) -> stream.loop().execute(() -> answered(stream, number, a, failure))));
        }

        @Override
        public void onWritable(Stream stream) {
            flush(stream);
        }

        @Override
        public void onFinish(Stream stream) {
            if (frames.begun()) throw new Violation("the peer finished within a question");
            finished = true;
            if (!answering) stream.finish();
        }

        @Override
        public void onDrain(Stream stream) {
            draining = true;
            if (!answering && !frames.begun()) stream.reset(Codes.SHUTDOWN);
        }

        @Override
        public void onClose(@Nullable Stream stream, CloseReason reason) {
            idle.cancel();
            closed = true;
            answer = null;
        }

        private void answered(Stream stream, int number, @Nullable A value, @Nullable CloseReason failure) {
            if (closed || !answering || answer != null || number != asked) return;
            if (failure != null || value == null) {
                stream.reset(failure == null ? Codes.NONE : failure.code());
                return;
            }
            Buf frame = answers.frame(value);
            answer = frame;
            node.observer().message(stream.connection(), stream.protocol(), false, frame.size());
            await(stream);
            flush(stream);
        }

        private void flush(Stream stream) {
            Buf rest = answer;
            if (rest == null) return;
            stream.write(rest);
            if (!rest.isEmpty()) return;
            answer = null;
            answering = false;
            await(stream);
            if (finished || draining) stream.finish();
            else stream.read();
        }

        private void await(Stream stream) {
            idle.cancel();
            idle = stream.loop().schedule(params.idleNanos, () -> stream.reset(Codes.NONE));
        }
    }

    /** A question of ours: {@code settled} to {@code under} live on the node's loop, the rest on the connection's. */
    private final class Ask implements StreamHandler, Cancellable {
        private final List<String> ids;
        private final OpenOptions options;
        private final Q question;
        private final Callback<? super A> done;
        private boolean settled;
        private Cancellable timer = NONE;
        private @Nullable Connection connection;
        private Cancellable under = NONE; // a connect or an open
        private final Frames frames = new Frames(answers.sizeMax());
        private @Nullable Stream stream;
        private @Nullable Buf rest;
        private boolean over;

        Ask(List<String> ids, OpenOptions options, Q question, Callback<? super A> done) {
            this.ids = ids;
            this.options = options;
            this.question = question;
            this.done = done;
        }

        // ---- on the node's loop

        boolean begin() {
            if (asks >= params.asksMax) {
                CloseReason full = CloseReason.of(CloseReason.Kind.REFUSED, Codes.RESOURCE_LIMIT_EXCEEDED, asks + " questions are waiting");
                node.loop().execute(() -> done.done(null, full));
                return false;
            }
            asks++;
            timer = node.loop().schedule(params.askNanos, () -> giveUp(CloseReason.of(CloseReason.Kind.TIMED_OUT, "no answer in time")));
            return true;
        }

        void open(Connection to) {
            if (settled) return;
            connection = to;
            under = to.open(ids, options, this);
        }

        void settle(@Nullable A answer, @Nullable CloseReason failure) {
            if (settled) return;
            settled = true;
            timer.cancel();
            asks--;
            done.done(answer, failure);
        }

        private void giveUp(CloseReason reason) {
            if (settled) return;
            under.cancel();
            Connection c = connection;
            if (c != null) c.loop().execute(this::drop);
            settle(null, reason);
        }

        @Override
        public void cancel() {
            node.loop().execute(() -> giveUp(CloseReason.CANCELLED));
        }

        // ---- on the connection's loop

        private void drop() {
            over = true;
            Stream s = stream;
            if (s != null) s.reset(Codes.NONE);
        }

        private void report(@Nullable A answer, @Nullable CloseReason failure) {
            if (over) return;
            over = true;
            node.loop().execute(() -> settle(answer, failure));
        }

        @Override
        public void onOpen(Stream opened) {
            stream = opened;
            if (over) {
                opened.reset(Codes.NONE);
                return;
            }
            Buf frame = questions.frame(question);
            rest = frame;
            node.observer().message(opened.connection(), opened.protocol(), false, frame.size());
            onWritable(opened);
        }

        @Override
        public void onWritable(Stream opened) {
            Buf b = rest;
            if (b == null) return;
            opened.write(b);
            if (!b.isEmpty()) return;
            rest = null;
            opened.finish();
        }

        @Override
        public void onData(Stream opened, Buf data) {
            Buf frame = frames.next(data);
            if (frame == null) return;
            node.observer().message(opened.connection(), opened.protocol(), true, Frames.whole(frame.size()));
            report(answers.read(frame), null);
            if (rest != null) opened.reset(Codes.NONE); // answered before it was asked in full
            else opened.stop(Codes.NONE);
        }

        @Override
        public void onFinish(Stream opened) {
            if (!over) throw new Violation("the peer finished without an answer");
        }

        @Override
        public void onClose(@Nullable Stream opened, CloseReason reason) {
            report(null, reason.kind() == CloseReason.Kind.FINISHED ? CloseReason.of(CloseReason.Kind.LOST, "no answer") : reason);
        }
    }
}
