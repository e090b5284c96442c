package libp2p.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import java.nio.charset.StandardCharsets;
import libp2p.core.CloseReason;
import libp2p.core.Codes;

/** How streams begin and things end on the wire: in a QUIC connection of libp2p's own, or within a WebTransport session. */
interface QuicForm {
    /** Of libp2p's own connections (specs/quic/README.md): streams are bare, codes are QUIC's application error codes. */
    QuicForm BARE = new QuicForm() {
        private static final int REASON_MAX = 128;

        /** The number of a stream that libp2p never has: the peer drops what is beside it. */
        private static final byte[] UNIDIRECTIONAL = {2};

        @Override
        public byte[] prefix() {
            return NOTHING;
        }

        @Override
        public int code(long code) {
            return QuicConnection.code(code);
        }

        @Override
        public long peerCode(long code) {
            return Codes.checked(code);
        }

        @Override
        public byte[] keepAlive() {
            return UNIDIRECTIONAL;
        }

        @Override
        public boolean datagrams() {
            return true;
        }

        @Override
        public void close(QuicChannel channel, CloseReason reason) {
            byte[] why = reason.detail().getBytes(StandardCharsets.UTF_8);
            ByteBuf text = Unpooled.copiedBuffer(why, 0, Math.min(why.length, REASON_MAX));
            QuicFarewell.close(channel, code(reason.code()), text);
        }

        @Override
        public CloseReason reason(QuicConnectionCloseEvent close) {
            return QuicConnection.reason(close);
        }
    };

    /** No bytes. */
    byte[] NOTHING = {};

    /** One byte. */
    byte[] ZERO = {0};

    /** What each stream of ours begins with; not to be changed. */
    byte[] prefix();

    /** The code of a stream's reset as the library can send it. */
    int code(long code);

    /** The code of a reset of the peer's. */
    long peerCode(long code);

    /** A datagram that says nothing; not to be changed. */
    byte[] keepAlive();

    /** Whether streams have datagrams beside them. */
    boolean datagrams();

    /** Tells the peer and closes the channel, perhaps a little later. */
    void close(QuicChannel channel, CloseReason reason);

    /** What the peer's close of the channel means. */
    CloseReason reason(QuicConnectionCloseEvent close);
}
