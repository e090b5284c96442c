package libp2p.core.wire.sctp;

import java.util.ArrayDeque;
import java.util.Arrays;
import libp2p.core.Buf;
import libp2p.core.CloseReason;
import libp2p.core.Rng;
import libp2p.core.Violation;
import libp2p.multiformats.Nullable;

/**
 * One end of an SCTP association, as a machine: packets and time go in, packets and {@link Events} come out.
 *
 * <p>Whoever drives it calls {@link #transmit} until it has nothing more, after each other call and when {@link #deadlineNanos} has come,
 * before which {@link #expire} is due. It runs within DTLS, as RFC 8261 has it: the peer is the only one who can send. On one loop.
 */
public final class Association {

    /** What its user hears, within {@link Association#receive} and {@link Association#expire}. */
    public interface Events {
        /** Messages can be sent. */
        void established();

        /**
         * A part of a message, in order; read by the time that {@link Association#read} says so. May throw {@link Violation}.
         *
         * @param begins whether it is a message's first part
         * @param ends whether it is a message's last part
         */
        void data(int stream, int ppid, Buf data, boolean begins, boolean ends);

        /** The peer has ended its outgoing stream, which may begin anew. */
        void peerReset(int stream);

        /** The peer knows that our outgoing stream has ended. */
        void resetDone(int stream);

        /** It is over; comes once. */
        void ended(CloseReason reason);
    }

    private enum State {
        /** Waits for the peer's INIT. */
        LISTENING,
        /** INIT was sent. */
        COOKIE_WAIT,
        /** COOKIE ECHO was sent. */
        COOKIE_ECHOED,
        /** Messages flow. */
        ESTABLISHED,
        /** Over. */
        ENDED
    }

    /** A chunk that waits for its packet. */
    private record Control(byte[] chunk, int tag, boolean alone) {}

    private static final long NEVER = Long.MAX_VALUE;
    private static final int COOKIE = 32;
    private static final int CONTROLS_MAX = 64;

    private final SctpSettings settings;
    private final Events events;
    private final Rng rng;
    private final Outbound outbound;
    private final Inbound inbound;
    private final Resets resets;
    private final Heartbeat heartbeat;
    private final ArrayDeque<Control> controls = new ArrayDeque<>();
    private final int ownTag;
    private final int firstTsn;
    private final byte[] cookie;
    private State state = State.LISTENING;
    private int peerTag;
    private boolean peerKnown;
    private byte @Nullable [] setup; // what is sent until it is answered: INIT or COOKIE ECHO
    private long setupAt = NEVER;
    private int setupTries;
    private boolean hadData; // in the packet that is read

    /** An association that neither has begun nor heard of the peer. */
    public Association(SctpSettings settings, Rng rng, Events events) {
        this.settings = settings;
        this.rng = rng;
        this.events = events;
        int tag = rng.nextInt();
        this.ownTag = tag == 0 ? 1 : tag;
        this.firstTsn = rng.nextInt();
        this.cookie = rng.bytes(COOKIE);
        this.outbound = new Outbound(settings, firstTsn);
        this.inbound = new Inbound(settings, events);
        this.resets = new Resets(outbound, inbound, events, firstTsn);
        this.heartbeat = new Heartbeat(settings, rng);
    }

    // ---- what the user does

    /** Sets it up from this side; both sides may. */
    public void connect(long nowNanos) {
        if (state != State.LISTENING) throw new IllegalStateException("it has begun");
        state = State.COOKIE_WAIT;
        setUp(init(null), nowNanos);
    }

    /** Whether messages flow. */
    public boolean isEstablished() {
        return state == State.ESTABLISHED;
    }

    /** Whether it is over. */
    public boolean isEnded() {
        return state == State.ENDED;
    }

    /** Whether all that was sent is acknowledged, and nothing waits. */
    public boolean isIdle() {
        return outbound.isIdle();
    }

    /** How many bytes of messages are taken before those there have left. Messages that are needed to end streams may go beyond. */
    public int room() {
        return outbound.room();
    }

    /** Queues a message, of which it keeps the array; ordered, and reliable. */
    public void send(int stream, int ppid, byte[] message) {
        if (message.length == 0) throw new IllegalArgumentException("an empty message");
        if (state == State.ENDED) return;
        outbound.send(stream, ppid, message);
    }

    /** Forgets the messages of a stream that no byte was sent of. */
    public void discard(int stream) {
        outbound.discard(stream);
    }

    /** Ends our outgoing stream behind its messages; {@code resetDone} follows, and it may begin anew. */
    public void reset(int stream) {
        if (state != State.ENDED) resets.want(stream);
    }

    /** The user has read so many of the bytes that {@code data} gave it. */
    public void read(int n) {
        inbound.read(n);
    }

    /** Ends it at once; the peer hears why if a last packet reaches it. No event follows. */
    public void abort(long code, String detail) {
        if (state == State.ENDED) return;
        end();
        if (!peerKnown) return;
        controls.add(new Control(Abort.chunk(code, detail), peerTag, true));
    }

