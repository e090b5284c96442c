package libp2p.netty;

import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import libp2p.core.Buf;
import libp2p.core.Codes;
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
    private long keys;
    private int resets;
    private @Nullable QuicStreamChannel arriving;

    QuicSession(Muxer.Context context, QuicChannel channel, QuicForm form) {
        super(context);
        this.form = form;
        this.channel = channel;
    }

    QuicChannel channel() {
        return channel;
    }

    QuicForm form() {
        return form;
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
