package libp2p.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import libp2p.core.Buf;
import libp2p.core.Cancellable;
import libp2p.core.Rng;
import libp2p.core.identity.ExternalIdentity;
import libp2p.core.identity.KeyType;
import libp2p.core.identity.PeerId;
import libp2p.core.identity.PrivateKey;
import libp2p.core.net.Limits;
import libp2p.echo.Echo;
import libp2p.jvm.Host;
import libp2p.jvm.HostBuilder;
import libp2p.jvm.P2pException;
import libp2p.jvm.PeerSocket;
import libp2p.multiformats.Component;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Multihash;
import libp2p.multiformats.Proto;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is particular to WebRTC-direct: certificates, connectivity checks, the shared port, strangers. */
class RtcTest {
    private static final String ANY = "/ip4/127.0.0.1/udp/0/webrtc-direct";
    private static final long SECOND = 1_000_000_000L;
    private static final String SERVER = "libp2p+webrtc+v1/abcdefghijklmnopqrstuvwxyz";
    private static final InetSocketAddress HERE = new InetSocketAddress(InetAddress.getLoopbackAddress(), 4001);

    private static HostBuilder builder() {
        return Host.builder().limits(Limits.DEFAULT.with().drainNanos(SECOND / 100).build()).protocol(new Echo());
    }

    private static void assertEcho(Host from, PeerId to) throws IOException {
        try (PeerSocket s = from.open(to, Echo.ID)) {
            s.out().write(new byte[] {1, 2, 3});
            s.out().flush();
            assertThat(s.in().readNBytes(3)).containsExactly(1, 2, 3);
        }
    }

    private static byte[] id() {
        return new byte[Stun.ID];
    }

    @ParameterizedTest
    @EnumSource(KeyType.class)
    void hostsWithKeysOfAnyTypeMeetWithNothingConfiguredButTheAddress(KeyType type) throws IOException {
        PrivateKey key = PrivateKey.generate(type, Certificates.CRYPTO, Rng.seeded(11));
        try (Host a = builder().identity(key).listen(ANY).start(); Host b = builder().start()) {
            assertThat(b.connect(a.addresses().get(0))).isEqualTo(a.id());
            assertEcho(b, a.id());
            Waiting.until(a.swarm().loop(), () -> a.swarm().connections(b.id()).size() == 1);
            assertEcho(a, b.id());
        }
    }

    /** rust-libp2p loses a message that comes with the end of SCTP's set-up, when the first signature may be at hand. */
    @Test
    void nothingIsSaidAlongWithTheEndOfTheSetUp(@TempDir Path dir) throws IOException {
        PrivateKey key = PrivateKey.generate(KeyType.ED25519, Certificates.CRYPTO, Rng.seeded(14));
        ExternalIdentity prompt = new ExternalIdentity(key.publicKey(Certificates.CRYPTO), Certificates.CRYPTO, (message, done) -> {
            done.done(key.sign(Certificates.CRYPTO, message), null);
            return Cancellable.NONE;
        });
        Queue<Integer> records = new ConcurrentLinkedQueue<>();
        NettyTransport t = new NettyTransport(NettyOptions.DEFAULT.seedFile(dir.resolve("seed")));
        try (Host a = builder().identity(prompt).transport(t).listen(ANY).start();
                Host b = builder().start();
                Relay relay = new Relay(a.addresses().get(0).port(), 10)) {
            relay.watch(packet -> {
                if (packet[0] == 23) records.add(packet.length); // of an application, RFC 5246 6.2.1
            });
            Multiaddr address = a.addresses().get(0);
            b.connect(Multiaddr.of(address.toString().replace("/udp/" + address.port() + "/", "/udp/" + relay.port() + "/")));
        }
        int overhead = 13 + 8 + 16; // of a record with its nonce and tag
        // INIT ACK, then COOKIE ACK alone: a common header and a chunk without anything in it (RFC 9260 3.1, 3.3.12).
        assertThat(new ArrayList<>(records).get(1)).isEqualTo(overhead + 12 + 4);
    }

    @Test
    void itSharesItsPortWithQuic() throws IOException {
        try (Host a = builder().listen("/ip4/127.0.0.1/udp/0/quic-v1").start()) {
            int port = a.addresses().get(0).port();
            Multiaddr other = Multiaddr.of("/ip4/127.0.0.1/udp/" + port + "/webrtc-direct");
            a.listen(other);
            Waiting.until(a.swarm().loop(), () -> a.swarm().listenAddresses().size() == 2);
            for (Multiaddr each : a.addresses()) {
                try (Host b = builder().start()) {
                    b.connect(each);
                    assertEcho(b, a.id());
                }
            }
        }
    }

