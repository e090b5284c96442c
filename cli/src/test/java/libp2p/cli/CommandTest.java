package libp2p.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.grack.nanojson.JsonObject;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import libp2p.multiformats.Multiaddr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The command as its users meet it: exit codes 0 done, 1 failed, 2 wrong usage. */
@Timeout(120)
class CommandTest {
    private static final String ESCAPE = "\u001b";

    @TempDir
    private Path folder;

    private static Ran run(String line) {
        return Ran.here(line.isEmpty() ? new String[0] : line.split(" "));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "demo", "node", "ping", "identify", "perf", "echo", "key", "key new", "key show", "key convert", "generate-completion"
    })
    void eachCommandHasHelpThatSaysHowItIsUsed(String command) {
        Ran ran = run((command + " --help").trim());
        assertThat(ran.code()).isZero();
        assertThat(ran.out()).contains(("Usage: libp2p " + command).trim()).contains("--help");
        assertThat(ran.err()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "nonsense", "ping", "identify", "perf", "echo", "key", "key new", "key show", "key convert a", "key convert a b",
        "ping nonsense", "identify /ip4/1.2.3", "perf /nonsense/1", "echo ip4/127.0.0.1", "node --listen nonsense", "node more",
        "node --key-store f", "node --key-store-password f",
        "ping -c 0 /ip4/127.0.0.1/tcp/0", "ping -c x /ip4/127.0.0.1/tcp/0", "ping /ip4/127.0.0.1/tcp/0 /ip4/127.0.0.1/tcp/2",
        "perf /ip4/127.0.0.1/tcp/0 --upload 3x", "perf /ip4/127.0.0.1/tcp/0 --upload 9000000TiB",
        "perf /ip4/127.0.0.1/tcp/0 --upload 0 --download 0", "echo /ip4/127.0.0.1/tcp/0 --size -1",
        "demo --nodes 1", "demo --nodes 65", "demo --nodes many", "demo --for 3", "demo --for -3s", "demo --bogus",
        "key new f --type DSA", "key new f --form JWK", "key new f --bits many"
    })
    void wrongUsageSaysWhatIsWrongAndWhereTheHelpIs(String line) {
        Ran ran = run(line);
        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.out()).isEmpty();
        if (!line.isEmpty()) assertThat(ran.err()).startsWith("libp2p: ").contains("--help");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "ping /ip4/127.0.0.1/tcp/0", "identify /ip4/127.0.0.1/tcp/0", "perf /ip4/127.0.0.1/tcp/0", "echo /ip4/127.0.0.1/tcp/0",
        "ping /ip4/127.0.0.1/tcp/0 --json", "ping /onion3/vww6ybal4bd7szmgncyruucpgfkqahzddi37ktceo3ah7ngmcopnpyyd:1234",
        "node --listen /memory/x", "node --identity no-such-file", "key show no-such-file", "key show no-such-file --json",
        "key new no-such-folder/key", "key new f --type RSA --bits 512"
    })
    void whatFailsSaysWhyInOneLineAndNothingElse(String line) {
        Ran ran = run(line);
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.err().lines()).hasSize(1).allMatch(l -> l.startsWith("libp2p: "));
    }

    @Test
    void completionKnowsEveryCommand() {
        Ran ran = run("generate-completion");
        assertThat(ran.code()).isZero();
        assertThat(ran.out()).contains("demo node ping identify perf echo pubsub key sim")
                .contains("--upload").contains("convert new show");
    }

    @ParameterizedTest
    @CsvSource({"ED25519", "SECP256K1", "ECDSA", "RSA"})
    void aKeyIsMadeShownAndConvertedAndStaysTheSame(String type) throws IOException {
        Path made = folder.resolve("made");
        Path pem = folder.resolve("pem");
        JsonObject one = Ran.here("key", "new", made.toString(), "--type", type, "--json").object();
        assertThat(one.getString("type")).isEqualToIgnoringCase(type);
        assertThat(Ran.here("key", "convert", made.toString(), pem.toString(), "--form", "PEM", "--json").object()).isEqualTo(one);
        assertThat(Ran.here("key", "show", pem.toString(), "--json").object()).isEqualTo(one);
        assertThat(Ran.here("key", "show", pem.toString()).out()).startsWith(one.getString("peerId"));
        assertThat(Files.readString(pem)).startsWith("-----BEGIN PRIVATE KEY-----");
        if (Files.getFileStore(folder).supportsFileAttributeView("posix")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made))).isEqualTo("rw-------");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(pem))).isEqualTo("rw-------");
        }
        Ran again = Ran.here("key", "new", made.toString());
        assertThat(again.code()).isEqualTo(1);
        assertThat(again.err()).contains("already").contains(made.toString());
    }

    @Test
    void aFileThatIsNoKeyIsNone() throws IOException {
        Path file = Files.writeString(folder.resolve("text"), "not a key");
        Ran ran = Ran.here("key", "show", file.toString());
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err()).contains("holds no key");
    }

    @Test
    void theDemoTellsEachEventAndSumsUp() {
        Ran ran = run("demo --nodes 3 --for 300ms");
        assertThat(ran.code()).isZero();
        assertThat(ran.out()).doesNotContain(ESCAPE).contains("node 0 is ", "node 0 is connected to node 2");
        assertThat(ran.lines().get(ran.lines().size() - 1)).startsWith("3 nodes, 3 connections, ");
    }

    @Test
    void theDemoSpeaksJson() {
        Ran ran = run("demo --nodes 2 --for 300ms --json");
        assertThat(ran.code()).isZero();
        assertThat(ran.objects()).extracting(o -> o.getString("event")).startsWith("started", "started", "connected").endsWith("summary");
        assertThat(ran.object().getInt("connections")).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"garbage", "", "\u0013/multistream/1.0.0\n\u0003na\n"})
    void aPeerThatSpeaksNoLibp2pIsAFailureWithAReason(String said) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread peer = new Thread(() -> {
                try {
                    while (true) { // who is hung up on may try once more, with another security protocol
                        try (Socket s = server.accept(); OutputStream out = s.getOutputStream()) {
                            out.write(said.getBytes(ISO_8859_1));
                        }
                    }
                } catch (IOException e) {
                    // The server is closed, or the peer was first to go.
                }
            });
            peer.setDaemon(true);
            peer.start();
            Ran ran = run("ping /ip4/127.0.0.1/tcp/" + server.getLocalPort());
            assertThat(ran.code()).isEqualTo(1);
            assertThat(ran.err()).matches("libp2p: UNREACHABLE.*(VIOLATION|LOST|UNSUPPORTED).*\n");
        }
    }

    @Test
    void asProcessesANodeIsAskedEverythingAndEndsWithZeroWhenItIsTold() throws Exception {
        Path key = folder.resolve("key");
        String id = Ran.here("key", "new", key.toString(), "--json").object().getString("peerId");
        Process node = Ran.begin("node", "--listen", "/ip4/127.0.0.1/tcp/0", "--identity", key.toString(), "--echo", "--json");
        try {
            BufferedReader said = node.inputReader();
            JsonObject ready = Ran.object(said.readLine());
            assertThat(ready.getString("peerId")).isEqualTo(id);
            String address = ready.getArray("addresses").getString(0);
            assertThat(address).matches("/ip4/127\\.0\\.0\\.1/tcp/[0-9]+/p2p/" + id);

            Ran ping = Ran.process("ping", address, "-c", "2", "--json");
            assertThat(ping.code()).isZero();
            assertThat(ping.objects()).hasSize(3).allMatch(o -> o.getString("peerId").equals(id));
            assertThat(ping.object().getInt("count")).isEqualTo(2);

            Ran identify = Ran.process("identify", address);
            assertThat(identify.code()).isZero();
            assertThat(identify.out()).contains("peerId: " + id, "agentVersion: java-libp2p/", "  /perf/1.0.0").doesNotContain(ESCAPE);

            Ran perf = Ran.process("perf", address, "--upload", "2MiB", "--download", "1MiB", "--json");
            assertThat(perf.code()).isZero();
            assertThat(perf.err()).isEmpty();
            assertThat(perf.object().getLong("uploadBytes")).isEqualTo(2 << 20);
            assertThat(perf.object().getLong("downloadBytes")).isEqualTo(1 << 20);

            Ran echo = Ran.process("echo", address, "--size", "300kB");
            assertThat(echo.code()).isZero();
            assertThat(echo.out()).startsWith("same: 300000 bytes");

            Ran other = Ran.process("ping", address.replace(id, "12D3KooWSMxWpSEX5JYsgTwZnQ5qNGjKFCinpLv1svKKXhCgr2Yz"));
            assertThat(other.code()).isEqualTo(1);
            assertThat(other.err()).contains("peer id mismatch");
        } finally {
            node.destroy(); // as an interrupt does
        }
        assertThat(node.waitFor()).isZero();
    }

    private static Path keyStore(Path file, String password) throws Exception {
        String keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        Process made = new ProcessBuilder(keytool, "-genkeypair", "-keyalg", "EC", "-alias", "node", "-dname", "CN=localhost",
                "-storetype", "PKCS12", "-keystore", file.toString(), "-storepass", password).redirectErrorStream(true).start();
        String said = new String(made.getInputStream().readAllBytes(), UTF_8);
        assertThat(made.waitFor()).as(said).isZero();
        return file;
    }

    @Test
    void aNodeShowsTheCertificateOfAKeyStoreWhosePasswordIsInAFile() throws Exception {
        Path store = keyStore(folder.resolve("store"), "a secret");
        Path password = Files.writeString(folder.resolve("password"), "a secret\nand no more\n");
        Process node = Ran.begin("node", "--listen", "/ip4/127.0.0.1/tcp/0/tls/ws", "--key-store", store.toString(), "--key-store-password",
                password.toString(), "--json");
        try {
            String address = Ran.object(node.inputReader().readLine()).getArray("addresses").getString(0);
            SSLContext any = SSLContext.getInstance("TLS");
            any.init(null, InsecureTrustManagerFactory.INSTANCE.getTrustManagers(), null);
            try (SSLSocket s = (SSLSocket) any.getSocketFactory().createSocket("127.0.0.1", Multiaddr.of(address).port())) {
                s.startHandshake();
                X509Certificate shown = (X509Certificate) s.getSession().getPeerCertificates()[0];
                assertThat(shown.getSubjectX500Principal().getName()).isEqualTo("CN=localhost");
            }
        } finally {
            node.destroy();
        }
        assertThat(node.waitFor()).isZero();
    }

    @Test
    void aKeyStoreThatIsOfNoUseIsNamedWithTheReason() throws Exception {
        Path store = keyStore(folder.resolve("store"), "a secret");
        Path password = Files.writeString(folder.resolve("password"), "another");
        Path text = Files.writeString(folder.resolve("text"), "no key store");
        String none = folder.resolve("none").toString();
        assertFails("password was incorrect", "--key-store", store.toString(), "--key-store-password", password.toString());
        assertFails(text + " cannot be opened", "--key-store", text.toString(), "--key-store-password", password.toString());
        assertFails("key store " + none + " does not exist", "--key-store", none, "--key-store-password", password.toString());
        assertFails("password file " + none + " does not exist", "--key-store", store.toString(), "--key-store-password", none);
    }

    private static void assertFails(String why, String... more) {
        List<String> line = new ArrayList<>(List.of("node", "--listen", "/ip4/127.0.0.1/tcp/0/tls/ws"));
        line.addAll(List.of(more));
        Ran ran = Ran.here(line.toArray(new String[0]));
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err().lines()).hasSize(1).allMatch(l -> l.startsWith("libp2p: ") && l.contains(why));
    }

    @Test
    void asProcessesTheOthersEndWithTheirCodesToo() throws Exception {
        Ran demo = Ran.process("demo", "--nodes", "2", "--for", "200ms");
        assertThat(demo.code()).isZero();
        assertThat(demo.out()).doesNotContain(ESCAPE).contains("2 nodes, 1 connections");
        Ran key = Ran.process("key", "new", folder.resolve("k").toString());
        assertThat(key.code()).isZero();
        assertThat(key.out()).startsWith("12D3KooW").contains("(ed25519)");
        Ran usage = Ran.process("ping");
        assertThat(usage.code()).isEqualTo(2);
        assertThat(usage.err()).doesNotContain(ESCAPE);
    }
}
