package libp2p.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.codec.http3.DefaultHttp3Headers;
import io.netty.handler.codec.http3.Http3Headers;
import io.netty.handler.codec.quic.QuicStreamType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.Rng;
import libp2p.core.identity.ExternalIdentity;
import libp2p.core.identity.KeyType;
import libp2p.core.identity.PeerId;
import libp2p.core.identity.PrivateKey;
import libp2p.core.net.Connection;
import libp2p.core.net.Limits;
import libp2p.core.net.Observer;
import libp2p.echo.Echo;
import libp2p.jvm.Host;
import libp2p.jvm.HostBuilder;
import libp2p.jvm.P2pException;
import libp2p.jvm.PeerSocket;
import libp2p.multiformats.Component;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Multihash;
import libp2p.multiformats.Nullable;
import libp2p.multiformats.Proto;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What is particular to WebTransport: certificates, requests, the shared port, who breaks the rules before anybody knows who it is. */
class WtTest {
    private static final String ANY = "/ip4/127.0.0.1/udp/0/quic-v1/webtransport";
    private static final long SECOND = 1_000_000_000L;
    private static final long DAY_MILLIS = 24L * 60 * 60 * 1000;

    private static HostBuilder builder() {
        return Host.builder().limits(Limits.DEFAULT.with().drainNanos(SECOND / 100).build()).protocol(new Echo());
    }

    private static Host host(String... listen) throws IOException {
        return builder().listen(listen).start();
    }

    private static void assertEcho(Host from, PeerId to) throws IOException {
        try (PeerSocket s = from.open(to, Echo.ID)) {
            s.out().write(new byte[] {1, 2, 3});
            s.out().flush();
            assertThat(s.in().readNBytes(3)).containsExactly(1, 2, 3);
        }
    }

    private static void assertMeets(Host from, Multiaddr at) throws IOException {
        assertEcho(from, from.connect(at));
    }

    private static Connection connection(Host from, PeerId to) {
        return Waiting.on(from.swarm().loop(), () -> from.swarm().connections(to).get(0));
    }

    /** The same place under other hashes. */
    private static Multiaddr named(Host server, List<byte[]> hashes) {
        Multiaddr a = Multiaddr.of("/ip4/127.0.0.1/udp/" + server.addresses().get(0).port() + "/quic-v1/webtransport");
        for (byte[] h : hashes) a = a.with(Component.of(Proto.CERTHASH, h));
        return a.encapsulate("/p2p/" + server.id());
    }

    private static List<byte[]> hashes(Multiaddr of) {
        List<byte[]> all = new ArrayList<>();
        for (Component c : of.components()) if (c.proto() == Proto.CERTHASH) all.add(c.value());
        return all;
    }

    // ---- hosts

    @ParameterizedTest
    @EnumSource(KeyType.class)
    void hostsWithKeysOfAnyTypeMeetWithNothingConfiguredButTheAddress(KeyType type) throws IOException {
        PrivateKey key = PrivateKey.generate(type, Certificates.CRYPTO, Rng.seeded(11));
        try (Host a = builder().identity(key).listen(ANY).start(); Host b = host()) {
            assertThat(b.connect(a.addresses().get(0))).isEqualTo(a.id());
            assertEcho(b, a.id());
            assertThat(connection(b, a.id()).remoteAddress()).isEqualTo(a.addresses().get(0).withoutPeer());
            Waiting.until(a.swarm().loop(), () -> a.swarm().connections(b.id()).size() == 1);
            assertEcho(a, b.id());
        }
    }

    @Test
    void onePortServesQuicAndWebTransportAndWebRtc() throws IOException {
        for (String first : List.of("/quic-v1", "/quic-v1/webtransport", "/webrtc-direct")) {
            try (Host a = host("/ip4/127.0.0.1/udp/0" + first)) {
                int port = a.addresses().get(0).port();
                for (String other : List.of("/quic-v1", "/quic-v1/webtransport", "/webrtc-direct")) {
                    if (!other.equals(first)) a.listen(Multiaddr.of("/ip4/127.0.0.1/udp/" + port + other));
                }
                Waiting.until(a.swarm().loop(), () -> a.swarm().listenAddresses().size() == 3);
                for (Multiaddr each : a.addresses()) {
                    assertThat(each.port()).isEqualTo(port);
                    try (Host b = host()) {
                        assertMeets(b, each);
                        assertThat(connection(b, a.id()).remoteAddress()).isEqualTo(each.withoutPeer());
                    }
                }
            }
        }
    }

