package libp2p.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import libp2p.multiformats.Nullable;

/** Round trips on a bare selector: a loop of ten lines, what a loop costs at least. */
final class Selecting {
    /** The bytes of a round trip. */
    static final int SIZE = 32;

    private Selecting() {}

    /** Reads when the selector says so. */
    private static final class Waiter {
        private final Selector selector = Selector.open();
        private final SocketChannel channel;
        private final ByteBuffer buffer = ByteBuffer.allocateDirect(64 * 1024);

        Waiter(SocketChannel channel) throws IOException {
            this.channel = channel;
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ);
        }

        /** The bytes that came, to be read; null at the end. */
        @Nullable ByteBuffer next() throws IOException {
            int n;
            do {
                selector.select(k -> {});
                buffer.clear();
                n = channel.read(buffer);
            } while (n == 0);
            return n < 0 ? null : buffer.flip();
        }
    }

    /** Sends back what comes. */
    static final class Server implements Work {
        private final ServerSocketChannel server = ServerSocketChannel.open();

        Server() throws IOException {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            Thread t = new Thread(this::serve, "echo");
            t.setDaemon(true);
            t.start();
        }

        @Override
        public String where() throws IOException {
            return "" + ((InetSocketAddress) server.getLocalAddress()).getPort();
        }

        private void serve() {
            try (SocketChannel c = server.accept()) {
                Waiter w = new Waiter(c);
                for (ByteBuffer b = w.next(); b != null; b = w.next()) c.write(b);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Sends, waits for the answer, and again. */
    static final class Client implements Work {
        private @Nullable Waiter waiter;

        @Override
        public void to(String address) throws IOException {
            waiter = new Waiter(SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(address))));
        }

        @Override
        public void go(long n) throws IOException {
            Waiter w = waiter;
            if (w == null) throw new IllegalStateException("not connected");
            ByteBuffer message = ByteBuffer.allocateDirect(SIZE);
            for (long i = 0; i < n; i++) {
                w.channel.write(message.clear());
                ByteBuffer b = w.next();
                if (b == null || b.remaining() != SIZE) throw new IOException("no echo");
            }
        }
    }
}
