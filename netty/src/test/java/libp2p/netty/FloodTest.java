package libp2p.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import libp2p.core.Buf;
import libp2p.core.CloseReason;
import libp2p.core.net.Connection;
import libp2p.core.net.Gater;
import libp2p.core.net.Limits;
import libp2p.core.net.Observer;
import libp2p.echo.Echo;
import libp2p.jvm.Host;
import libp2p.jvm.PeerSocket;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;
import org.junit.jupiter.api.Test;

/** Many who begin a handshake and say no more: they take what a limit names and nothing else, and who is honest gets in. */
class FloodTest {
    private static final long SECOND = 1_000_000_000L;
    private static final int MAX = 8;
    private static final int FLOOD = 40;
    private static final InetAddress HERE = InetAddress.getLoopbackAddress();

    /** How many handshakes are open, and how many were at most. */
    private static final class Counted implements Gater, Observer {
        final AtomicInteger refused = new AtomicInteger();
        final AtomicInteger open = new AtomicInteger();
        final AtomicInteger most = new AtomicInteger();

        @Override
        public @Nullable CloseReason accept(Multiaddr local, Multiaddr remote) {
            most.accumulateAndGet(open.incrementAndGet(), Math::max);
            return null;
        }

        @Override
        public void refused(Multiaddr remote, CloseReason reason) {
            open.decrementAndGet();
            refused.incrementAndGet();
        }

        @Override
        public void upgradeFailed(Multiaddr remote, boolean inbound, String step, CloseReason reason) {
            if (inbound) open.decrementAndGet();
        }

        @Override
        public void connected(Connection connection) {
            if (connection.inbound()) open.decrementAndGet();
        }
    }

    private final Counted counted = new Counted();

    private Host listener(String address) throws IOException {
        Limits limits = Limits.DEFAULT.with()
                .handshakesInboundMax(MAX).selectNanos(3 * SECOND).securityNanos(3 * SECOND).drainNanos(SECOND / 100).build();
        return Host.builder().limits(limits).gater(counted).observer(counted).protocol(new Echo()).listen(address).start();
    }

    /** Dials until it is let in: while the handshakes of others are open there is no room. */
    private static void getsIn(Host to) throws IOException {
        try (Host b = Host.builder().protocol(new Echo()).start()) {
            while (true) {
                try {
                    b.connect(to.addresses().get(0));
                    break;
                } catch (IOException refused) {
                    assertThat(refused).hasMessageNotContaining("mismatch");
                }
            }
            try (PeerSocket s = b.open(to.id(), Echo.ID)) {
                s.out().write(7);
                s.out().flush();
                assertThat(s.in().read()).isEqualTo(7);
            }
        }
    }

    // ---- TLS over TCP

    private static byte[] clientHello() throws Exception {
        SSLEngine engine = SSLContext.getDefault().createSSLEngine();
        engine.setUseClientMode(true);
        engine.setEnabledProtocols(new String[] {"TLSv1.3"});
        ByteBuffer out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(ByteBuffer.allocate(0), out);
        return Arrays.copyOf(out.array(), out.position());
    }

    private static byte[] proposal(String id) {
        byte[] line = (id + "\n").getBytes(StandardCharsets.UTF_8);
        return new Buf(line.length + 1).putU8(line.length).put(line).takeAll();
    }

    @Test
    void clientHellosOfTlsOverTcp() throws Exception {
        ByteArrayOutputStream begin = new ByteArrayOutputStream();
        begin.writeBytes(proposal("/multistream/1.0.0"));
        begin.writeBytes(proposal("/tls/1.0.0"));
        begin.writeBytes(clientHello());
        List<Socket> flood = new ArrayList<>();
        try (Host a = listener("/ip4/127.0.0.1/tcp/0")) {
            int port = a.addresses().get(0).port();
            for (int i = 0; i < FLOOD; i++) {
                Socket s = new Socket(HERE, port);
                flood.add(s);
                s.getOutputStream().write(begin.toByteArray());
            }
            Waiting.until(a.swarm().loop(), () -> counted.refused.get() >= FLOOD - MAX);
            getsIn(a);
            assertThat(counted.most.get()).as("one more is counted until it is refused").isLessThanOrEqualTo(MAX + 1);
        } finally {
            for (Socket s : flood) s.close();
        }
    }

    // ---- WebRTC-direct

    /** Groups, signatures and point formats, the extended master secret, no renegotiation. */
    private static final String EXTENSIONS = "001f" + "000a000400020017" + "000d000400020403" + "000b00020100" + "00170000" + "ff01000100";

    /** A ClientHello of DTLS 1.2 with one suite, that shows a cookie. */
    private static byte[] dtlsHello(byte[] cookie) {
        String body = "fefd" + "00".repeat(32) + "00" + HexFormat.of().toHexDigits((byte) cookie.length)
                + HexFormat.of().formatHex(cookie) + "0002c02b" + "0100" + EXTENSIONS;
        String length = HexFormat.of().toHexDigits(body.length() / 2).substring(2);
        int sequence = cookie.length == 0 ? 0 : 1;
        String message = "01" + length + "000" + sequence + "000000" + length + body;
        String record = "16fefd" + "0000" + "00000000000" + sequence + HexFormat.of().toHexDigits((short) (message.length() / 2));
        return HexFormat.of().parseHex(record + message);
    }

    private static byte[] ask(DatagramSocket from, int port, byte[] packet) throws IOException {
        from.send(new DatagramPacket(packet, packet.length, HERE, port));
        DatagramPacket p = new DatagramPacket(new byte[2000], 2000);
        from.receive(p);
        return Arrays.copyOf(p.getData(), p.getLength());
    }

    private static int handshakeThreads() {
        return (int) Thread.getAllStackTraces().keySet().stream().filter(t -> t.getName().startsWith("libp2p-dtls")).count();
    }

    /** Those without a cookie cost nothing at all ({@link RtcTest}); these have each shown their address. */
    @Test
    void clientHellosOfDtlsWithTheirCookies() throws IOException {
        List<DatagramSocket> flood = new ArrayList<>();
        int before = handshakeThreads();
        try (Host a = listener("/ip4/127.0.0.1/udp/0/webrtc-direct")) {
            int port = a.addresses().get(0).port();
            for (int i = 0; i < FLOOD; i++) {
                DatagramSocket s = new DatagramSocket(0, HERE);
                s.setSoTimeout(60_000);
                flood.add(s);
                byte[] verify = ask(s, port, dtlsHello(new byte[0]));
                assertThat(verify[13]).as("HelloVerifyRequest").isEqualTo((byte) 3);
                byte[] cookie = Arrays.copyOfRange(verify, 28, 28 + verify[27]);
                byte[] again = dtlsHello(cookie);
                s.send(new DatagramPacket(again, again.length, HERE, port));
            }
            Waiting.until(a.swarm().loop(), () -> counted.refused.get() >= FLOOD - MAX);
            assertThat(handshakeThreads() - before).isLessThanOrEqualTo(MAX);
            getsIn(a);
            assertThat(counted.most.get()).as("one more is counted until it is refused").isLessThanOrEqualTo(MAX + 1);
        } finally {
            for (DatagramSocket s : flood) s.close();
        }
    }
}
