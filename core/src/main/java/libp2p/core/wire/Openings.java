package libp2p.core.wire;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import libp2p.core.Buf;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.Loop;
import libp2p.core.Violation;
import libp2p.core.net.BaseStream;
import libp2p.core.net.Limits;
import libp2p.core.net.Observer;
import libp2p.core.net.OpenOptions;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.multiformats.Nullable;

/**
 * The negotiation of a connection's streams, with its time limits, and the pace at which we open them.
 *
 * <p>Deployed peers cut the stream or the connection when more streams of one protocol are open than they bear, so ours wait their turn.
 */
final class Openings {
    private final BaseConnection connection;

    /** What a connection keeps of this while it has no streams; a part of it, since most connections are at rest. On its loop. */
    abstract static class State {
        private @Nullable Lane lanes; // of protocols with an open stream or one that waits
        private int perProtocolMax; // 0 for the default
        private List<String> answered = List.of(); // what the peer says it answers
        @Nullable CloseReason refused; // why no more are opened
    }

    /** The streams of one protocol; there are few such, in a list. */
    private static final class Lane {
        private final String protocol;
        private @Nullable Lane next;
        private int outbound;
        private int inbound;
        private @Nullable ArrayDeque<Opening> waiting;

        Lane(String protocol, @Nullable Lane next) {
            this.protocol = protocol;
            this.next = next;
        }

        boolean isEmpty() {
            return outbound == 0 && inbound == 0 && waiting == null;
        }

        void add(Opening o) {
            if (waiting == null) waiting = new ArrayDeque<>();
            waiting.add(o);
        }

        @Nullable Opening poll() {
            Opening first = waiting == null ? null : waiting.poll();
            if (waiting != null && waiting.isEmpty()) waiting = null;
            return first;
        }

        void remove(Opening o) {
            if (waiting != null && waiting.remove(o) && waiting.isEmpty()) waiting = null;
        }
    }

    Openings(BaseConnection connection) {
        this.connection = connection;
    }

    private State state() {
        return connection;
    }

    private int perProtocolMax() {
        int own = state().perProtocolMax;
        return own == 0 ? limits().streamsOutboundPerProtocolMax() : own;
    }

    private BaseConnection.Surroundings node() {
        return connection.surroundings();
    }

    private Loop loop() {
        return connection.loop();
    }

    private Limits limits() {
        return node().limits();
    }

    private Observer observer() {
        return node().observer();
    }

    void pace(int streamsPerProtocol) {
        state().perProtocolMax = Math.max(1, streamsPerProtocol);
        for (Lane lane : all()) advance(lane);
    }

    void answers(List<String> protocols) {
        state().answered = protocols;
    }

    Cancellable open(List<String> protocols, OpenOptions options, StreamHandler handler) {
        Opening o = new Opening(protocols, options, handler);
        loop().execute(o);
        return o;
    }

    StreamHandler inbound() {
        return new Inbound();
    }

    /** Refuses what is asked for from now on, and what waits. */
    void drain(long code) {
        refuse(CloseReason.of(CloseReason.Kind.CONNECTION_CLOSED, code, "the connection is draining"));
    }

    void close(CloseReason reason) {
        refuse(CloseReason.of(CloseReason.Kind.CONNECTION_CLOSED, reason.code(), reason.detail()));
    }

    private void refuse(CloseReason reason) {
        state().refused = reason;
        for (Lane lane : all()) {
            for (Opening o = lane.poll(); o != null; o = lane.poll()) o.fail(reason);
        }
    }

    /** Those there are now, for what may change them. */
    private List<Lane> all() {
        List<Lane> all = new ArrayList<>();
        for (Lane l = state().lanes; l != null; l = l.next) all.add(l);
        return all;
    }

    private int waiting() {
        int n = 0;
        for (Lane l = state().lanes; l != null; l = l.next) if (l.waiting != null) n += l.waiting.size();
        return n;
    }

    private Lane lane(String protocol) {
        for (Lane l = state().lanes; l != null; l = l.next) if (l.protocol.equals(protocol)) return l;
        Lane lane = new Lane(protocol, state().lanes);
        state().lanes = lane;
        return lane;
    }

