package libp2p.bench;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import libp2p.core.Crypto;
import libp2p.jvm.JvmCrypto;
import libp2p.multiformats.Nullable;

/**
 * What any secured transfer costs here at least: blocking sockets, one thread a side, and frames of the largest Noise size under the cipher
 * that the node would choose. No streams, no windows, no handshake.
 */
final class Floor {
    /** The plain bytes of a frame: what a Noise record carries. */
    static final int PLAIN = 65535 - Crypto.Aead.TAG;

    private Floor() {}

    private static final class Cipher {
        private final Crypto.@Nullable Aead aead;
        private final byte[] nonce = new byte[12];
        private long n;

        Cipher(JvmCrypto crypto, boolean sealed) {
            aead = sealed ? crypto.chacha20Poly1305(new byte[32]) : null;
        }

        int tag() {
            return aead == null ? 0 : Crypto.Aead.TAG;
        }

        void seal(byte[] in, int size, byte[] out, int at) {
            Crypto.Aead a = aead;
            if (a == null) return;
            number();
            a.seal(nonce, new byte[0], in, 0, size, out, at);
        }

        void open(byte[] in, int at, int size, byte[] out) {
            Crypto.Aead a = aead;
            if (a == null) return;
            number();
            if (!a.open(nonce, new byte[0], in, at, size, out, 0)) throw new IllegalStateException("not authentic");
        }

        private void number() {
            long rest = n++;
            for (int i = 4; i < nonce.length; i++, rest >>>= 8) nonce[i] = (byte) rest;
        }
    }

    /** Reads frames, opens them, and answers each run with a byte. */
    static final class Sink implements Work {
        private final ServerSocketChannel server = ServerSocketChannel.open();
        private final Cipher cipher;

        Sink(JvmCrypto crypto, boolean sealed) throws IOException {
            cipher = new Cipher(crypto, sealed);
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
                ByteBuffer direct = ByteBuffer.allocateDirect(128 * 1024);
                byte[] wire = new byte[128 * 1024];
                byte[] plain = new byte[PLAIN];
                int have = 0;
                int at = 0;
                long left = 0;
                while (true) {
                    int size = have - at < 2 ? -1 : (wire[at] & 0xff) << 8 | wire[at + 1] & 0xff;
                    if (left == 0 && have - at >= 8) {
                        left = ByteBuffer.wrap(wire, at, 8).getLong();
                        at += 8;
                    } else if (left > 0 && size >= 0 && have - at >= 2 + size) {
                        cipher.open(wire, at + 2, size, plain);
                        at += 2 + size;
                        left -= size - cipher.tag();
                        if (left == 0) c.write(ByteBuffer.wrap(new byte[] {1}));
                    } else {
                        System.arraycopy(wire, at, wire, 0, have - at);
                        have -= at;
                        at = 0;
                        direct.clear().limit(wire.length - have);
                        int n = c.read(direct);
                        if (n < 0) return;
                        direct.flip().get(wire, have, n);
                        have += n;
                    }
                }
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Seals and writes frames. */
    static final class Source implements Work {
        private final Cipher cipher;
        private @Nullable SocketChannel channel;

        Source(JvmCrypto crypto, boolean sealed) {
            cipher = new Cipher(crypto, sealed);
        }

        @Override
        public void to(String address) throws IOException {
            SocketChannel c = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(address)));
            c.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel = c;
        }

        @Override
        public void go(long bytes) throws IOException {
            SocketChannel c = channel;
            if (c == null) throw new IllegalStateException("not connected");
            ByteBuffer direct = ByteBuffer.allocateDirect(128 * 1024);
            byte[] plain = new byte[PLAIN];
            byte[] wire = new byte[65537];
            c.write(ByteBuffer.allocate(8).putLong(bytes).flip());
            for (long left = bytes; left > 0; ) {
                int n = (int) Math.min(left, PLAIN);
                int size = n + cipher.tag();
                wire[0] = (byte) (size >> 8);
                wire[1] = (byte) size;
                cipher.seal(plain, n, wire, 2);
                direct.clear().put(wire, 0, 2 + size).flip();
                while (direct.hasRemaining()) c.write(direct);
                left -= n;
            }
            if (c.read(ByteBuffer.allocate(1)) != 1) throw new EOFException();
        }
    }
}