    private void end() {
        state = State.ENDED;
        controls.clear();
        setup = null;
        setupAt = NEVER;
    }

    private void ended(CloseReason reason) {
        if (state == State.ENDED) return;
        end();
        events.ended(reason);
    }

    // ---- set-up (RFC 9260 5)

    private byte[] init(byte @Nullable [] echo) {
        return new Init(ownTag, inbound.windowInitial(), firstTsn, echo).chunk();
    }

    private void setUp(byte[] chunk, long nowNanos) {
        setup = chunk;
        setupTries = 0;
        setupAt = nowNanos;
    }

    private void peer(Init i) {
        if (peerKnown && i.tag() != peerTag) throw new Violation("the peer's SCTP has begun anew");
        peerKnown = true;
        peerTag = i.tag();
        inbound.begin(i.firstTsn());
        resets.begin(i.firstTsn());
        outbound.begin(i.window());
    }

    private void establish() {
        if (state == State.ESTABLISHED) return;
        state = State.ESTABLISHED;
        setup = null;
        setupAt = NEVER;
        events.established();
    }

    private void control(byte[] chunk) {
        if (controls.size() < CONTROLS_MAX) controls.add(new Control(chunk, peerTag, false));
    }

    // ---- packets in

    /** Takes a packet; changes the buffer. Throws {@link Violation} if the peer broke the rules: abort it then. */
    public void receive(Buf packet, long nowNanos) {
        if (state == State.ENDED || packet.size() < Format.HEADER + Format.CHUNK) return;
        if (!Format.checks(packet, settings.checksum())) return;
        packet.skip(4); // ports; within DTLS there is one association
        int tag = packet.i32();
        packet.skip(4);
        hadData = false;
        boolean first = true;
        while (packet.size() >= Format.CHUNK && state != State.ENDED) {
            int type = packet.u8();
            int flags = packet.u8();
            int size = packet.u16() - Format.CHUNK;
            if (size < 0 || size > packet.size()) break;
            Buf body = packet.slice(size);
            packet.skip(Math.min(packet.size(), Format.padded(size) - size));
            if (first && !isForUs(type, flags, tag)) return;
            first = false;
            if (!chunk(type, flags, body, nowNanos)) break;
        }
        if (state == State.ENDED) return;
        if (hadData) {
            inbound.packetEnds(nowNanos);
            byte[] response = resets.advanced();
            if (response != null) control(response);
        }
    }

    /** RFC 9260 8.5. */
    private boolean isForUs(int type, int flags, int tag) {
        if (type == Format.INIT) return tag == 0;
        if (tag == ownTag) return true;
        boolean reflected = (type == Format.ABORT || type == Format.SHUTDOWN_COMPLETE) && (flags & Format.REFLECTED) != 0;
        return reflected && peerKnown && tag == peerTag;
    }

    /** Takes one chunk; false if the rest of the packet is to be passed over. */
    private boolean chunk(int type, int flags, Buf body, long nowNanos) {
        switch (type) {
            case Format.DATA -> data(flags, body);
            case Format.SACK -> acknowledged(body, nowNanos);
            case Format.INIT -> initReceived(body);
            case Format.INIT_ACK -> initAcked(body, nowNanos);
            case Format.COOKIE_ECHO -> echoed(body);
            case Format.COOKIE_ACK -> {
                if (state == State.COOKIE_ECHOED) establish();
            }
            case Format.HEARTBEAT -> answer(body);
            case Format.HEARTBEAT_ACK -> {
                long rtt = heartbeat.answered(body, nowNanos);
                if (rtt >= 0) outbound.rto().measured(rtt);
            }
            case Format.RE_CONFIG -> {
                byte[] response = isOpen() ? resets.received(body) : null;
                if (response != null) control(response);
            }
            case Format.ABORT -> ended(Abort.reason(body));
            case Format.SHUTDOWN -> shutDown();
            // We never shut down from this side, and errors say nothing that can be mended.
            case Format.SHUTDOWN_ACK, Format.SHUTDOWN_COMPLETE, Format.ERROR -> {}
            default -> {
                return (type & 0x80) != 0; // RFC 9260 3.2
            }
        }
        return true;
    }

    private boolean isOpen() {
        return state == State.ESTABLISHED;
    }

    private void data(int flags, Buf body) {
        // A COOKIE ACK that was lost is made up for by data.
        if (state == State.COOKIE_ECHOED) establish();
        if (!isOpen()) return;
        hadData = true;
        heartbeat.heard();
        inbound.data(flags, body);
    }

    private void acknowledged(Buf body, long nowNanos) {
        if (!isOpen()) return;
        heartbeat.heard();
        outbound.acknowledged(body, nowNanos);
    }

    private void initReceived(Buf body) {
        // In COOKIE_WAIT and COOKIE_ECHOED both have begun; either exchange then leads to the same association (RFC 9260 5.2.1).
        if (isOpen()) return;
        peer(Init.read(body));
        controls.removeIf(c -> c.alone);
        controls.add(new Control(init(cookie), peerTag, true));
    }

