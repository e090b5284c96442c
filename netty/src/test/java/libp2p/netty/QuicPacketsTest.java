package libp2p.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import libp2p.core.Buf;
import libp2p.core.Rng;
import org.junit.jupiter.api.Test;

/** Packets within a datagram. */
class QuicPacketsTest {
    private static final int LENGTH = 70;

    /** One of the handshake's, and {@code behind} bytes. */
    private static ByteBuf datagram(int type, int idSize, int behind) {
        Buf b = new Buf(1500).putU8(type).putI32(1);
        for (int i = 0; i < 2; i++) b.putU8(idSize).put(new byte[idSize]);
        return Unpooled.wrappedBuffer(new byte[3], b.putU16(0x4000 | LENGTH).put(new byte[LENGTH + behind]).takeAll()).skipBytes(3);
    }

    @Test
    void aPacketOfTheHandshakeEndsWhereItSays() {
        for (int idSize : new int[] {0, 8, 20}) {
            int size = 1 + 4 + 2 * (1 + idSize) + 2 + LENGTH;
            assertThat(QuicPackets.handshake(datagram(0xe3, idSize, 30))).isEqualTo(size);
            assertThat(QuicPackets.handshake(datagram(0xe3, idSize, 0))).as("nothing behind").isZero();
            assertThat(QuicPackets.handshake(datagram(0xc3, idSize, 30))).as("Initial").isZero();
        }
    }

    @Test
    void severalPacketsOfTheHandshakeStandBeforeAnother() {
        ByteBuf one = datagram(0xe3, 8, 0);
        int size = one.readableBytes();
        ByteBuf other = Unpooled.wrappedBuffer(new byte[] {0x40, 0, 0});
        assertThat(QuicPackets.handshake(Unpooled.wrappedBuffer(one.copy(), one.copy(), other))).isEqualTo(2 * size);
        assertThat(QuicPackets.handshake(Unpooled.wrappedBuffer(one.copy(), one.copy()))).as("nothing behind").isZero();
        ByteBuf cut = one.copy(one.readerIndex(), size - 1);
        assertThat(QuicPackets.handshake(Unpooled.wrappedBuffer(one.copy(), cut))).as("the second is cut").isEqualTo(size);
    }

    @Test
    void whatIsCutOrMadeUpIsReadWithinItsBounds() {
        ByteBuf whole = datagram(0xe0, 20, 30);
        int end = whole.readableBytes();
        for (int n = 0; n < end; n++) {
            assertThat(QuicPackets.handshake(whole.slice(whole.readerIndex(), n))).isLessThanOrEqualTo(n);
        }
        Rng rng = Rng.seeded(3);
        for (int i = 0; i < 20_000; i++) {
            byte[] b = rng.bytes(1 + rng.nextInt(80));
            b[0] = (byte) (0xe0 | b[0] & 15);
            int size = QuicPackets.handshake(Unpooled.wrappedBuffer(b));
            assertThat(size).isBetween(0, b.length - 1);
        }
    }
}