    @Test
    void theAddressStaysTheSameAsLongAsTheKeyDoes() throws IOException {
        PrivateKey key = PrivateKey.generate(KeyType.ED25519, Certificates.CRYPTO, Rng.seeded(12));
        byte[][] hashes = new byte[2][];
        for (int i = 0; i < 2; i++) {
            try (Host a = builder().identity(key).listen(ANY).start()) {
                hashes[i] = a.addresses().get(0).components().get(3).value();
            }
        }
        assertThat(hashes[0]).isEqualTo(hashes[1]);
    }

    @Test
    void aSeedGivesOneCertificate() {
        RtcCertificate a = RtcCertificate.of(new byte[32]);
        assertThat(RtcCertificate.of(new byte[32]).der()).isEqualTo(a.der());
        // Written down: another value would change the addresses of all hosts.
        assertThat(a.hash().toString()).isEqualTo(ZEROS_HASH);
    }

    private static final String ZEROS_HASH = "QmV4uPYQd2Q9t7eysGd2Xn5DvFpfztHFbLVsdowioLGF2s";

    @Test
    void theSeedOfAKeyThatIsElsewhereIsKeptInAFile(@TempDir Path dir) throws IOException {
        PrivateKey key = PrivateKey.generate(KeyType.ED25519, Certificates.CRYPTO, Rng.seeded(13));
        ExternalIdentity identity = new ExternalIdentity(key.publicKey(Certificates.CRYPTO), Certificates.CRYPTO,
                (message, done) -> {
                    done.done(key.sign(Certificates.CRYPTO, message), null);
                    return Cancellable.NONE;
                });
        Path file = dir.resolve("seed");
        String[] addresses = new String[2];
        for (int i = 0; i < 2; i++) {
            NettyTransport t = new NettyTransport(NettyOptions.DEFAULT.seedFile(file));
            try (Host a = builder().identity(identity).transport(t).listen(ANY).start()) {
                addresses[i] = a.addresses().get(0).components().get(3).text();
            }
        }
        assertThat(addresses[0]).isEqualTo(addresses[1]);
        assertThat(Files.size(file)).isEqualTo(32);
    }

    @Test
    void aServerWithAnotherCertificateIsNotConnectedTo() throws IOException {
        try (Host a = builder().listen(ANY).start(); Host b = builder().start()) {
            byte[] wrong = Multihash.of(Multihash.SHA2_256, new byte[32]).bytes();
            Multiaddr there = a.addresses().get(0);
            Multiaddr to = Multiaddr.of("/ip4/127.0.0.1/udp/" + there.port() + "/webrtc-direct")
                    .with(Component.of(Proto.CERTHASH, wrong))
                    .encapsulate("/p2p/" + a.id());
            assertThatThrownBy(() -> b.connect(to)).isInstanceOf(P2pException.class).hasMessageContaining("DTLS");
        }
    }

    @Test
    void anAddressWithoutAHashIsNotDialled() throws IOException {
        try (Host b = builder().start()) {
            assertThatThrownBy(() -> b.connect(Multiaddr.of("/ip4/127.0.0.1/udp/1/webrtc-direct/p2p/" + b.id())))
                    .isInstanceOf(P2pException.class);
        }
    }

    // ---- STUN

    @Test
    void aCheckIsAnsweredWithTheAddressThatItCameFrom() {
        byte[] check = Stun.check(id(), SERVER + ":" + SERVER, SERVER, 7);
        Stun.Message m = Stun.read(check, check.length);
        assertThat(m.to()).isEqualTo(SERVER);
        assertThat(m.isBy(SERVER)).isTrue();
        assertThat(m.isBy("another")).isFalse();
        byte[] answer = Stun.answer(m.id(), HERE, SERVER);
        Stun.Message a = Stun.read(answer, answer.length);
        assertThat(a.success()).isTrue();
        assertThat(a.isBy(SERVER)).isTrue();
        // XOR-MAPPED-ADDRESS follows the header: port 4001 and 127.0.0.1 under the cookie
        assertThat(HexFormat.of().formatHex(answer, 20, 32)).isEqualTo("002000080001" + "2eb3" + "5e12a443");
    }

