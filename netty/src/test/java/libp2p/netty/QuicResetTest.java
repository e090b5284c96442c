package libp2p.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http3.Http3Headers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import libp2p.core.Rng;
import libp2p.jvm.Host;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a peer is told of stateless resets (RFC 9000 10.3), and what it can do with that. */
class QuicResetTest {
    private static final Pattern TOKEN = Pattern.compile("\"stateless_reset_token\":\\s*\"([0-9a-f]*)\"");
    private static final Pattern FRAME = Pattern.compile("\"frame_type\":\\s*\"new_connection_id\"");
    private static final int TOKEN_SIZE = 16;
    private static final int CLIENTS_ID = 20;
    private static final int LONG = 0x80;

    private final Rng rng = Rng.seeded(31);

    /** The tokens that a connection of a client's, which has ended, was told. */
    private static List<byte[]> told(Path log) throws IOException {
        String all = Files.readString(log);
        List<String> tokens = new ArrayList<>();
        for (Matcher m = TOKEN.matcher(all); m.find(); ) tokens.add(m.group(1));
        assertThat(tokens).as("one with each id, and none of the handshake's").hasSize((int) FRAME.matcher(all).results().count());
        return tokens.stream().distinct().map(HexFormat.of()::parseHex).toList(); // what was not acknowledged in time is told again
    }

    /** Keeps the beginnings of the last packet with a short header: it has the id that a connection is known by. */
    private static Consumer<byte[]> keeping(AtomicReference<byte[]> last, int idSize) {
        return packet -> {
            if ((packet[0] & LONG) == 0) last.set(Arrays.copyOf(packet, 1 + idSize));
        };
    }

    private byte[] reset(byte[] beginning, byte[] token) {
        byte[] packet = rng.bytes(60);
        packet[0] = (byte) (0x40 | packet[0] & 0x3f);
        System.arraycopy(beginning, 0, packet, 0, beginning.length);
        System.arraycopy(token, 0, packet, packet.length - token.length, token.length);
        return packet;
    }

    @Test
    void twoConnectionsTokensDifferAndThoseOfOneDoNothingAtAnother(@TempDir Path dir) throws Exception {
        Path first = dir.resolve("first.qlog");
        Path second = dir.resolve("second.qlog");
        Http3Headers session = WtTest.request("CONNECT", "webtransport", WtDialect.PATH + "?type=noise");
        AtomicReference<byte[]> toClient = new AtomicReference<>(new byte[0]);
        AtomicReference<byte[]> toServer = new AtomicReference<>(new byte[0]);
        try (Host a = Host.builder().listen("/ip4/127.0.0.1/udp/0/quic-v1/webtransport").start()) {
            int port = a.addresses().get(0).port();
            try (RawHttp3 one = new RawHttp3(port, "h3", first)) {
                assertThat(one.status(session)).isEqualTo("200");
            }
            List<byte[]> tokens = told(first);
            try (Relay relay = new Relay(port, 3); RawHttp3 other = new RawHttp3(relay.port(), "h3", second)) {
                relay.watch(keeping(toClient, CLIENTS_ID));
                relay.watchClients(keeping(toServer, QuicIds.SIZE));
                assertThat(other.status(session)).isEqualTo("200");
                for (byte[] token : tokens) {
                    relay.toClients(reset(new byte[0], token));
                    relay.toClients(reset(toClient.get(), token));
                    relay.toServer(reset(new byte[0], token));
                    relay.toServer(reset(toServer.get(), token));
                }
                assertThat(toClient.get()).hasSize(1 + CLIENTS_ID);
                assertThat(toServer.get()).hasSize(1 + QuicIds.SIZE);
                assertThat(other.status(session)).as("a second session is refused, on a connection that lives").isEqualTo("429");
                assertThat(other.isOpen()).isTrue();
            }
            List<String> all = new ArrayList<>();
            for (byte[] token : tokens) all.add(HexFormat.of().formatHex(token));
            List<byte[]> others = told(second);
            for (byte[] token : others) all.add(HexFormat.of().formatHex(token));
            assertThat(tokens).isNotEmpty().allMatch(t -> t.length == TOKEN_SIZE);
            assertThat(others).isNotEmpty().allMatch(t -> t.length == TOKEN_SIZE);
            assertThat(all).doesNotHaveDuplicates();
        }
    }
}
