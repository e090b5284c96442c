package libp2p.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import libp2p.testkit.TransportNodes.Stack;
import org.junit.jupiter.api.Test;

/** docs/transport-tests.md names tests that are there, and the stacks that they run on. */
class TestsPageTest {
    private static final Pattern NAMED = Pattern.compile("`(Transport(?:Contract|Gating))\\.([a-z][A-Za-z0-9]*)`");
    private static final Path SOURCES = Path.of("../testkit/src/main/java/libp2p/testkit");
    private static final Map<String, List<Stack>> STACKS = Map.of(
            "TcpContractTest", WtContractTest.stacks(),
            "TlsContractTest", TlsContractTest.tls(),
            "WebSocketContractTest", WebSocketContractTest.carriers(),
            "QuicContractTest", QuicContractTest.quic(),
            "WtContractTest", WtContractTest.webTransport(),
            "RtcContractTest", RtcContractTest.rtc());

    private static String page() throws IOException {
        return Files.readString(Path.of("../docs/transport-tests.md"));
    }

    @Test
    void allTestsOnThePageAreThere() throws IOException {
        Matcher m = NAMED.matcher(page());
        List<String> missing = new ArrayList<>();
        int named = 0;
        while (m.find()) {
            named++;
            String source = Files.readString(SOURCES.resolve(m.group(1) + ".java"));
            if (!source.contains("@Test\n    void " + m.group(2) + "(")) missing.add(m.group());
        }
        assertThat(missing).isEmpty();
        assertThat(named).isGreaterThan(20);
    }

    @Test
    void theStacksAreThose() throws IOException {
        List<String> rows = page().lines().filter(line -> line.startsWith("| `")).toList();
        List<String> expected = STACKS.entrySet().stream().map(e -> "| `" + e.getKey() + "` | " + named(e.getValue()) + " |").toList();
        assertThat(rows).containsExactlyInAnyOrderElementsOf(expected);
    }

    private static String named(List<Stack> stacks) {
        return stacks.stream().map(s -> s.security() + ", " + s.muxer() + ", " + s.loops()).collect(Collectors.joining("; "));
    }
}