    @Test
    void theSampleRequestOfRfc5769IsRead() {
        byte[] sample = HexFormat.of().parseHex("000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74"
                + "002400046e0001ff80290008932ff9b151263b36000600096576746a3a68367659202020000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2"
                + "80280004e57a3bcf");
        Stun.Message m = Stun.read(sample, sample.length);
        assertThat(m.username()).isEqualTo("evtj:h6vY");
        assertThat(m.isBy("VOkJxbRl1RmTxUk/WvJxBt")).isTrue();
    }

    @Test
    void aMessageOfWhichABitIsWrongIsNone() {
        byte[] good = Stun.check(id(), SERVER + ":" + SERVER, SERVER, 7);
        for (int i = 0; i < (good.length - 8) * 8; i++) { // what follows the integrity is not under it
            byte[] bad = good.clone();
            bad[i / 8] ^= (byte) (1 << i % 8);
            Stun.Message m = Stun.read(bad, bad.length);
            assertThat(m == null || !m.isBy(SERVER)).as("bit " + i).isTrue();
        }
        for (int n = 0; n < good.length; n++) {
            Stun.Message m = Stun.read(Arrays.copyOf(good, n), n);
            assertThat(m == null || !m.isBy(SERVER)).as("cut at " + n).isTrue();
        }
    }

    @Test
    void bothVersionsOfTheUserNameAreKnownAndNoOther() {
        String password = "0123456789abcdefghijkl";
        assertThat(Ufrag.isServers(SERVER)).isTrue();
        assertThat(Ufrag.isServers("libp2p+webrtc+v2/" + password)).isTrue();
        assertThat(Ufrag.isServers(Ufrag.fresh(Rng.seeded(1)))).isTrue();
        for (String bad : List.of("", "libp2p+webrtc+v3/" + password, "libp2p+webrtc+v2/short", "libp2p+webrtc+v1/", password,
                "libp2p+webrtc+v1/" + "a".repeat(256), "libp2p+webrtc+v1/" + password + "\u00e4", "libp2p+webrtc+v1/" + password + "-")) {
            assertThat(Ufrag.isServers(bad)).as(bad).isFalse();
        }
    }

    @Test
    void thePrologueIsThatOfTheSpecification() {
        Multihash client = hash("3e79af40d6059617a0d83b83a52ce73b0c1f37a72c6043ad2969e2351bdca870");
        Multihash server = hash("30fc9f469c207419dfdd0aab5f27a86c973c94e40548db9375cca2e915973b99");
        assertThat(HexFormat.of().formatHex(RtcNoise.prologue(client, server))).isEqualTo(
                "6c69627032702d7765627274632d6e6f6973653a"
                        + "12203e79af40d6059617a0d83b83a52ce73b0c1f37a72c6043ad2969e2351bdca870"
                        + "122030fc9f469c207419dfdd0aab5f27a86c973c94e40548db9375cca2e915973b99");
    }

    private static Multihash hash(String hex) {
        return Multihash.of(Multihash.SHA2_256, HexFormat.of().parseHex(hex));
    }

    // ---- strangers

    private static byte[] ask(DatagramSocket from, int port, byte[] packet) throws IOException {
        from.send(new DatagramPacket(packet, packet.length, InetAddress.getLoopbackAddress(), port));
        DatagramPacket answer = new DatagramPacket(new byte[2048], 2048);
        from.receive(answer);
        return Arrays.copyOf(answer.getData(), answer.getLength());
    }

    @Test
    void checksAndFirstHellosAreAnsweredAndCostNothing() throws IOException {
        try (Host a = builder().listen(ANY).start(); Host b = builder().start(); DatagramSocket stranger = new DatagramSocket()) {
            stranger.setSoTimeout(15_000);
            int port = a.addresses().get(0).port();
            int threads = handshakeThreads();
            byte[] check = Stun.check(id(), SERVER + ":" + SERVER, SERVER, 7);
            byte[] hello = HexFormat.of().parseHex(CLIENT_HELLO);
            for (int i = 0; i < 300; i++) {
                assertThat(Stun.read(ask(stranger, port, check), 64)).isNotNull();
                assertThat(ask(stranger, port, hello)[13]).as("HelloVerifyRequest").isEqualTo((byte) 3);
            }
            assertThat(handshakeThreads()).isEqualTo(threads);
            assertThat(Waiting.on(a.swarm().loop(), () -> a.swarm().connections().size())).isZero();
            b.connect(a.addresses().get(0));
            assertEcho(b, a.id());
        }
    }

    private static int handshakeThreads() {
        return (int) Thread.getAllStackTraces().keySet().stream().filter(t -> t.getName().startsWith("libp2p-dtls")).count();
    }

