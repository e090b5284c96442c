package libp2p.core.wire.webrtc;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.TreeMap;
import libp2p.core.Buf;
import libp2p.core.Cancellable;
import libp2p.core.Codes;
import libp2p.core.Violation;
import libp2p.core.net.StreamHandler;
import libp2p.core.wire.Muxer;
import libp2p.core.wire.mux.MuxSession;
import libp2p.core.wire.sctp.Association;
import libp2p.multiformats.Nullable;

/**
 * The streams of a WebRTC connection: opens and closes data channels (RFC 8832, RFC 8831 6.7), and shares out what the association takes.
 *
 * <p>Whoever drives the association gives what that tells to {@link #data}, {@link #peerReset} and {@link #resetDone}, and calls
 * {@link #sent} when it has sent something; {@code transmitReady} of the context runs when there may be something to send.
 */
public final class ChannelSession extends MuxSession<ChannelStream> {
    /** Payload protocol identifiers, RFC 8831 8. */
    public static final int CONTROL = 50;

    /** Of binary messages. */
    public static final int BINARY = 53;

    private static final int STRING = 51;
    private static final int OPEN = 3;
    private static final int ACK = 2;
    private static final int OPEN_SIZE = 12;
    private static final int OPEN_MAX = 2048; // label and protocol included
    private static final int IDS_END = 0xffff; // which RFC 8832 6 leaves out
    private static final int CHANNELS_SLACK = 1024; // that may be closing besides those that are open

    /** How long FIN_ACK is waited for before a channel is closed nevertheless. */
    private static final long FIN_ACK_NANOS = 5_000_000_000L;

    /**
     * How long our FIN_ACK waits for our own FIN: rust-libp2p, which knows no FIN_ACK, takes it for the end of the stream. js-libp2p waits
     * for it, and has an answer to most requests sooner.
     */
    private static final long ACK_DELAY_NANOS = 1_000_000_000L;

    /** What other streams find free while one has much to say. */
    private static final int ROOM_RESERVE = 64 * 1024;

    /** The least room that is worth a message. */
    private static final int ROOM_LEAST = 4 * 1024;

    private final Association association;
    private final TreeMap<Integer, ChannelStream> channels = new TreeMap<>(); // until both ends have closed them
    private final ArrayDeque<ChannelStream> waiting = new ArrayDeque<>(); // for room, in turn
    private final ArrayDeque<ChannelStream> acknowledging = new ArrayDeque<>(); // FIN, in time
    private final Buf opening = new Buf(OPEN_MAX); // a message that opens a channel, of which not all is here
    private int next; // number of the next channel of ours
    private Cancellable lingering = Cancellable.NONE;
    private Cancellable acknowledger = Cancellable.NONE;
    private boolean lingers;
    private int arriving = -1;
    private int calls; // messages in this turn of the stream that writes
    int given; // bytes that streams were given, of the part of a message that is read

    /** A session whose peer is known; {@code even} if we are the client of DTLS, whose channels have even numbers. */
    public ChannelSession(Muxer.Context context, Association association, boolean even) {
        super(context);
        this.association = association;
        this.next = even ? 2 : 1; // 0 was the handshake's
    }

    // ---- what the association tells

    /** A part of a message; throws {@link Violation} if the peer broke the rules. */
    public void data(int number, int ppid, Buf data, boolean begins, boolean ends) {
        ChannelStream s = channels.get(number);
        if (ppid == CONTROL) {
            control(number, s, data, begins, ends);
        } else if (s == null) {
            if (number != 0) throw new Violation("a message on a data channel that is not open");
            read(data.size()); // the handshake's, whose last words come late
        } else if (ppid == BINARY || ppid == STRING) {
            s.data(data);
        } else {
            read(data.size()); // an empty message, which has a byte of no meaning (RFC 8831 6.6)
        }
    }

    private void control(int number, @Nullable ChannelStream there, Buf data, boolean begins, boolean ends) {
        int n = data.size();
        if (begins) opening.clear();
        if (n > opening.room()) throw new Violation("a message of " + opening.size() + " bytes opens a data channel");
        opening.put(data.array, data.start, n);
        data.skip(n);
        read(n);
        if (!ends || opening.isEmpty() || opening.peek(0) != OPEN) return; // ACK, which says nothing that we wait for
        if (opening.size() < OPEN_SIZE) throw new Violation("a message that opens a data channel is cut short");
        if (there != null && !there.peerClosed) throw new Violation("a data channel was opened twice");
        if (channels.size() >= limits().streamsInboundPerConnectionMax() + limits().streamsOutboundPerConnectionMax() + CHANNELS_SLACK) {
            throw new Violation("too many data channels", Codes.RESOURCE_LIMIT_EXCEEDED);
        }
        association.send(number, CONTROL, new byte[] {ACK});
        arriving = number;
        take(number);
        arriving = -1;
        ready();
    }

    /** The peer has closed its side of a channel. */
    public void peerReset(int number) {
        ChannelStream s = channels.get(number);
        if (s == null) return;
        s.closedByPeer();
        closeIfDone(s);
        forgetIfClosed(s);
    }

    /** The peer knows that our side is closed. */
    public void resetDone(int number) {
        ChannelStream s = channels.get(number);
        if (s == null || !s.closing) return; // of the channel that had the number before
        s.closed = true;
        forgetIfClosed(s);
    }