    private void removeIfEmpty(Lane lane) {
        if (!lane.isEmpty()) return;
        if (state().lanes == lane) {
            state().lanes = lane.next;
            return;
        }
        for (Lane l = state().lanes; l != null; l = l.next) if (l.next == lane) l.next = lane.next;
    }

    private void advance(Lane lane) {
        while (lane.outbound < perProtocolMax()) {
            Opening o = lane.poll();
            if (o == null) return;
            o.proceed();
        }
    }

    /** A stream that we open, until it has a protocol; afterwards only its end is heard of. */
    private final class Opening implements StreamHandler, BaseStream.Lifecycle, Runnable, Cancellable {
        private final OpenOptions options;
        private final StreamHandler app;
        private final List<String> protocols;
        private final String laneName;
        private @Nullable StreamHandler select;
        private @Nullable Lane lane;
        private Cancellable timer = NONE;
        private Cancellable raw = NONE;
        private @Nullable BaseStream stream;
        private boolean begun;
        private boolean counted;
        private boolean named;
        private boolean over;
        private @Nullable CloseReason failure;

        Opening(List<String> protocols, OpenOptions options, StreamHandler app) {
            for (String id : protocols) Multistream.check(id);
            this.protocols = protocols;
            this.options = options;
            this.app = app;
            this.laneName = protocols.get(0);
        }

        private StreamHandler select() {
            StreamHandler s = select;
            if (s == null) {
                // The only id needs no answer before the first data, since whoever does not speak it resets; nor does one that was told.
                boolean optimistic = protocols.size() == 1 || state().answered.contains(laneName);
                s = StreamSelect.propose(protocols, optimistic, limits().negotiationMessagesMax(), app);
                select = s;
            }
            return s;
        }

        /** Begins; in the task after that, if all is not agreed by then, as it mostly is, its time is counted. On the connection's loop. */
        @Override
        public void run() {
            if (over || named) return;
            if (begun) {
                long left = options.deadlineNanos() == 0 ? limits().openNanos() : Math.max(0, options.deadlineNanos() - loop().nanoTime());
                timer = loop().schedule(left,
                        () -> fail(CloseReason.of(CloseReason.Kind.TIMED_OUT, "no answer to the stream's protocol")));
                return;
            }
            CloseReason no = state().refused;
            if (no == null && connection.limited() && !options.allowLimited()) {
                no = CloseReason.of(CloseReason.Kind.REFUSED, "the connection is limited");
            }
            if (no == null && waiting() >= limits().streamsWaitingMax()) {
                no = CloseReason.of(CloseReason.Kind.REFUSED, Codes.RESOURCE_LIMIT_EXCEEDED, "too many streams wait to be opened");
            }
            if (no != null) {
                fail(no);
                return;
            }
            begun = true;
            Lane l = lane(laneName);
            lane = l;
            if (l.outbound < perProtocolMax()) {
                proceed();
            } else {
                l.add(this);
            }
            loop().execute(this);
        }

        void proceed() {
            lane(laneName).outbound++;
            counted = true;
            raw = connection.openRaw(this);
        }

        @Override
        public void cancel() {
            loop().execute(() -> fail(CloseReason.CANCELLED));
        }

        /** Ends it before it has a protocol; does nothing afterwards. */
        void fail(CloseReason reason) {
            if (over || named) return;
            failure = reason;
            if (stream != null) {
                stream.abort(reason);
            } else if (counted) {
                raw.cancel();
            } else {
                end(reason);
                if (lane != null) {
                    lane.remove(this);
                    removeIfEmpty(lane);
                }
                app.onClose(null, reason);
            }
        }

        private void end(CloseReason reason) {
            if (over) return;
            over = true;
            timer.cancel();
            if (!counted) return;
            Lane l = lane(laneName);
            l.outbound--;
            advance(l);
            removeIfEmpty(l);
        }

        @Override
        public void named(BaseStream s, String protocol) {
            named = true;
            timer.cancel();
            timer = NONE; // what negotiated is not kept for as long as the stream is open
            raw = NONE;
            select = null;
            observer().streamOpened(connection, protocol, false);
        }

