package libp2p.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.grack.nanojson.JsonObject;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.Rng;
import libp2p.core.identity.KeyType;
import libp2p.core.identity.PeerId;
import libp2p.core.identity.PrivateKey;
import libp2p.core.net.Connection;
import libp2p.core.net.OpenOptions;
import libp2p.core.node.Identified;
import libp2p.core.wire.Muxer;
import libp2p.core.wire.mplex.Mplex;
import libp2p.core.wire.yamux.Yamux;
import libp2p.echo.Echo;
import libp2p.identify.Identify;
import libp2p.jvm.Host;
import libp2p.jvm.JvmCrypto;
import libp2p.perf.Perf;
import libp2p.ping.Ping;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Our node against an unmodified js-libp2p node over TCP and Noise, each side dialling. */
@Tag("js")
final class JsInteropTest {
    private static final long MIB = 1L << 20;

    private final Ping ping = new Ping();
    private final Identify identify = new Identify();

    static Stream<Arguments> combinations() {
        return Stream.of("yamux", "mplex")
                .flatMap(m -> Stream.of(KeyType.ED25519, KeyType.SECP256K1, KeyType.RSA).map(k -> Arguments.of(m, k)));
    }

    private Host host(String muxer, KeyType type) throws Exception {
        JvmCrypto crypto = JvmCrypto.create();
        PrivateKey key = new PrivateKey(type, crypto.generate(type, 2048, Rng.seeded(type.number() + 1)));
        Muxer m = muxer.equals("yamux") ? new Yamux() : new Mplex();
        return Host.builder().identity(key).listen("/ip4/127.0.0.1/tcp/0").muxer(m).protocol(ping, identify, new Echo(), new Perf())
                .start();
    }

    private static JsPeer js(String muxer, KeyType type) throws Exception {
        return new JsPeer("--muxer", muxer, "--key", type.name().toLowerCase(Locale.ROOT));
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("combinations")
    void weDialJs(String muxer, KeyType type) throws Exception {
        try (JsPeer js = js(muxer, type);
                Host host = host(muxer, type)) {
            PeerId peer = host.connect(js.address());
            assertThat(peer.toString()).isEqualTo(js.id());
            Connection connection = host.connect(peer);
            assertThat(connection.muxer()).startsWith("/" + muxer);

            assertThat(host.await((Callback<Long> done) -> onLoop(host, () -> ping.ping(peer, done)))).isPositive();

            Identified i = host.await((Callback<Identified> done) -> onLoop(host, () -> identify.identify(peer, done)));
            assertThat(i.agent()).contains("js-libp2p");
            assertThat(i.protocols()).contains(Ping.ID, Identify.ID, Identify.PUSH_ID);
            assertThat(i.record()).as("signed peer record").isNotNull();

            EchoRun.Result r = host.await((Callback<EchoRun.Result> done) ->
                    connection.open(List.of(Echo.ID), OpenOptions.DEFAULT, new EchoRun(7, 64 * MIB, done)));
            assertThat(r.received()).isEqualTo(64 * MIB);
            assertThat(r.receivedSha256()).isEqualTo(r.sentSha256());
            assertThat(js.event("echoed").getString("sha256")).isEqualTo(r.sentSha256());

            String id = "/later/1.0.0";
            js.tell("identify", Map.of("peer", host.id().toString()));
            host.handle(id, socket -> {});
            js.tell("awaitProtocol", Map.of("peer", host.id().toString(), "protocol", id, "present", true));
        }
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("combinations")
    void jsDialsUs(String muxer, KeyType type) throws Exception {
        try (JsPeer js = js(muxer, type);
                Host host = host(muxer, type)) {
            JsonObject dialled = js.tell("dial", Map.of("address", host.addresses().get(0).toString()));
            assertThat(dialled.getString("peerId")).isEqualTo(host.id().toString());
            Map<String, Object> us = Map.of("peer", host.id().toString());
            js.tell("ping", us);

            JsonObject i = js.tell("identify", us);
            assertThat(i.getArray("protocols")).contains(Ping.ID, Identify.ID, Identify.PUSH_ID);
            JsonObject record = i.getObject("signedPeerRecord");
            assertThat(record).isNotNull();
            assertThat(record.getBoolean("verified")).isTrue();
            assertThat(record.getString("peerId")).isEqualTo(host.id().toString());

            JsonObject echo = js.tell("echo", Map.of("peer", host.id().toString(), "bytes", 64 * MIB, "seed", 5));
            assertThat(echo.getString("receivedSha256")).isEqualTo(echo.getString("sentSha256"));

            PeerId peer = PeerId.of(js.id());
            String id = "/later/1.0.0";
            js.tell("handle", Map.of("protocol", id));
            awaitProtocol(host, peer, id);
        }
    }

    /** Waits until a push has told us that the peer speaks the id. */
    private static void awaitProtocol(Host host, PeerId peer, String id) throws Exception {
        long end = System.nanoTime() + 30_000_000_000L;
        boolean told = false;
        while (!told && System.nanoTime() < end) {
            told = host.await((Callback<Boolean> done) -> onLoop(host, () -> {
                boolean now = host.swarm().peers().protocols(peer).contains(id);
                done.done(now, null);
                return Cancellable.NONE;
            }));
        }
        assertThat(told).as("a push told of " + id).isTrue();
    }

    private static Cancellable onLoop(Host host, java.util.function.Supplier<Cancellable> call) {
        host.swarm().loop().execute(call::get);
        return Cancellable.NONE;
    }
}
