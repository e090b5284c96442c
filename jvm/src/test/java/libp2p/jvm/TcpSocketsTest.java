package libp2p.jvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;

class TcpSocketsTest {
    private static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    @Test
    void socketsSendSmallSegmentsAtOnceUnlessToldOtherwise() throws IOException {
        assertOptions(TcpOptions.DEFAULT, true, false);
        TcpOptions d = TcpOptions.DEFAULT;
        assertOptions(new TcpOptions(d.backlog(), false, true, d.reusePort(), d.sourceFromListeners(), 0, 0, d.interfacePollNanos(),
                d.hostAddresses()), false, true);
    }

    private static void assertOptions(TcpOptions options, boolean noDelay, boolean keepAlive) throws IOException {
        try (ServerSocketChannel server = TcpSockets.listen(ANY_PORT, options, false);
                SocketChannel dials = TcpSockets.open((InetSocketAddress) server.getLocalAddress(), null, options)) {
            assertThat(dials.getOption(StandardSocketOptions.TCP_NODELAY)).isEqualTo(noDelay);
            assertThat(dials.getOption(StandardSocketOptions.SO_KEEPALIVE)).isEqualTo(keepAlive);
            assertThat(server.getOption(StandardSocketOptions.SO_REUSEADDR)).isTrue();
        }
    }

    @Test
    void buffersHaveTheSizeThatWasAskedFor() throws IOException {
        TcpOptions options = TcpOptions.DEFAULT.buffers(64 * 1024, 128 * 1024);
        try (ServerSocketChannel server = TcpSockets.listen(ANY_PORT, options, false);
                SocketChannel dials = TcpSockets.open((InetSocketAddress) server.getLocalAddress(), null, options)) {
            assertThat(dials.getOption(StandardSocketOptions.SO_SNDBUF)).isGreaterThanOrEqualTo(64 * 1024);
            assertThat(dials.getOption(StandardSocketOptions.SO_RCVBUF)).isGreaterThanOrEqualTo(128 * 1024);
        }
    }
}
