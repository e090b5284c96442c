package libp2p.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The tests that docs/defects.md names are there, so that its promises cannot rot. */
class DefectsTest {
    private static final Path ROOT = Path.of("..");
    private static final Pattern NAMED = Pattern.compile("`([A-Z]\\w+)\\.([a-z]\\w+)`");

    @Test
    void eachTestThatIsNamedIsThere() throws IOException {
        Map<String, String> sources = sources();
        List<String> lost = new ArrayList<>();
        int named = 0;
        for (Matcher m = NAMED.matcher(Files.readString(ROOT.resolve("docs/defects.md"))); m.find(); named++) {
            Pattern test = Pattern.compile("@(Test|ParameterizedTest)\\b[^;{}]*(\\{[^}]*\\}\\))?[^;{}]*\\bvoid " + m.group(2) + "\\(");
            if (!test.matcher(sources.getOrDefault(m.group(1), "")).find()) lost.add(m.group());
        }
        assertThat(lost).isEmpty();
        assertThat(named).isGreaterThan(50);
    }

    private static Map<String, String> sources() throws IOException {
        Map<String, String> all = new HashMap<>();
        try (Stream<Path> modules = Files.list(ROOT)) {
            for (Path module : modules.toList()) {
                for (String part : List.of("src/test/java", "src/main/java")) {
                    if (!Files.isDirectory(module.resolve(part))) continue;
                    try (Stream<Path> files = Files.walk(module.resolve(part))) {
                        for (Path f : files.filter(f -> f.toString().matches(".*(Test|Contract)\\.java")).toList()) {
                            all.put(f.getFileName().toString().replace(".java", ""), Files.readString(f));
                        }
                    }
                }
            }
        }
        return all;
    }
}