        @Override
        public void over(BaseStream s, CloseReason reason) {
            end(reason);
            observer().streamClosed(connection, s.protocol(), false, reason);
        }

        @Override
        public void onOpen(Stream s) {
            BaseStream base = (BaseStream) s;
            stream = base;
            base.lifecycle(this);
            select().onOpen(s);
        }

        @Override
        public void onData(Stream s, Buf data) {
            select().onData(s, data);
        }

        @Override
        public void onWritable(Stream s) {
            select().onWritable(s);
        }

        @Override
        public void onFinish(Stream s) {
            select().onFinish(s);
        }

        @Override
        public void onStop(Stream s, long code) {
            select().onStop(s, code);
        }

        @Override
        public void onClose(@Nullable Stream s, CloseReason reason) {
            end(reason);
            select().onClose(s, failure == null ? reason : failure);
        }
    }

    /** A stream that the peer opened, until it has a protocol; afterwards only its end is heard of. */
    private final class Inbound implements StreamHandler, BaseStream.Lifecycle, Runnable {
        private @Nullable StreamHandler select =
                StreamSelect.answer(node().streams()::speaks, node().streams()::protocolIds, this::find, limits().negotiationMessagesMax());
        private Cancellable timer = Cancellable.NONE;
        private @Nullable BaseStream waits; // for a protocol
        private @Nullable Lane lane;

        private @Nullable StreamHandler find(Stream s, String protocol) {
            Lane l = lane(protocol);
            if (l.inbound >= limits().streamsInboundPerProtocolMax()) {
                observer().streamRefused(connection, protocol,
                        CloseReason.of(CloseReason.Kind.REFUSED, Codes.RESOURCE_LIMIT_EXCEEDED, "too many streams of this protocol"));
                throw new Violation("too many streams of " + protocol, Codes.RESOURCE_LIMIT_EXCEEDED);
            }
            ((BaseStream) s).agreeing(protocol);
            StreamHandler handler = node().streams().accept(s, protocol);
            if (handler == null) {
                removeIfEmpty(l);
                throw new Violation("protocol has gone: " + protocol, Codes.PROTOCOL_NEGOTIATION_FAILED);
            }
            l.inbound++;
            lane = l;
            return handler;
        }

        @Override
        public void named(BaseStream s, String protocol) {
            waits = null;
            timer.cancel();
            timer = Cancellable.NONE;
            select = null;
            observer().streamOpened(connection, protocol, true);
        }

        private StreamHandler select() {
            StreamHandler s = select;
            if (s == null) throw new IllegalStateException("the stream has a protocol");
            return s;
        }

        @Override
        public void over(BaseStream s, CloseReason reason) {
            waits = null;
            timer.cancel();
            Lane l = lane;
            if (l != null) {
                l.inbound--;
                removeIfEmpty(l);
            }
            observer().streamClosed(connection, s.protocol(), true, reason);
        }

        @Override
        public void onOpen(Stream s) {
            BaseStream base = (BaseStream) s;
            base.lifecycle(this);
            waits = base;
            loop().execute(this);
            select().onOpen(s);
        }

        /** Its time is counted if nothing was agreed in the task in which it was opened, as it mostly is. */
        @Override
        public void run() {
            BaseStream s = waits;
            if (s == null) return;
            timer = loop().schedule(limits().openNanos(), () -> s.abort(
                    CloseReason.of(CloseReason.Kind.TIMED_OUT, Codes.PROTOCOL_NEGOTIATION_FAILED, "no protocol was asked for")));
        }

        @Override
        public void onData(Stream s, Buf data) {
            select().onData(s, data);
        }

        @Override
        public void onWritable(Stream s) {
            select().onWritable(s);
        }

        @Override
        public void onFinish(Stream s) {
            select().onFinish(s);
        }

        @Override
        public void onDrain(Stream s) {
            s.reset(Codes.SHUTDOWN); // it has no protocol yet, and none will be begun
        }

        @Override
        public void onClose(@Nullable Stream s, CloseReason reason) {
            select().onClose(s, reason);
        }
    }
}
