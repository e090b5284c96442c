package libp2p.bench;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import libp2p.multiformats.Nullable;

/** Plain TCP plus the TLS engine that nodes use (BoringSSL): blocking sockets, one thread a side, nothing of libp2p. */
final class EngineFloor {
    private static final int PIECE = 64 * 1024;
    private static final int BUFFER = 256 * 1024;

    private EngineFloor() {}

    private static SSLEngine engine(boolean client) throws Exception {
        SslContextBuilder b = client
                ? SslContextBuilder.forClient().keyManager(SelfSigned.keys()).trustManager(InsecureTrustManagerFactory.INSTANCE)
                : SslContextBuilder.forServer(SelfSigned.keys()).trustManager(InsecureTrustManagerFactory.INSTANCE)
                        .clientAuth(ClientAuth.REQUIRE);
        SslContext c = b.sslProvider(SslProvider.OPENSSL).protocols("TLSv1.3").endpointIdentificationAlgorithm("").build();
        return c.newEngine(UnpooledByteBufAllocator.DEFAULT);
    }

    /** A connection after its handshake. */
    private static final class Secured {
        private final SocketChannel channel;
        private final SSLEngine engine;
        private final ByteBuffer in = ByteBuffer.allocateDirect(BUFFER);
        private final ByteBuffer out = ByteBuffer.allocateDirect(BUFFER);
        private final ByteBuffer plain = ByteBuffer.allocateDirect(BUFFER);
        private boolean early = true; // what came behind the handshake has not been given

        Secured(SocketChannel channel, boolean client) throws Exception {
            this.channel = channel;
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            engine = engine(client);
            engine.beginHandshake();
            ByteBuffer none = ByteBuffer.allocate(0);
            while (true) {
                HandshakeStatus now = engine.getHandshakeStatus();
                if (now == HandshakeStatus.NEED_WRAP) {
                    write(none);
                } else if (now == HandshakeStatus.NEED_UNWRAP) {
                    more();
                } else if (now == HandshakeStatus.NEED_TASK) {
                    for (Runnable r = engine.getDelegatedTask(); r != null; r = engine.getDelegatedTask()) r.run();
                } else {
                    return;
                }
            }
        }

        /** Seals all of it, at least once, and sends that. */
        void write(ByteBuffer bytes) throws IOException {
            out.clear();
            do {
                engine.wrap(bytes, out);
            } while (bytes.hasRemaining());
            out.flip();
            while (out.hasRemaining()) channel.write(out);
        }

        /** Opens what is there; if that is no whole record, reads more first. Null at the end. */
        @Nullable ByteBuffer read() throws IOException {
            if (!early) plain.clear();
            if ((!early || plain.position() == 0) && !more()) return null;
            early = false;
            return plain.flip();
        }

        private boolean more() throws IOException {
            if (unwrap() > 0) return true;
            if (channel.read(in) < 0) return false;
            unwrap();
            return true;
        }

        /** The bytes that it took. */
        private int unwrap() throws IOException {
            in.flip();
            int before = in.remaining();
            int at;
            do {
                at = in.remaining();
                if (at > 0) engine.unwrap(in, plain);
            } while (in.remaining() < at && plain.remaining() >= PIECE);
            int took = before - in.remaining();
            in.compact();
            return took;
        }
    }

    /** Reads, and answers each run with a byte. */
    static final class Sink implements Work {
        private final ServerSocketChannel server = ServerSocketChannel.open();

        Sink() throws IOException {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            Thread t = new Thread(this::serve, "sink");
            t.setDaemon(true);
            t.start();
        }

        @Override
        public String where() throws IOException {
            return "" + ((InetSocketAddress) server.getLocalAddress()).getPort();
        }

        private void serve() {
            try (SocketChannel c = server.accept()) {
                Secured s = new Secured(c, false);
                long left = 0;
                for (ByteBuffer b = s.read(); b != null; b = s.read()) {
                    while (b.hasRemaining()) {
                        if (left == 0) left = b.getLong();
                        int n = (int) Math.min(left, b.remaining());
                        b.position(b.position() + n);
                        left -= n;
                        if (left == 0) s.write(ByteBuffer.wrap(new byte[] {1}));
                    }
                }
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Writes. */
    static final class Source implements Work {
        private final ByteBuffer piece = ByteBuffer.allocateDirect(PIECE);
        private @Nullable Secured secured;

        @Override
        public void to(String address) throws Exception {
            int port = Integer.parseInt(address);
            secured = new Secured(SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)), true);
        }

        @Override
        public void go(long bytes) throws IOException {
            Secured s = secured;
            if (s == null) throw new IllegalStateException("not connected");
            s.write(ByteBuffer.allocate(8).putLong(bytes).flip());
            for (long left = bytes; left > 0; left -= piece.limit()) s.write(piece.clear().limit((int) Math.min(left, PIECE)));
            ByteBuffer answer;
            do {
                answer = s.read();
                if (answer == null) throw new EOFException();
            } while (!answer.hasRemaining());
        }
    }
}
