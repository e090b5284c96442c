package libp2p.jvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.net.Observer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DnsResolverTest {
    private final Server server = new Server();
    private final NioLoop home = home();
    private DnsResolver dns = new DnsResolver(5, server.address(), Duration.ofSeconds(20));

    private static NioLoop home() {
        try {
            return new NioLoop("libp2p-loop-test", System::nanoTime, Observer.NONE);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @AfterEach
    void close() {
        dns.close();
        home.close();
        server.close();
    }

    private Waiting.Told<List<byte[]>> addresses(String name) {
        Waiting.Told<List<byte[]>> told = new Waiting.Told<>();
        dns.addresses(name, home, told);
        return told;
    }

    @Test
    void addressesComeIpv6First() {
        List<byte[]> found = addresses("both.example").value();
        assertThat(found).hasSize(2);
        assertThat(found.get(0)).hasSize(16);
        assertThat(found.get(1)).containsExactly(192, 0, 2, 1);
    }

    @Test
    void oneFamilyIsEnough() {
        assertThat(addresses("four.example").value()).hasSize(1);
    }

    @Test
    void theAnswersAreBounded() {
        assertThat(addresses("many.example").value()).hasSize(5);
    }

    @Test
    void textsAreJoined() {
        Waiting.Told<List<String>> told = new Waiting.Told<>();
        dns.texts("_dnsaddr.text.example", home, told);
        assertThat(told.value()).containsExactly("dnsaddr=/ip4/192.0.2.1/tcp/1");
    }

    @Test
    void aNameThatIsNotThereIsUnreachable() {
        CloseReason failure = addresses("none.example").failure();
        assertThat(failure.kind()).isEqualTo(CloseReason.Kind.UNREACHABLE);
        assertThat(failure.detail()).contains("none.example");
    }

    @Test
    void whatIsNoNameIsUnreachable() {
        assertThat(addresses("a..b").failure().kind()).isEqualTo(CloseReason.Kind.UNREACHABLE);
        assertThat(addresses("x".repeat(300)).failure().kind()).isEqualTo(CloseReason.Kind.UNREACHABLE);
    }

    @Test
    void aServerThatDoesNotAnswerIsGivenUp() {
        dns.close();
        dns = new DnsResolver(5, server.address(), Duration.ofMillis(50));
        assertThat(addresses("silent.example").failure().kind()).isEqualTo(CloseReason.Kind.UNREACHABLE);
    }

    @Test
    void aCancelledQuestionIsToldOnce() {
        Waiting.Told<List<byte[]>> told = new Waiting.Told<>();
        Cancellable look = dns.addresses("silent.example", home, told);
        look.cancel();
        look.cancel();
        assertThat(told.failure()).isEqualTo(CloseReason.CANCELLED);
    }

    @Test
    void anAnswerIsKeptForAsLongAsItSays() {
        addresses("four.example").value();
        int asked = server.asked.get();
        addresses("four.example").value();
        assertThat(server.asked.get() - asked).isLessThanOrEqualTo(1); // the address that is not there may be asked for again
    }

    @Test
    void aClosedResolverFails() {
        dns.close();
        assertThat(addresses("four.example").failure()).isNotNull();
    }

    /** A name server over UDP that knows a few names. */
    private static final class Server implements AutoCloseable {
        private static final int TXT = 16;
        private static final int AAAA = 28;
        private final DatagramSocket socket;
        private final AtomicInteger asked = new AtomicInteger();

        Server() {
            try {
                socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            Thread thread = new Thread(this::serve, "test-dns");
            thread.setDaemon(true);
            thread.start();
        }

        InetSocketAddress address() {
            return (InetSocketAddress) socket.getLocalSocketAddress();
        }

        private void serve() {
            byte[] room = new byte[1500];
            while (true) {
                DatagramPacket p = new DatagramPacket(room, room.length);
                try {
                    socket.receive(p);
                    byte[] answer = answer(Arrays.copyOf(room, p.getLength()));
                    if (answer != null) socket.send(new DatagramPacket(answer, answer.length, p.getSocketAddress()));
                } catch (IOException e) {
                    return; // closed
                }
            }
        }

        private byte[] answer(byte[] query) {
            asked.incrementAndGet();
            int at = 12;
            StringBuilder name = new StringBuilder();
            while (query[at] != 0) {
                name.append(new String(query, at + 1, query[at], StandardCharsets.US_ASCII)).append('.');
                at += 1 + query[at];
            }
            int type = query[at + 1] << 8 | query[at + 2];
            int end = at + 5;
            byte[][] data = data(name.toString(), type);
            if (data == null) return null;
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            boolean none = name.toString().startsWith("none.");
            byte code = (byte) (none ? 0x83 : 0x80);
            out.writeBytes(new byte[] {query[0], query[1], (byte) 0x85, code, 0, 1, 0, (byte) data.length, 0, 0, 0, 0});
            out.write(query, 12, end - 12);
            for (byte[] d : data) {
                out.writeBytes(new byte[] {(byte) 0xc0, 12, 0, (byte) type, 0, 1, 0, 0, 1, 0, (byte) (d.length >> 8), (byte) d.length});
                out.writeBytes(d);
            }
            return out.toByteArray();
        }

        private static byte[][] data(String name, int type) {
            byte[] four = {(byte) 192, 0, 2, 1};
            byte[] six = new byte[16];
            six[15] = 1;
            switch (name) {
                case "silent.example.":
                    return null;
                case "both.example.":
                    return type == AAAA ? new byte[][] {six} : new byte[][] {four};
                case "four.example.":
                    return type == AAAA ? new byte[0][] : new byte[][] {four};
                case "many.example.":
                    byte[][] all = new byte[20][];
                    for (int i = 0; i < all.length; i++) {
                        all[i] = type == AAAA ? six.clone() : four.clone();
                        all[i][all[i].length - 1] = (byte) i;
                    }
                    return all;
                case "_dnsaddr.text.example.":
                    return type == TXT ? new byte[][] {strings("dnsaddr=/ip4/", "192.0.2.1/tcp/1")} : new byte[0][];
                default:
                    return new byte[0][];
            }
        }

        private static byte[] strings(String... parts) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            for (String p : parts) {
                out.write(p.length());
                out.writeBytes(p.getBytes(StandardCharsets.US_ASCII));
            }
            return out.toByteArray();
        }

        @Override
        public void close() {
            socket.close();
        }
    }
}
