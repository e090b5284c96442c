package libp2p.netty;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import java.util.HashMap;
import java.util.Map;
import libp2p.core.Buf;
import libp2p.core.Codes;
import libp2p.core.Violation;
import libp2p.core.net.StreamHandler;
import libp2p.core.wire.Muxer;
import libp2p.core.wire.mux.MuxSession;
import libp2p.multiformats.Nullable;

/**
 * The streams of a QUIC connection, counted and bounded as those of any muxer are; their numbers and bytes are the library's to send.
 *
 * <p>Keys are ours, in the order of openings, and not the numbers on the wire.
 */
final class QuicSession extends MuxSession<QuicStream> {
    /**
     * How many streams of a connection may be reset, by either side, before it is drained: the library keeps something of each that did not
     * end with FIN both ways until the connection ends.
     */
    static final int RESETS_MAX = 8192;

    private final QuicChannel channel;
    private final QuicForm form;
    private final QuicTurn turn;
    private final Map<Long, QuicStream> numbered = new HashMap<>(); // the live ones, by their number on the wire
    private int datagramMax; // without the number
    private long keys;
    private int resets;
    private @Nullable QuicStreamChannel arriving;

    QuicSession(Muxer.Context context, QuicChannel channel, QuicForm form) {
        super(context);
        this.form = form;
        this.channel = channel;
        QuicTurn t = channel.parent().attr(QuicTurn.KEY).get();
        if (t == null) throw new IllegalStateException("a connection on no socket of ours");
        this.turn = t;
    }

    QuicChannel channel() {
        return channel;
    }

    QuicForm form() {
        return form;
    }

    QuicTurn turn() {
        return turn;
    }

    /** The peer opened a stream. */
    void arrived(QuicStreamChannel stream) {
        arriving = stream;
        take(keys++);
        arriving = null;
    }

    /** The peer lets us open more. */
    void moreStreams() {
        advance();
    }

    void arrived(QuicStream stream, Buf bytes) {
        deliver(stream, bytes, bytes.size());
    }

    // ---- datagrams (RFC 9221): the number of the stream that they are beside, then what they say (libp2p/specs pull request 680)

    /** The largest that the peer takes, with the number; 0 for none. */
    void datagramMax(int bytes) {
        datagramMax = form.datagrams() ? Math.max(0, bytes - QuicVarint.SIZE_MAX) : 0;
    }

    /** The largest that can be sent beside any stream; 0 for none. */
    int datagramMax() {
        return datagramMax;
    }

    /** A stream has a number from now until it is over. */
    void numbered(long number, QuicStream stream) {
        if (form.datagrams()) numbered.put(number, stream);
    }

    /** Sends one; false if too many wait to be sent, and then it is lost. */
    boolean datagram(long number, Buf data) {
        if (!channel.isWritable()) return false;
        Buf head = QuicVarint.put(new Buf(QuicVarint.SIZE_MAX), number);
        int n = data.size();
        ByteBuf out = channel.alloc().directBuffer(head.size() + n);
        out.writeBytes(head.array, head.start, head.size()).writeBytes(data.array, data.start, n);
        data.skip(n);
        channel.writeAndFlush(out);
        return true;
    }

    /** A datagram came; it is lost where the stream is not known yet or no more. */
    void arrived(ByteBuf datagram) throws Violation {
        if (!form.datagrams()) return;
        Buf copy = context().workspace().borrow();
        try {
            int n = datagram.readableBytes(); // less than a packet, and so than the buffer's size
            datagram.readBytes(copy.clear().array, 0, n);
            copy.end = n;
            long number = QuicVarint.read(copy);
            if (number < 0) throw new Violation("a datagram without the number of its stream");
            QuicStream s = numbered.get(number);
            if (s != null) s.heard(copy);
        } finally {
            context().workspace().giveBack(copy);
        }
    }

    /** Looks after streams whose bytes lie unread. */
    void look() {
        for (QuicStream s : live()) s.look();
    }

    /** A stream ended otherwise than with FIN both ways. */
    void wasReset() {
        if (++resets == RESETS_MAX) drain(Codes.RESOURCE_LIMIT_EXCEEDED);
    }

    @Override
    protected QuicStream outboundStream(StreamHandler handler) {
        return new QuicStream(this, handler);
    }

    @Override
    protected QuicStream inboundStream(long key) {
        QuicStream s = new QuicStream(this, null);
        QuicStreamChannel c = arriving;
        if (c == null) throw new IllegalStateException("no stream has arrived");
        s.attach(c);
        return s;
    }

    @Override
    protected boolean mayOpen() {
        return channel.peerAllowedStreams(QuicStreamType.BIDIRECTIONAL) > 0;
    }

    @Override
    protected long nextKey() {
        return keys++;
    }

    @Override
    protected void sendOpen(QuicStream stream) {
        stream.create(channel);
    }

    @Override
    protected void sendAccept(QuicStream stream) {
        // QUIC needs no word for it.
    }

    @Override
    protected void sendRefusal(long key, long code) {
        QuicStreamChannel c = arriving;
        if (c == null) return;
        c.shutdown(form.code(code));
        c.close();
        wasReset();
    }

    @Override
    protected void sendFarewell(long code) {
        // QUIC has none but the close itself.
    }

    @Override
    protected void gone(QuicStream stream) {
        numbered.remove(stream.number());
        if (!isOver()) stream.detach(); // else the channel closes with all of them, perhaps after a last word
    }

    @Override
    protected void stopped() {
        // The connection has the timers.
    }

    @Override
    public void receive(Buf plain) {
        throw new IllegalStateException("bytes come by stream");
    }
}
