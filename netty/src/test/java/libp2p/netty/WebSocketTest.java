package libp2p.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import libp2p.core.Buf;
import libp2p.core.CloseReason;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Connection;
import libp2p.core.net.Gater;
import libp2p.core.net.Limits;
import libp2p.jvm.Host;
import libp2p.jvm.HostBuilder;
import libp2p.jvm.P2pException;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;
import org.junit.jupiter.api.Test;

/** What is particular to WebSockets: addresses, ports that are shared, certificates, proxies and those who ask for something else. */
class WebSocketTest {
    private static final long SECONDS = 60;

    /** The same with a certificate to show, which nobody vouches for. */
    static NettyOptions secured(NettyOptions options) {
        return options.selfSigned().verifies(false);
    }

    private static Host host(NettyOptions options, String... listen) throws IOException {
        return builder(options).listen(listen).start();
    }

    private static HostBuilder builder(NettyOptions options) {
        return Host.builder().transport(new NettyTransport(options));
    }

    private static Multiaddr on(Host host, String suffix) {
        for (Multiaddr a : host.addresses()) if (a.withoutPeer().toString().endsWith(suffix)) return a;
        throw new AssertionError("no " + suffix + " in " + host.addresses());
    }

    @Test
    void allFormsOfAddressesAreDialledAndToldAsTheyWereGiven() throws IOException {
        NettyOptions options = secured(NettyOptions.DEFAULT);
        List<String> forms =
                List.of("/ws", "/wss", "/tls/ws", "/tls/sni/example.com/ws", "/ws/http-path/%2Fdeep%2Fdown", "/wss/http-path/deep");
        for (String form : forms) {
            try (Host a = host(options, "/ip4/127.0.0.1/tcp/0" + form); Host b = host(options)) {
                assertThat(b.connect(a.addresses().get(0))).isEqualTo(a.id());
            }
        }
    }

    @Test
    void rawTcpAndWebSocketsShareOnePort() throws IOException {
        NettyOptions options = secured(NettyOptions.DEFAULT).tcp(true);
        try (Host a = host(options, "/ip4/127.0.0.1/tcp/0")) {
            int port = a.addresses().get(0).port();
            a.listen(Multiaddr.of("/ip4/127.0.0.1/tcp/" + port + "/ws"));
            a.listen(Multiaddr.of("/ip4/127.0.0.1/tcp/" + port + "/tls/ws"));
            assertThat(a.addresses()).hasSize(3).allMatch(x -> x.port() == port);
            for (Multiaddr to : a.addresses()) {
                try (Host b = host(options)) {
                    assertThat(b.connect(to)).isEqualTo(a.id());
                }
            }
            assertThatThrownBy(() -> a.listen(Multiaddr.of("/ip4/127.0.0.1/tcp/" + port + "/ws")))
                    .isInstanceOf(P2pException.class).hasMessageContaining("already");
        }
    }

    @Test
    void aPortInUseIsRefused() throws IOException {
        try (Host a = host(NettyOptions.DEFAULT, "/ip4/127.0.0.1/tcp/0/ws")) {
            int port = a.addresses().get(0).port();
            assertThatThrownBy(() -> host(NettyOptions.DEFAULT, "/ip4/127.0.0.1/tcp/" + port + "/ws")).isInstanceOf(P2pException.class);
        }
    }

    @Test
    void withoutACertificateNobodyListensSecurely() {
        assertThatThrownBy(() -> host(NettyOptions.DEFAULT, "/ip4/127.0.0.1/tcp/0/wss"))
                .isInstanceOf(P2pException.class).hasMessageContaining("needs a certificate");
    }

    @Test
    void aCertificateThatNobodyVouchesForIsRefusedUnlessTheseDoNotMatter() throws IOException {
        try (Host a = host(secured(NettyOptions.DEFAULT), "/ip4/127.0.0.1/tcp/0/wss"); Host b = host(NettyOptions.DEFAULT)) {
            assertThatThrownBy(() -> b.connect(a.addresses().get(0))).isInstanceOf(P2pException.class);
        }
    }