    @Test
    void whoListensForBothDialsFromThatPort() throws IOException {
        try (Host a = host(ANY); Host b = host(ANY)) {
            b.connect(a.addresses().get(0));
            Waiting.until(a.swarm().loop(), () -> !a.swarm().connections(b.id()).isEmpty());
            assertThat(connection(a, b.id()).remoteAddress().port()).isEqualTo(b.addresses().get(0).port());
        }
    }

    @Test
    void aPeerOfQuicThatShowsNoCertificateIsNoConnection() throws Exception {
        try (Host a = host("/ip4/127.0.0.1/udp/0/quic-v1")) {
            int port = a.addresses().get(0).port();
            a.listen(Multiaddr.of("/ip4/127.0.0.1/udp/" + port + "/quic-v1/webtransport"));
            Waiting.until(a.swarm().loop(), () -> a.swarm().listenAddresses().size() == 2);
            try (RawHttp3 nobody = new RawHttp3(port, "libp2p")) {
                nobody.assertCloses();
            }
            assertThat(Waiting.on(a.swarm().loop(), () -> a.swarm().connections().size())).isZero();
        }
    }

    @Test
    void closesTellTheirCodeAndText() throws IOException {
        for (long code : new long[] {0, Codes.GATED, Codes.MAX}) {
            try (Host a = host(ANY); Host b = host()) {
                Connection c = connection(b, b.connect(a.addresses().get(0)));
                CompletableFuture<CloseReason> ended = new CompletableFuture<>();
                Waiting.until(a.swarm().loop(), () -> !a.swarm().connections(b.id()).isEmpty());
                connection(a, b.id()).onClose(a.swarm().loop(), ended::complete);
                c.close(CloseReason.of(CloseReason.Kind.CANCELLED, code, "bye"));
                assertThat(Waiting.get(ended)).isEqualTo(CloseReason.of(CloseReason.Kind.CONNECTION_CLOSED, code, "bye"));
            }
        }
    }

    @Test
    void anotherPeerThanExpectedIsRefused() throws IOException {
        try (Host a = host(ANY); Host b = host(); Host other = host()) {
            Multiaddr wrong = a.addresses().get(0).withoutPeer().encapsulate("/p2p/" + other.id());
            assertThatThrownBy(() -> b.connect(wrong)).isInstanceOf(P2pException.class).hasMessageContaining("peer id mismatch");
        }
    }

    @Test
    void aGaterRefusesBeforeAndAfterThePeerIsKnown() throws IOException {
        try (Host a = builder().gater(Gaters.CLOSED).listen(ANY).start(); Host b = host()) {
            assertThatThrownBy(() -> b.connect(a.addresses().get(0))).isInstanceOf(P2pException.class);
            assertThat(Waiting.on(a.swarm().loop(), () -> a.swarm().connections().size())).isZero();
        }
        try (Host a = host(ANY); Host b = builder().gater(Gaters.PICKY).start()) {
            assertThatThrownBy(() -> b.connect(a.addresses().get(0))).isInstanceOf(P2pException.class).hasMessageContaining("not you");
        }
        try (Host a = builder().gater(Gaters.PICKY).listen(ANY).start(); Host b = host()) {
            PeerId there = b.connect(a.addresses().get(0)); // the last word of the handshake is the client's
            Waiting.until(b.swarm().loop(), () -> b.swarm().connections(there).isEmpty());
            assertThat(Waiting.on(a.swarm().loop(), () -> a.swarm().connections().size())).isZero();
        }
    }

    // ---- certificates