    private void initAcked(Buf body, long nowNanos) {
        if (state != State.COOKIE_WAIT) return;
        Init i = Init.read(body);
        peer(i);
        byte[] theirs = i.cookie();
        if (theirs == null) throw new Violation("SCTP set-up without a cookie");
        Buf b = Format.chunk(Format.COOKIE_ECHO, 0, theirs.length);
        b.put(theirs);
        Format.pad(b);
        state = State.COOKIE_ECHOED;
        setUp(b.takeAll(), nowNanos);
    }

    private void echoed(Buf body) {
        if (!peerKnown || !Arrays.equals(body.takeAll(), cookie)) return;
        if (state == State.LISTENING || state == State.COOKIE_WAIT || state == State.COOKIE_ECHOED) establish();
        if (!isOpen() || controls.size() >= CONTROLS_MAX) return;
        controls.addFirst(new Control(Format.chunk(Format.COOKIE_ACK, 0, 0).takeAll(), peerTag, false));
    }

    private void answer(Buf body) {
        if (!isOpen()) return;
        Buf b = Format.chunk(Format.HEARTBEAT_ACK, 0, body.size());
        b.put(body.takeAll());
        Format.pad(b);
        control(b.takeAll());
    }

    /** The peer has all it wanted; what we had to say to it, nobody reads any more. */
    private void shutDown() {
        if (!isOpen()) return;
        end();
        controls.add(new Control(Format.chunk(Format.SHUTDOWN_ACK, 0, 0).takeAll(), peerTag, true));
        events.ended(CloseReason.of(CloseReason.Kind.CONNECTION_CLOSED, "the peer shut down"));
    }

    // ---- packets out

    /** Fills an empty buffer, with room for {@code packetMax}, with the next packet; false if there is none now. */
    public boolean transmit(Buf packet, long nowNanos) {
        Control first = controls.peek();
        if (first != null && first.alone) {
            controls.poll();
            Format.header(packet, first.tag);
            packet.put(first.chunk);
            Format.seal(packet, settings.checksum());
            return true;
        }
        if (state == State.ENDED) return false;
        byte[] step = setup;
        if (step != null && setupAt <= nowNanos) {
            setupTries++;
            setupAt = nowNanos + Math.min(settings.rtoMaxNanos(), settings.rtoInitialNanos() << Math.min(setupTries - 1, 6));
            Format.header(packet, state == State.COOKIE_WAIT ? 0 : peerTag);
            packet.put(step);
            Format.seal(packet, settings.checksum());
            return true;
        }
        if (!isOpen()) return false;
        byte[] reset = resets.next(nowNanos, outbound.rto().nanos());
        if (reset != null) control(reset);
        byte[] beat = heartbeat.next(nowNanos, outbound.rto().nanos());
        if (beat != null) control(beat);
        boolean data = outbound.wantsToSend();
        if (controls.isEmpty() && !data && !inbound.wantsToAcknowledge()) {
            outbound.rest(nowNanos);
            return false;
        }
        Format.header(packet, peerTag);
        bundle(packet);
        if (inbound.wantsToAcknowledge() || data && inbound.mayAcknowledge()) {
            inbound.acknowledge(packet, Math.min(room(packet), settings.packetMax() / 2));
        }
        if (data) outbound.fill(packet, nowNanos);
        Format.seal(packet, settings.checksum());
        return true;
    }

    private int room(Buf packet) {
        return settings.packetMax() - packet.size();
    }

    private void bundle(Buf packet) {
        while (true) {
            Control c = controls.peek();
            boolean empty = packet.size() == Format.HEADER;
            if (c == null || c.alone || !empty && c.chunk.length > room(packet) - settings.packetMax() / 4) return;
            controls.poll();
            packet.put(c.chunk);
        }
    }

    // ---- time

    /** When {@link #expire} is due next; {@link Long#MAX_VALUE} for never. */
    public long deadlineNanos() {
        if (state == State.ENDED) return NEVER;
        if (!isOpen()) return setupAt;
        long first = Math.min(setupAt, Math.min(outbound.deadline(), inbound.deadline()));
        return Math.min(first, Math.min(resets.deadline(), heartbeat.deadline()));
    }

    /** Time has passed. */
    public void expire(long nowNanos) {
        if (state == State.ENDED) return;
        if (setup != null && setupAt <= nowNanos && setupTries > settings.retransmitsMax()) {
            ended(CloseReason.of(CloseReason.Kind.TIMED_OUT, "the peer does not answer SCTP"));
            return;
        }
        if (!isOpen()) return;
        outbound.expire(nowNanos);
        inbound.expire(nowNanos);
        heartbeat.expire(nowNanos);
        boolean silent = Math.max(outbound.timeouts(), resets.timeouts()) > settings.retransmitsMax() || heartbeat.isLost();
        if (silent) ended(CloseReason.of(CloseReason.Kind.TIMED_OUT, "the peer is silent"));
    }
}
