package libp2p.gossipsub;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/gossipsub-tests.md names tests that are there. */
class TestsPageTest {
    private static final Pattern NAMED = Pattern.compile("`([A-Z][A-Za-z]*Test)\\.([a-z][A-Za-z0-9]*)`");
    private static final Path SOURCES = Path.of("src/test/java/libp2p/gossipsub");

    @Test
    void allTestsOnThePageAreThere() throws Exception {
        Matcher m = NAMED.matcher(Files.readString(Path.of("../docs/gossipsub-tests.md")));
        List<String> missing = new ArrayList<>();
        int named = 0;
        while (m.find()) {
            named++;
            Path file = SOURCES.resolve(m.group(1) + ".java");
            if (!Files.exists(file) || !Files.readString(file).contains("void " + m.group(2) + "(")) missing.add(m.group());
        }
        assertThat(missing).isEmpty();
        assertThat(named).isGreaterThan(100);
    }
}