    /** Something was sent or acknowledged: those who wait for room write in turn. */
    public void sent() {
        int turns = waiting.size();
        while (turns-- > 0 && association.room() >= ROOM_RESERVE + ROOM_LEAST) {
            ChannelStream s = waiting.poll();
            if (s == null) return;
            calls = 0;
            if (s.isLive()) s.resume();
        }
        calls = 0;
    }

    /** Whether channels still have something to hear or to say. */
    public boolean lingers() {
        for (ChannelStream s : channels.values()) if (!s.closing) return true;
        return false;
    }

    // ---- for streams

    /** How much a stream may write now; while others wait, a message at a time. */
    int room(ChannelStream s) {
        if (s.waiting || !waiting.isEmpty() && calls > 0) return 0;
        calls++;
        int room = association.room() - ROOM_RESERVE;
        return room < ROOM_LEAST ? 0 : room;
    }

    void wait(ChannelStream s) {
        if (s.waiting) return;
        s.waiting = true;
        waiting.add(s);
    }

    void send(int number, byte[] message) {
        association.send(number, BINARY, message);
        ready();
    }

    /** There may be something to send. The session's own word for it comes once only, until it is asked for bytes, as it never is here. */
    private void ready() {
        context().transmitReady().run();
    }

    void discard(int number) {
        if (number >= 0) association.discard(number);
    }

    void read(int n) {
        association.read(n);
        ready(); // the window may have opened
    }

    void deliver(ChannelStream s, Buf data) {
        int n = data.size();
        boolean live = s.isLive();
        if (live) given += n;
        deliver(live ? s : null, data, n);
    }

    void acknowledgeLater(ChannelStream s) {
        s.acknowledgeAt = loop().nanoTime() + ACK_DELAY_NANOS;
        acknowledging.add(s);
        if (acknowledging.size() == 1) acknowledger = loop().schedule(ACK_DELAY_NANOS, this::acknowledge);
    }

    private void acknowledge() {
        long now = loop().nanoTime();
        while (true) {
            ChannelStream s = acknowledging.peek();
            if (s == null) return;
            if (s.acknowledgeAt > now) {
                acknowledger = loop().schedule(s.acknowledgeAt - now, this::acknowledge);
                return;
            }
            acknowledging.poll();
            s.acknowledge();
            closeIfDone(s);
        }
    }

    // ---- the end of channels

    /** Closes our side of a channel on which all was said. */
    void closeIfDone(ChannelStream s) {
        if (s.closing || !s.gone || !s.isDone()) return;
        close(s);
    }

    private void close(ChannelStream s) {
        s.closing = true;
        association.reset(s.number);
        ready();
    }

    private void forgetIfClosed(ChannelStream s) {
        if (s.closed && s.peerClosed && channels.get(s.number) == s) channels.remove(s.number);
    }

    @Override
    protected void gone(ChannelStream s) {
        s.gone = true;
        read(s.held());
        if (isOver()) return;
        s.acknowledge();
        closeIfDone(s);
        if (s.closing) return;
        s.closeAt = loop().nanoTime() + FIN_ACK_NANOS;
        linger();
    }

    private void linger() {
        if (lingers) return;
        lingers = true;
        lingering = loop().schedule(FIN_ACK_NANOS, () -> {
            lingers = false;
            long now = loop().nanoTime();
            boolean more = false;
            for (ChannelStream s : new ArrayList<>(channels.values())) {
                if (!s.gone || s.closing) continue;
                if (s.closeAt <= now) close(s);
                else more = true;
            }
            if (more) linger();
        });
    }

    // ---- MuxSession

    @Override
    protected ChannelStream outboundStream(StreamHandler handler) {
        return new ChannelStream(this, handler);
    }

    @Override
    protected ChannelStream inboundStream(long key) {
        ChannelStream s = new ChannelStream(this, null);
        s.number = arriving;
        channels.put(arriving, s);
        return s;
    }

    @Override
    protected boolean mayOpen() {
        return channels.size() < IDS_END / 2;
    }

    /** The next number that is not in use; those of closed channels come again (RFC 8831 6.7). */
    @Override
    protected long nextKey() {
        int tries = IDS_END / 2;
        while (tries-- > 0) {
            int n = next;
            next += 2;
            if (next >= IDS_END) next = next % 2 == 0 ? 2 : 1;
            if (!channels.containsKey(n)) return n;
        }
        return -1;
    }

    /** DATA_CHANNEL_OPEN (RFC 8832 5.1): reliable and ordered, without a label. */
    @Override
    protected void sendOpen(ChannelStream s) {
        s.numbered();
        channels.put(s.number, s);
        Buf b = new Buf(OPEN_SIZE);
        b.putU8(OPEN).putU8(0).putU16(0).putI32(0).putU16(0).putU16(0);
        association.send(s.number, CONTROL, b.array);
        ready();
    }

    @Override
    protected void sendAccept(ChannelStream s) {
        // It was acknowledged when it came.
    }

    @Override
    protected void sendRefusal(long key, long code) {
        ChannelStream s = new ChannelStream(this, null);
        s.number = (int) key;
        s.gone = true;
        channels.put(s.number, s);
        send(s.number, Framing.flag(Framing.RESET_STREAM, code));
        close(s);
    }

    @Override
    protected void sendFarewell(long code) {
        // The association's end is one.
    }

    @Override
    protected void stopped() {
        lingering.cancel();
        acknowledger.cancel();
    }

    @Override
    public void receive(Buf plain) {
        throw new IllegalStateException("bytes come by message");
    }
}
