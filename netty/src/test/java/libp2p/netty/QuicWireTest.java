package libp2p.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import libp2p.core.Buf;
import libp2p.core.Rng;
import libp2p.core.net.Limits;
import libp2p.echo.Echo;
import libp2p.jvm.Host;
import org.junit.jupiter.api.Test;

/** What strangers send to a QUIC port, packet by packet: first packets and tokens. */
class QuicWireTest {
    private static final String ANY = "/ip4/127.0.0.1/udp/0/quic-v1";
    private static final long SECOND = 1_000_000_000L;
    private static final int FIRST = 1200;
    private static final int ID = QuicIds.SIZE;
    private static final byte[] NONE = {};

    private final Rng rng = Rng.seeded(21);
    private final NettyTransport transport = new NettyTransport();

    private Host listener(int handshakesMax) throws IOException {
        Limits limits = Limits.DEFAULT.with()
                .handshakesInboundMax(handshakesMax).securityNanos(120 * SECOND).drainNanos(SECOND / 100).build();
        return Host.builder().limits(limits).transport(transport).protocol(new Echo()).listen(ANY).start();
    }

    private static Host dialler() throws IOException {
        return Host.builder().protocol(new Echo()).start();
    }

    /** A client's first packet, of which the library believes all but what is encrypted. */
    private byte[] initial(byte[] dcid, byte[] token, int size) {
        Buf b = new Buf(size);
        b.putU8(0xc3).putI32(1).putU8(dcid.length).put(dcid).putU8(ID).put(rng.bytes(ID));
        b.putU16(0x4000 | token.length).put(token);
        b.putU16(0x4000 | (size - b.size() - 2));
        return b.put(rng.bytes(size - b.size())).takeAll();
    }

    private static void send(DatagramSocket from, Host to, byte[] packet) throws IOException {
        from.send(new DatagramPacket(packet, packet.length, InetAddress.getLoopbackAddress(), to.addresses().get(0).port()));
    }

    private static byte[] receive(DatagramSocket at) throws IOException {
        DatagramPacket p = new DatagramPacket(new byte[2000], 2000);
        at.receive(p);
        return Arrays.copyOf(p.getData(), p.getLength());
    }

    private static DatagramSocket stranger() throws IOException {
        DatagramSocket s = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        s.setSoTimeout(60_000);
        return s;
    }

    private int halfOpen(Host a) {
        return Waiting.on(a.swarm().loop(), () -> transport.quic().handshakes().get());
    }

    private void untilHalfOpen(Host a, int n) {
        Waiting.until(a.swarm().loop(), () -> transport.quic().handshakes().get() == n);
    }

    private record Retry(byte[] id, byte[] token) {}

    /** Asks until there are so many half-open that a Retry comes. */
    private Retry retry(DatagramSocket from, Host to) throws IOException {
        send(from, to, initial(rng.bytes(ID), NONE, FIRST));
        byte[] p = receive(from);
        assertThat(p[0] & 0xf0).as("a Retry").isEqualTo(0xf0);
        int at = 6 + p[5];
        byte[] id = Arrays.copyOfRange(p, at + 1, at + 1 + p[at]);
        return new Retry(id, Arrays.copyOfRange(p, at + 1 + p[at], p.length - 16));
    }

    @Test
    void aFirstPacketThatIsSmallerThanAnyClientsIsNothing() throws IOException {
        try (Host a = listener(8); DatagramSocket s = stranger()) {
            for (int size : new int[] {60, 600, FIRST - 1}) send(s, a, initial(rng.bytes(ID), NONE, size));
            byte[] version = initial(rng.bytes(ID), NONE, FIRST - 1);
            version[4] = 77;
            send(s, a, version);
            version = initial(rng.bytes(ID), NONE, FIRST);
            version[4] = 77;
            send(s, a, version);
            byte[] answer = receive(s);
            assertThat(Arrays.copyOf(answer, 5)).as("version negotiation, once").endsWith(0, 0, 0, 0);
            assertThat(halfOpen(a)).isZero();
            send(s, a, initial(rng.bytes(ID), NONE, FIRST));
            untilHalfOpen(a, 1);
        }
    }

    @Test
    void aFloodOfFirstPacketsLeavesHalfOfTheHandshakesToWhoShowsItsAddress() throws IOException {
        int max = 16;
        try (Host a = listener(max); Host b = dialler(); DatagramSocket s = stranger()) {
            for (int round = 0; round < 5; round++) {
                for (int i = 0; i < 200; i++) send(s, a, initial(rng.bytes(8 + i % 13), NONE, FIRST + i));
                untilHalfOpen(a, max / 2 + 1);
                try (Host c = dialler()) {
                    c.connect(a.addresses().get(0));
                }
            }
            assertThat(b.connect(a.addresses().get(0))).isEqualTo(a.id());
            untilHalfOpen(a, max / 2 + 1);
            byte[] answer = receive(s);
            assertThat(answer[0] & 0xf0).as("a Retry").isEqualTo(0xf0);
            assertThat(answer.length).isLessThan(FIRST);
        }
    }

    @Test
    void aRetryTokenIsGoodOnceFromItsAddressUnderAnIdOfTheServers() throws IOException {
        int max = 20;
        try (Host a = listener(max); DatagramSocket s = stranger(); DatagramSocket other = stranger()) {
            for (int i = 0; i <= max / 2; i++) send(s, a, initial(rng.bytes(ID), NONE, FIRST));
            Retry first = retry(s, a);
            Retry second = retry(s, a);
            Retry third = retry(s, a);
            int before = halfOpen(a);
            assertThat(before).isEqualTo(max / 2 + 1);

            send(s, a, initial(first.id, first.token, FIRST));
            untilHalfOpen(a, before + 1);
            byte[] wrong = second.token.clone();
            wrong[0] ^= 1;
            send(s, a, initial(second.id, first.token, FIRST)); // again
            send(other, a, initial(second.id, second.token, FIRST)); // from elsewhere
            send(s, a, initial(second.id, wrong, FIRST)); // changed
            send(s, a, initial(rng.bytes(ID), second.token, FIRST)); // under an id of the client's
            send(s, a, initial(second.id, rng.bytes(44), FIRST)); // made up
            send(s, a, initial(third.id, third.token, FIRST)); // what is right still is
            untilHalfOpen(a, before + 2);
            send(s, a, initial(second.id, second.token, FIRST)); // and what was not used
            untilHalfOpen(a, before + 3);
        }
    }

    @Test
    void usedTokensAreRememberedUpToABoundAndTheOldestForgotten() {
        QuicTokens tokens = new QuicTokens(Certificates.CRYPTO, new byte[32], () -> 0, () -> true, id -> true, a -> a);
        InetSocketAddress here = new InetSocketAddress(InetAddress.getLoopbackAddress(), 4001);
        ByteBuf[] all = new ByteBuf[QuicTokens.USED_MAX + 1];
        for (int i = 0; i < all.length; i++) {
            all[i] = Unpooled.buffer(tokens.maxTokenLength());
            tokens.writeToken(all[i], Unpooled.wrappedBuffer(rng.bytes(ID)), here);
            assertThat(tokens.validateToken(all[i], here, Unpooled.EMPTY_BUFFER).isValid()).isTrue();
        }
        for (int i = all.length - 1; i > 0; i--) {
            assertThat(tokens.validateToken(all[i], here, Unpooled.EMPTY_BUFFER).isValid()).isFalse();
        }
        assertThat(tokens.validateToken(all[0], here, Unpooled.EMPTY_BUFFER).isValid()).isTrue();
    }
}
