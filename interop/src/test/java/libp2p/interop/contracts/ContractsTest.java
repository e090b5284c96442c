package libp2p.interop.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The applications as the suites run them: processes that know nothing but their environment. */
class ContractsTest {
    private static final long SECONDS = 60;

    private final RespServer redis = new RespServer();
    private final List<Process> processes = new ArrayList<>();

    ContractsTest() throws IOException {}

    @AfterEach
    void end() throws IOException {
        processes.forEach(Process::destroyForcibly);
        redis.close();
    }

    private Process start(Class<?> application, String... namesAndValues) throws IOException {
        String java = ProcessHandle.current().info().command().orElseThrow();
        ProcessBuilder builder = new ProcessBuilder(java, "-cp", System.getProperty("java.class.path"), application.getName());
        for (int i = 0; i < namesAndValues.length; i += 2) builder.environment().put(namesAndValues[i], namesAndValues[i + 1]);
        Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
        processes.add(process);
        return process;
    }

    private static String result(Process dialler) throws Exception {
        String out = new String(dialler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(dialler.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(dialler.exitValue()).isZero();
        return out;
    }

    private String[] second(String dialler, String muxer, String... more) {
        List<String> all = new ArrayList<>(List.of("SECURE_CHANNEL", "noise", "MUXER", muxer));
        all.addAll(Arrays.asList(more));
        return over("tcp", dialler, all.toArray(new String[0]));
    }

    private String[] over(String transport, String dialler, String... more) {
        List<String> all = new ArrayList<>(List.of("IS_DIALER", dialler, "REDIS_ADDR", redis.address(), "TEST_KEY", "cafe0123",
                "TRANSPORT", transport, "LISTENER_IP", "127.0.0.1"));
        all.addAll(Arrays.asList(more));
        return all.toArray(new String[0]);
    }

    private String[] first(String dialler, String muxer) {
        return new String[] {
            "is_dialer", dialler, "redis_addr", redis.address(), "transport", "tcp", "security", "noise", "muxer", muxer, "ip", "127.0.0.1"
        };
    }

    @Test
    void theTransportApplicationPingsAndPrintsYaml() throws Exception {
        start(TransportApplication.class, second("false", "yamux"));
        assertThat(result(start(TransportApplication.class, second("true", "yamux"))))
                .matches("latency:\n  handshake_plus_one_rtt: \\d+\\.\\d{3}\n  ping_rtt: \\d+\\.\\d{3}\n  unit: ms\n");
    }

    @Test
    void quicNeedsNoSecureChannelAndNoMuxer() throws Exception {
        start(TransportApplication.class, over("quic-v1", "false"));
        assertThat(result(start(TransportApplication.class, over("quic-v1", "true")))).contains("handshake_plus_one_rtt: ");
    }

    @Test
    void webTransportNeedsNoSecureChannelAndNoMuxer() throws Exception {
        start(TransportApplication.class, over("webtransport", "false"));
        assertThat(result(start(TransportApplication.class, over("webtransport", "true")))).contains("handshake_plus_one_rtt: ");
    }

    @Test
    void webRtcNeedsNoSecureChannelAndNoMuxer() throws Exception {
        start(TransportApplication.class, over("webrtc-direct", "false"));
        assertThat(result(start(TransportApplication.class, over("webrtc-direct", "true")))).contains("handshake_plus_one_rtt: ");
    }

    @Test
    void secureWebSocketsCarryTls() throws Exception {
        start(TransportApplication.class, over("wss", "false", "SECURE_CHANNEL", "tls", "MUXER", "yamux"));
        String out = result(start(TransportApplication.class, over("wss", "true", "SECURE_CHANNEL", "tls", "MUXER", "yamux")));
        assertThat(out).contains("handshake_plus_one_rtt: ");
    }

    @Test
    void theTransportApplicationOfTheFirstGenerationPingsAndPrintsJson() throws Exception {
        start(TransportApplication.class, first("false", "mplex"));
        assertThat(result(start(TransportApplication.class, first("true", "mplex"))))
                .matches("\\{\"handshakePlusOneRTTMillis\":\\d+\\.\\d{3},\"pingRTTMilllis\":\\d+\\.\\d{3}}\n");
    }

    @Test
    void thePerfApplicationPrintsThreeSections() throws Exception {
        start(PerfApplication.class, second("false", "yamux"));
        String out = result(start(PerfApplication.class, second("true", "yamux", "UPLOAD_BYTES", "1000000", "DOWNLOAD_BYTES", "1000000",
                "UPLOAD_ITERATIONS", "3", "DOWNLOAD_ITERATIONS", "2", "LATENCY_ITERATIONS", "5")));
        assertThat(out).contains("upload:\n  iterations: 3\n  min: ", "download:\n  iterations: 2\n", "latency:\n  iterations: 5\n");
        assertThat(out.lines().filter(line -> line.startsWith("  unit: "))).containsExactly("  unit: Gbps", "  unit: Gbps", "  unit: ms");
        assertThat(out.lines().filter(line -> line.startsWith("  samples: ")).map(line -> line.split(",").length)).containsExactly(3, 2, 5);
    }

    @Test
    void anUnknownMuxerEndsWithStatus2BeforeAnythingIsTried() throws Exception {
        Process process = start(TransportApplication.class, second("true", "spdy"));
        assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(2);
    }

    @Test
    void variablesThatAreMissingAreNamed() {
        assertThatThrownBy(() -> Variables.of(Map.of())).hasMessageContaining("IS_DIALER");
        Map<String, String> second = new HashMap<>(Map.of("IS_DIALER", "true", "TEST_KEY", "k"));
        assertThatThrownBy(() -> Variables.of(second)).hasMessageContaining("TRANSPORT");
        second.put("TRANSPORT", "tcp");
        second.put("TEST_TIMEOUT_SECS", "soon");
        assertThatThrownBy(() -> Variables.of(second)).hasMessageContaining("TEST_TIMEOUT_SECS");
    }

    @Test
    void quartilesLeaveOutliersOutOfLeastAndGreatest() {
        Quartiles q = Quartiles.of(5, 1, 2, 100, 4, 3);
        assertThat(q.min()).isEqualTo(1);
        assertThat(q.q1()).isEqualTo(2.25);
        assertThat(q.median()).isEqualTo(3.5);
        assertThat(q.q3()).isEqualTo(4.75);
        assertThat(q.max()).isEqualTo(5);
        assertThat(q.outliers()).containsExactly(100);
        assertThat(Quartiles.of(7).yaml(2)).startsWith("  min: 7.00\n  q1: 7.00\n").endsWith("  outliers: []\n  samples: [7.00]\n");
    }

    @Test
    void redisKeepsValuesAndListsApartAndWaitsForAValue() throws Exception {
        try (Redis one = new Redis(redis.address());
                Redis other = new Redis(redis.address())) {
            assertThat(one.get("key")).isNull();
            one.set("key", "value");
            assertThat(other.get("key")).isEqualTo("value");
            assertThat(one.take("list", 1)).isNull();
            other.append("list", "a");
            other.append("list", "b");
            assertThat(one.take("list", 1)).isEqualTo("a");
            assertThat(one.take("list", 1)).isEqualTo("b");
        }
    }
}
