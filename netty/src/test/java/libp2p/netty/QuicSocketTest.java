package libp2p.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicSslEngine;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import libp2p.core.net.Limits;
import libp2p.core.net.Observer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What shares a port with QUIC, and sockets that several listeners share. */
class QuicSocketTest {
    private static final InetAddress HERE = InetAddress.getLoopbackAddress();

    private final NettyLoops loops = new NettyLoops(1, true, System::nanoTime, new Observer() {});
    private final NettyLoop loop = loops.next();
    private final UdpSockets sockets = new UdpSockets(loop, loops, new QuicSocket.Owner() {
        @Override
        public Limits limits() {
            return Limits.DEFAULT;
        }

        @Override
        public QuicTokens tokens(byte[] secret, QuicIds ids, QuicRoutes routes, NettyLoop of) {
            return new QuicTokens(Certificates.CRYPTO, secret, of::nanoTime, () -> false, ids::isServers, routes::address);
        }

        @Override
        public QuicSslEngine serverEngine(QuicSocket socket, QuicChannel channel) {
            throw new AssertionError("nobody arrives");
        }

        @Override
        public QuicSslEngine clientEngine(QuicChannel channel) {
            throw new AssertionError("nobody dials");
        }
    });

    @AfterEach
    void end() {
        loops.close();
    }

    private QuicSocket listening(InetSocketAddress at) {
        CompletableFuture<QuicSocket> there = new CompletableFuture<>();
        loop.execute(() -> sockets.listening(at, (s, failure) -> there.complete(s)));
        return Waiting.get(there);
    }

    @Test
    void stunAndDtlsGoToWhoeverTakesThemAndAreAnswered() throws IOException {
        QuicSocket socket = listening(new InetSocketAddress(HERE, 0));
        Waiting.on(loop, () -> {
            socket.datagrams((from, packet) -> {
                byte[] reply = {(byte) packet.readableBytes(), packet.getByte(packet.readerIndex())};
                socket.write(from, Unpooled.wrappedBuffer(reply));
                    socket.flush();
            });
            return 0;
        });
        try (DatagramSocket raw = new DatagramSocket(0, HERE)) {
            for (int first : List.of(0, 4, 3, 19, 20, 64, 255, 63)) {
                byte[] packet = new byte[30];
                packet[0] = (byte) first;
                raw.send(new DatagramPacket(packet, packet.length, socket.bound()));
            }
            for (int first : List.of(0, 3, 20, 63)) {
                DatagramPacket reply = new DatagramPacket(new byte[9], 9);
                raw.receive(reply);
                assertThat(reply.getLength()).isEqualTo(2);
                assertThat(reply.getData()).startsWith(30, first);
            }
        }
    }

    @Test
    void listenersOfOnePortShareItsSocketWhichGoesWithTheLastOfThem() {
        QuicSocket one = listening(new InetSocketAddress(HERE, 0));
        assertThat(listening(one.bound())).isSameAs(one);
        assertThat(listening(new InetSocketAddress(HERE, 0))).isNotSameAs(one);
        loop.execute(() -> sockets.release(one));
        assertThat(listening(one.bound())).isSameAs(one);
        loop.execute(() -> sockets.release(one));
        loop.execute(() -> sockets.release(one));
        Waiting.until(loop, one::isClosed);
        assertThat(listening(one.bound())).isNotSameAs(one).isNotNull();
    }

    @Test
    void aSocketThatItsLastConnectionLeavesWhileItIsReadClosesAfterwards() throws IOException {
        QuicSocket socket = listening(new InetSocketAddress(HERE, 0));
        CompletableFuture<List<Boolean>> closed = new CompletableFuture<>();
        Waiting.on(loop, () -> {
            socket.datagrams((from, packet) -> {
                socket.left();
                boolean meanwhile = socket.isClosed();
                loop.execute(() -> closed.complete(List.of(meanwhile, socket.isClosed())));
            });
            socket.joined();
            socket.closeWhenIdle();
            return 0;
        });
        try (DatagramSocket raw = new DatagramSocket(0, HERE)) {
            raw.send(new DatagramPacket(new byte[1], 1, socket.bound()));
            assertThat(Waiting.get(closed)).containsExactly(false, true);
        }
    }
}