    @Test
    void whatIsNoPacketOfOursIsPassedOver() throws IOException {
        try (Host a = builder().listen(ANY).start(); Host b = builder().start(); DatagramSocket stranger = new DatagramSocket()) {
            int port = a.addresses().get(0).port();
            Rng rng = Rng.seeded(3);
            byte[] hello = HexFormat.of().parseHex(CLIENT_HELLO);
            for (int i = 0; i < 2000; i++) {
                byte[] p = i % 2 == 0 ? rng.bytes(1 + rng.nextInt(300)) : hello.clone();
                if (i % 2 == 0) p[0] = (byte) (rng.nextInt(2) == 0 ? rng.nextInt(4) : 20 + rng.nextInt(44));
                else p[rng.nextInt(p.length)] = (byte) rng.nextInt();
                stranger.send(new DatagramPacket(p, p.length, InetAddress.getLoopbackAddress(), port));
            }
            b.connect(a.addresses().get(0));
            assertEcho(b, a.id());
        }
    }

    /** As browsers with a post-quantum key share send it. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aClientHelloMayComeInParts(boolean lastFirst) throws IOException {
        try (Host a = builder().listen(ANY).start(); DatagramSocket client = new DatagramSocket()) {
            client.setSoTimeout(15_000);
            int port = a.addresses().get(0).port();
            byte[] hello = Arrays.copyOfRange(HexFormat.of().parseHex(CLIENT_HELLO), 25, 25 + HELLO);
            byte[] request = ask(client, port, part(hello, 0, 0, 36));
            assertThat(request[13]).as("HelloVerifyRequest").isEqualTo((byte) 3);
            byte[] cookie = Arrays.copyOfRange(request, 28, request.length);

            byte[] again = new byte[HELLO + cookie.length];
            System.arraycopy(hello, 0, again, 0, 35);
            again[35] = (byte) cookie.length;
            System.arraycopy(cookie, 0, again, 36, cookie.length);
            System.arraycopy(hello, 36, again, 36 + cookie.length, HELLO - 36);
            byte[] first = part(again, 1, 0, 69);
            byte[] second = part(again, 1, 69, 72);
            byte[] third = part(again, 1, 72, again.length);
            for (byte[] p : List.of(first, lastFirst ? third : second)) {
                client.send(new DatagramPacket(p, p.length, InetAddress.getLoopbackAddress(), port));
            }
            assertThat(ask(client, port, lastFirst ? second : third)[13]).as("ServerHello").isEqualTo((byte) 2);
        }
    }

    private static final int HELLO = 44; // bytes of the message

    private static byte[] part(byte[] hello, int message, int from, int to) {
        Buf b = new Buf(25 + to - from).putU8(22).putU16(0xfefd).putU16(0).putU16(0).putI32(message * 10 + from).putU16(12 + to - from);
        b.putU8(1).putU8(0).putU16(hello.length).putU16(message).putU8(0).putU16(from).putU8(0).putU16(to - from);
        return b.put(hello, from, to - from).takeAll();
    }

    @Test
    void whatIsLessThanAPartOfAClientHelloIsNone() {
        byte[] whole = HexFormat.of().parseHex(CLIENT_HELLO);
        HelloFragment f = HelloFragment.read(whole, whole.length);
        assertThat(f.random()).hasSize(32);
        assertThat(f.cookie()).isEmpty();
        for (int n = 0; n < whole.length; n++) assertThat(HelloFragment.read(whole, n)).isNull();
        for (int n = 1; n < HELLO; n++) {
            byte[] cut = part(Arrays.copyOfRange(whole, 25, whole.length), 0, 0, n);
            HelloFragment c = HelloFragment.read(cut, cut.length);
            assertThat(c.random() != null).isEqualTo(n >= 34);
            assertThat(c.cookie() != null).isEqualTo(n >= 36);
        }
        byte[] huge = whole.clone();
        huge[14] = 1;
        assertThat(HelloFragment.read(huge, huge.length)).as("longer than any").isNull();
        byte[] over = whole.clone();
        over[21] = 1;
        assertThat(HelloFragment.read(over, over.length)).as("beyond its end").isNull();
    }

    /** A ClientHello of DTLS 1.2 with one suite and no extension. */
    private static final String CLIENT_HELLO = "16fefd0000000000000000" + "0038" + "01" + "00002c" + "0000" + "000000" + "00002c" + "fefd"
            + "00".repeat(32) + "00" + "00" + "0002c02b" + "0100" + "0000";
}