    /** What a plain HTTP client hears. */
    private static String ask(int port, String request) throws IOException {
        try (Socket s = new Socket(InetAddress.getLoopbackAddress(), port)) {
            s.setSoTimeout((int) TimeUnit.SECONDS.toMillis(SECONDS));
            s.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            InputStream in = s.getInputStream();
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    @Test
    void whoAsksForSomethingElseIsToldSo() throws IOException {
        try (Host a = host(NettyOptions.DEFAULT, "/ip4/127.0.0.1/tcp/0/ws/http-path/here")) {
            int port = a.addresses().get(0).port();
            assertThat(ask(port, "GET /here HTTP/1.1\r\nHost: x\r\n\r\n")).startsWith("HTTP/1.1 426");
            String there = "GET /there HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n";
            assertThat(ask(port, there)).startsWith("HTTP/1.1 404");
            assertThat(ask(port, "POST /here HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")).startsWith("HTTP/1.1 405");
            assertThat(ask(port, "GET /" + "x".repeat(20_000) + " HTTP/1.1\r\n\r\n")).doesNotContain("101");
        }
    }

    @Test
    void whoAsksForAWebSocketOtherwiseThanRfc6455SaysIsRefusedAndHoldsNoPlace() throws IOException {
        String good = new String(upgrade(""), StandardCharsets.US_ASCII);
        String key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
        String version = "Sec-WebSocket-Version: 13\r\n";
        String old = "Origin: x\r\nSec-WebSocket-Key1: \r\nSec-WebSocket-Key2: 1\r\n"; // of drafts before the RFC, without spaces
        Limits one = Limits.DEFAULT.with().handshakesInboundMax(1).build();
        try (Host a = builder(NettyOptions.DEFAULT).limits(one).listen("/ip4/127.0.0.1/tcp/0/ws/http-path/here").start()) {
            int port = a.addresses().get(0).port();
            String here = good.replace("GET / ", "GET /here ");
            assertThat(ask(port, here.replace(key, ""))).startsWith("HTTP/1.1 400");
            assertThat(ask(port, here.replace(key, "Sec-WebSocket-Key: short\r\n"))).startsWith("HTTP/1.1 400");
            assertThat(ask(port, here.replace(key, key + key))).startsWith("HTTP/1.1 400");
            assertThat(ask(port, here.replace("Connection: upgrade\r\n", ""))).startsWith("HTTP/1.1 426");
            assertThat(ask(port, here.replace("websocket\r\n", ", websocket\r\n"))).startsWith("HTTP/1.1 426");
            assertThat(ask(port, here.replace(version, ""))).startsWith("HTTP/1.1 426").containsIgnoringCase(version);
            assertThat(ask(port, here.replace("13", "8"))).startsWith("HTTP/1.1 426").containsIgnoringCase(version);
            assertThat(ask(port, here.replace(version, old) + "12345678")).startsWith("HTTP/1.1 426");
            assertThat(ask(port, here.replace("/here", "/%zz"))).startsWith("HTTP/1.1 400");
            try (Host b = host(NettyOptions.DEFAULT)) {
                assertThat(b.connect(a.addresses().get(0))).isEqualTo(a.id());
            }
        }
    }

    /** Remembers from where connections came. */
    private static final class Seen implements Gater {
        private final BlockingQueue<Multiaddr> from = new LinkedBlockingQueue<>();

        @Override
        public @Nullable CloseReason accept(Multiaddr local, Multiaddr remote) {
            from.add(remote);
            return null;
        }

        Multiaddr next() {
            try {
                return from.poll(SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    private static byte[] upgrade(String more) {
        String key = "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
        String all = "GET / HTTP/1.1\r\nHost: x\r\n" + more + "Upgrade: websocket\r\nConnection: upgrade\r\n" + key + "\r\n";
        return all.getBytes(StandardCharsets.US_ASCII);
    }

    private static void askForwarded(int port) throws IOException {
        try (Socket s = new Socket(InetAddress.getLoopbackAddress(), port)) {
            s.getOutputStream().write(upgrade("X-Forwarded-For: 1.1.1.1, 203.0.113.9\r\n"));
            assertThat(new String(s.getInputStream().readNBytes(12), StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 101");
        }
    }

    @Test
    void onlyATrustedProxyIsBelievedWhomItForwardsFor() throws IOException {
        Seen seen = new Seen();
        NettyOptions trusting = NettyOptions.DEFAULT.trustedProxies(InetAddress::isLoopbackAddress);
        try (Host a = builder(trusting).gater(seen).listen("/ip4/127.0.0.1/tcp/0/ws").start()) {
            askForwarded(a.addresses().get(0).port());
            assertThat(seen.next().toString()).startsWith("/ip4/203.0.113.9/tcp/").endsWith("/ws");
        }
        try (Host a = builder(NettyOptions.DEFAULT).gater(seen).listen("/ip4/127.0.0.1/tcp/0/ws").start()) {
            askForwarded(a.addresses().get(0).port());
            assertThat(seen.next().toString()).startsWith("/ip4/127.0.0.1/tcp/");
        }
    }

    /** A proxy that answers one request with {@code says} and carries bytes to {@code to} from then on. */
    private static ServerSocket proxy(int to, BlockingQueue<String> asked, boolean socks) throws IOException {
        ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Thread t = new Thread(() -> {
            try (Socket in = server.accept(); Socket out = new Socket(InetAddress.getLoopbackAddress(), to)) {
                if (socks) {
                    in.getInputStream().readNBytes(2 + 1);
                    in.getOutputStream().write(new byte[] {5, 0});
                    byte[] head = in.getInputStream().readNBytes(10);
                    asked.add("socks " + (head[8] << 8 & 0xffff | head[9] & 0xff));
                    in.getOutputStream().write(new byte[] {5, 0, 0, 1, 0, 0, 0, 0, 0, 0});
                } else {
                    StringBuilder head = new StringBuilder();
                    while (!head.toString().endsWith("\r\n\r\n")) head.append((char) in.getInputStream().read());
                    asked.add(head.toString());
                    in.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                }
                Thread back = new Thread(() -> {
                    try {
                        out.getInputStream().transferTo(in.getOutputStream());
                    } catch (IOException e) {
                        // The test is over.
                    }
                });
                back.start();
                in.getInputStream().transferTo(out.getOutputStream());
            } catch (IOException e) {
                asked.add("failed: " + e);
            }
        });
        t.setDaemon(true);
        t.start();
        return server;
    }

    @Test
    void dialsGoThroughTheProxyThatIsSet() throws Exception {
        for (NettyOptions.Proxy.Kind kind : NettyOptions.Proxy.Kind.values()) {
            BlockingQueue<String> asked = new LinkedBlockingQueue<>();
            try (Host a = host(NettyOptions.DEFAULT, "/ip4/127.0.0.1/tcp/0/ws");
                    ServerSocket between = proxy(a.addresses().get(0).port(), asked, kind == NettyOptions.Proxy.Kind.SOCKS5)) {
                InetSocketAddress at = new InetSocketAddress(InetAddress.getLoopbackAddress(), between.getLocalPort());
                try (Host b = host(NettyOptions.DEFAULT.proxy(NettyOptions.Proxy.of(kind, at)))) {
                    assertThat(b.connect(a.addresses().get(0))).isEqualTo(a.id());
                    assertThat(asked.poll(SECONDS, TimeUnit.SECONDS)).contains(String.valueOf(a.addresses().get(0).port()));
                }
            }
        }
    }

    @Test
    void aFrameLongerThanTheLongestEndsTheConnection() throws IOException {
        try (Host a = host(NettyOptions.DEFAULT, "/ip4/127.0.0.1/tcp/0/ws");
                Socket s = new Socket(InetAddress.getLoopbackAddress(), on(a, "/ws").port())) {
            s.setSoTimeout((int) TimeUnit.SECONDS.toMillis(SECONDS));
            s.getOutputStream().write(upgrade(""));
            StringBuilder head = new StringBuilder();
            while (!head.toString().endsWith("\r\n\r\n")) head.append((char) s.getInputStream().read());
            int size = WebSocketFrames.FRAME_MAX + 1;
            s.getOutputStream().write(new Buf(10).putU8(0x82).putU8(0xff).putI64(size).takeAll());
            assertThat(s.getInputStream().readAllBytes()).hasSizeGreaterThan(0); // what we say first, a close frame, and the end
        }
    }

    @Test
    void anEndAndAnotherConnectionAfterIt() throws IOException {
        try (Host a = host(NettyOptions.DEFAULT, "/ip4/127.0.0.1/tcp/0/ws"); Host b = host(NettyOptions.DEFAULT)) {
            for (int i = 0; i < 3; i++) {
                PeerId met = b.connect(a.addresses().get(0));
                Connection c = Waiting.on(b.swarm().loop(), () -> b.swarm().connections(met).get(0));
                c.close(CloseReason.FINISHED);
                Waiting.until(b.swarm().loop(), () -> b.swarm().connections(met).isEmpty());
                Waiting.until(a.swarm().loop(), () -> a.swarm().connections(b.id()).isEmpty());
            }
        }
    }
}