    @Test
    void anAddressIsGoodAfterAnotherCertificateAndAfterARestartDaysLater() throws IOException {
        PrivateKey key = PrivateKey.generate(KeyType.ED25519, Certificates.CRYPTO, Rng.seeded(12));
        long then = 1_790_000_000_000L;
        AtomicLong now = new AtomicLong(then);
        List<byte[]> old;
        try (Host a = builder().identity(key).wallClock(now::get).listen(ANY).start(); Host b = builder().wallClock(now::get).start()) {
            old = hashes(a.addresses().get(0));
            now.addAndGet(WtCertificates.PERIOD_MILLIS); // while it runs: the next is shown
            assertMeets(b, named(a, old));
        }
        now.set(then + 13 * DAY_MILLIS); // for which it is good whenever it was told
        try (Host a = builder().identity(key).wallClock(now::get).listen(ANY).start(); Host b = builder().wallClock(now::get).start()) {
            assertMeets(b, named(a, old));
        }
        now.set(then + 30 * DAY_MILLIS);
        try (Host a = builder().identity(key).wallClock(now::get).listen(ANY).start(); Host b = builder().wallClock(now::get).start()) {
            assertThatThrownBy(() -> b.connect(named(a, old))).isInstanceOf(P2pException.class);
            assertMeets(b, a.addresses().get(0));
        }
    }

