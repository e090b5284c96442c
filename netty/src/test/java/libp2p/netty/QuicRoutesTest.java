package libp2p.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.socket.DatagramPacket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import libp2p.core.Buf;
import libp2p.core.Rng;
import libp2p.testkit.TestLoop;
import org.junit.jupiter.api.Test;

/** Which packets come to the library, and under whose name; of connections that it makes of none. */
class QuicRoutesTest {
    private static final InetSocketAddress ME = at(1);

    private final Rng rng = Rng.seeded(5);
    private final QuicIds ids = new QuicIds();
    private final List<InetSocketAddress> senders = new ArrayList<>();
    private final QuicRoutes routes = new QuicRoutes(ids, TestLoop.alone(), 1, new QuicRoutes.Library() {
        @Override
        public void read(DatagramPacket packet) {
            senders.add(packet.sender());
            assertThat(routes().address(packet.sender())).isEqualTo(at(2));
            packet.release();
        }

        @Override
        public void readComplete() {}
    });

    private QuicRoutes routes() {
        return routes;
    }

    private static InetSocketAddress at(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    private void arrive(byte[] bytes, long number) {
        ByteBuf b = Unpooled.wrappedBuffer(bytes);
        routes.arriving(new DatagramPacket(b, ME, at(2)), number);
        assertThat(b.refCnt()).isZero();
    }

    private byte[] initial(byte[] id) {
        return new Buf(100).putU8(0xc3).putI32(1).putU8(id.length).put(id).putU8(8).put(rng.bytes(30)).takeAll();
    }

    @Test
    void aPacketOfWhichTheLibraryMakesNoConnectionLeavesNothing() {
        for (int i = 0; i < 100; i++) arrive(initial(rng.bytes(i % 21)), -1);
        assertThat(senders).hasSize(100).doesNotHaveDuplicates();
        assertThat(routes.names()).isZero();
    }

    @Test
    void aPacketOfNobodysIsDroppedWhereverItIsCutOff() {
        byte[] whole = initial(rng.bytes(20));
        for (int n = 1; n < 6 + 20; n++) arrive(Arrays.copyOf(whole, n), -1);
        byte[] tooLong = initial(rng.bytes(20));
        tooLong[5] = 21;
        arrive(tooLong, -1);
        byte[] isShort = new byte[60];
        isShort[0] = 0x40;
        arrive(isShort, 7);
        assertThat(senders).isEmpty();
        assertThat(routes.names()).isZero();
    }
}