    @Test
    void theHashesOfAKeyThatIsElsewhereAreKeptByFiles(@TempDir Path dir) throws IOException {
        PrivateKey key = PrivateKey.generate(KeyType.ECDSA, Certificates.CRYPTO, Rng.seeded(13));
        AtomicInteger signed = new AtomicInteger();
        ExternalIdentity identity = new ExternalIdentity(key.publicKey(Certificates.CRYPTO), Certificates.CRYPTO, (message, done) -> {
            if (new String(message, StandardCharsets.ISO_8859_1).startsWith("libp2p-tls-handshake:")) signed.incrementAndGet();
            done.done(key.sign(Certificates.CRYPTO, message), null);
            return Cancellable.NONE;
        });
        Path file = dir.resolve("seed");
        List<List<Multihash>> hashes = new ArrayList<>();
        List<Integer> signatures = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            if (i == 2) Files.write(dir.resolve("seed.signature"), new byte[] {1}); // not of this key
            NettyTransport t = new NettyTransport(NettyOptions.DEFAULT.seedFile(file));
            try (Host a = builder().identity(identity).transport(t).listen(ANY).start(); Host b = host()) {
                assertMeets(b, a.addresses().get(0));
                hashes.add(hashes(a.addresses().get(0)).stream().map(Multihash::parse).toList());
            }
            signatures.add(signed.get());
        }
        assertThat(hashes.get(1)).isEqualTo(hashes.get(0));
        assertThat(signatures).as("a signature that may differ is asked for once").containsExactly(1, 1, 2);
    }

    @Test
    void aServerWithAnotherCertificateIsNotConnectedTo() throws IOException {
        try (Host a = host(ANY); Host b = host()) {
            Multiaddr to = named(a, List.of(Multihash.of(Multihash.SHA2_256, new byte[32]).bytes()));
            assertThatThrownBy(() -> b.connect(to)).isInstanceOf(P2pException.class).hasMessageContaining("none that the address names");
        }
    }

    @Test
    void aServerThatDoesNotVouchForAllHashesOfTheAddressIsNotConnectedTo() throws IOException {
        try (Host a = host(ANY); Host b = host()) {
            byte[] shown = hashes(a.addresses().get(0)).get(0);
            Multiaddr to = named(a, List.of(shown, Multihash.of(Multihash.SHA2_256, new byte[32]).bytes()));
            assertThatThrownBy(() -> b.connect(to)).isInstanceOf(P2pException.class).hasMessageContaining("vouch");
            assertMeets(b, named(a, List.of(shown)));
        }
    }

    @Test
    void anAddressWithoutAHashIsNotDialled() throws IOException {
        try (Host b = host()) {
            assertThatThrownBy(() -> b.connect(Multiaddr.of("/ip4/127.0.0.1/udp/1/quic-v1/webtransport/p2p/" + b.id())))
                    .isInstanceOf(P2pException.class);
        }
    }

    @Test
    void aServerWithoutWebTransportIsNotConnectedTo() throws IOException {
        try (Host a = host("/ip4/127.0.0.1/udp/0/quic-v1"); Host b = host()) {
            Multiaddr to = named(a, List.of(Multihash.of(Multihash.SHA2_256, new byte[32]).bytes()));
            assertThatThrownBy(() -> b.connect(to)).isInstanceOf(P2pException.class);
        }
    }

    // ---- requests

    static Http3Headers request(String method, @Nullable String protocol, String path) {
        Http3Headers h = new DefaultHttp3Headers().method(method).scheme("https").authority("127.0.0.1").path(path);
        return protocol == null ? h : h.protocol(protocol);
    }

    @ParameterizedTest
    @CsvSource({
        "CONNECT, webtransport, /.well-known/libp2p-webtransport?type=noise, 200",
        "CONNECT, webtransport-h3, /.well-known/libp2p-webtransport?type=noise, 200",
        "CONNECT, webtransport, /.well-known/libp2p-webtransport?x=1&type=noise, 200",
        "CONNECT, webtransport, /.well-known/libp2p-webtransport, 400",
        "CONNECT, webtransport, /.well-known/libp2p-webtransport?type=tls, 400",
        "CONNECT, webtransport, /.well-known/libp2p-webtransport?type=noise&type=noise, 400",
        "CONNECT, webtransport, /?type=noise, 404",
        "CONNECT, websocket, /.well-known/libp2p-webtransport?type=noise, 405",
        "GET, , /.well-known/libp2p-webtransport?type=noise, 405",
    })
    void requestsAreAnsweredAndThoseThatAreRefusedHoldNoPlace(String method, @Nullable String protocol, String path, String status)
            throws Exception {
        Limits one = Limits.DEFAULT.with().drainNanos(SECOND / 100).handshakesInboundMax(1).build();
        try (Host a = builder().limits(one).listen(ANY).start(); Host b = host()) {
            try (RawHttp3 raw = new RawHttp3(a.addresses().get(0).port(), "h3")) {
                assertThat(raw.status(request(method, protocol, path))).isEqualTo(status);
                if (status.equals("200")) return;
                raw.assertCloses();
                assertMeets(b, a.addresses().get(0));
            }
        }
    }

    @Test
    void aSecondSessionIsRefusedAndTheFirstGoesOn() throws Exception {
        try (Host a = host(ANY); RawHttp3 raw = new RawHttp3(a.addresses().get(0).port(), "h3")) {
            Http3Headers good = request("CONNECT", "webtransport", WtDialect.PATH + "?type=noise");
            assertThat(raw.status(good)).isEqualTo("200");
            for (int i = 0; i < 7; i++) assertThat(raw.status(good)).isEqualTo("429");
            assertThat(raw.isOpen()).isTrue();
            assertThat(raw.status(good)).isEqualTo("none");
            raw.assertCloses();
        }
    }

    // ---- before anybody knows who it is

    @Test
    void streamsMayComeBeforeTheirSessionButNotTooMany() throws Exception {
        try (Host a = host(ANY); RawHttp3 raw = new RawHttp3(a.addresses().get(0).port(), "h3")) {
            for (int i = 0; i < WtLink.EARLY_MAX; i++) raw.stream(QuicStreamType.BIDIRECTIONAL, WtHeader.of(4 * WtLink.EARLY_MAX));
            // Its number is the one that they are of.
            assertThat(raw.status(request("CONNECT", "webtransport", WtDialect.PATH + "?type=noise"))).isEqualTo("200");
        }
        try (Host a = host(ANY); RawHttp3 raw = new RawHttp3(a.addresses().get(0).port(), "h3")) {
            for (int i = 0; i <= WtLink.EARLY_MAX; i++) raw.stream(QuicStreamType.BIDIRECTIONAL, WtHeader.of(0));
            raw.assertCloses();
        }
    }

    @Test
    void streamsOfNoSessionThatCanBeCloseTheConnection() throws Exception {
        byte[][] bad = {{0x40, 0x41, 1}, {0x40, 0x41, 2}, {0x40, 0x41, (byte) 0x80, 0, 0, 7}};
        for (byte[] header : bad) {
            try (Host a = host(ANY); RawHttp3 raw = new RawHttp3(a.addresses().get(0).port(), "h3")) {
                raw.stream(QuicStreamType.BIDIRECTIONAL, header);
                raw.assertCloses();
            }
        }
        try (Host a = host(ANY); RawHttp3 raw = new RawHttp3(a.addresses().get(0).port(), "h3")) {
            assertThat(raw.status(request("CONNECT", "webtransport", WtDialect.PATH + "?type=noise"))).isEqualTo("200");
            raw.stream(QuicStreamType.BIDIRECTIONAL, WtHeader.of(400));
            raw.assertCloses();
        }
    }

    @Test
    void aStreamThatEndsWithinItsHeaderClosesTheConnection() throws Exception {
        try (Host a = host(ANY); RawHttp3 raw = new RawHttp3(a.addresses().get(0).port(), "h3")) {
            raw.stream(QuicStreamType.BIDIRECTIONAL, new byte[] {0x40}).shutdownOutput();
            raw.assertCloses();
        }
    }

    @Test
    void whatSaysNothingInPlaceOfAHandshakeEndsIt() throws Exception {
        try (Host a = host(ANY); RawHttp3 raw = new RawHttp3(a.addresses().get(0).port(), "h3"); Host b = host()) {
            assertThat(raw.status(request("CONNECT", "webtransport", WtDialect.PATH + "?type=noise"))).isEqualTo("200");
            byte[] garbage = Arrays.copyOf(WtHeader.of(0), 200);
            raw.stream(QuicStreamType.BIDIRECTIONAL, garbage).shutdownOutput();
            raw.assertCloses();
            assertMeets(b, a.addresses().get(0));
        }
    }

    @Test
    void unidirectionalStreamsAndDatagramsAreOfNoUse() throws Exception {
        try (Host a = host(ANY); RawHttp3 raw = new RawHttp3(a.addresses().get(0).port(), "h3")) {
            for (int i = 0; i < 50; i++) raw.datagram(Rng.seeded(i).bytes(i));
            raw.stream(QuicStreamType.UNIDIRECTIONAL, new byte[] {0x40, (byte) WtHeader.UNIDIRECTIONAL, 0, 1, 2, 3});
            raw.stream(QuicStreamType.UNIDIRECTIONAL, new byte[] {0x21, 1, 2, 3}); // of a reserved type, RFC 9114 6.2.3
            assertThat(raw.status(request("CONNECT", "webtransport", WtDialect.PATH + "?type=noise"))).isEqualTo("200");
            assertThat(raw.isOpen()).isTrue();
        }
    }

    @Test
    void unidirectionalStreamsThatEndAreFewInAll() throws Exception {
        BlockingQueue<CloseReason> failures = new LinkedBlockingQueue<>();
        Observer observer = new Observer() {
            @Override
            public void upgradeFailed(Multiaddr remote, boolean inbound, String step, CloseReason reason) {
                failures.add(reason);
            }
        };
        try (Host a = builder().observer(observer).listen(ANY).start(); RawHttp3 raw = new RawHttp3(a.addresses().get(0).port(), "h3")) {
            int said = 0;
            while (failures.isEmpty() && raw.isOpen()) {
                try {
                    raw.said(new byte[] {0x21});
                    said++;
                } catch (ExecutionException e) {
                    raw.assertCloses(); // meanwhile
                }
                Waiting.until(() -> raw.unidirectionalCredit() > 0 || !raw.isOpen());
            }
            assertThat(Waiting.next(failures).detail()).contains("too many unidirectional streams");
            // Three were HTTP/3's own, and some may have been said before the end was heard.
            assertThat(said).isBetween(WtLink.UNIDIRECTIONAL_MAX - 3, WtLink.UNIDIRECTIONAL_MAX + (int) QuicOptions.UNIDIRECTIONAL);
        }
    }
}
