package libp2p.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import libp2p.testkit.fuzz.Fuzzing;
import libp2p.testkit.fuzz.Target;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * Each target under Jazzer, which keeps the inputs that reach new code and damages those: {@code mvn -Pfuzz}, see CONTRIBUTING.md.
 *
 * <p>{@code -Dfuzz.seconds=N} is the time for each target, {@code -Dfuzz.target=NAME,NAME} takes some only, {@code -Dfuzz.corpus=DIR} keeps
 * the inputs found in another place than {@code target/fuzz}, to go on from there.
 */
@Tag("guided")
class GuidedFuzzTest {
    private static final int SECONDS = Integer.getInteger("fuzz.seconds", 10);
    private static final Path CORPUS = Path.of(System.getProperty("fuzz.corpus", "target/fuzz")).toAbsolutePath();
    private static final Pattern EXECUTED = Pattern.compile("stat::number_of_executed_units: *(\\d+)");
    private static final Pattern COVERED = Pattern.compile("cov: (\\d+)");

    @TestFactory
    Stream<DynamicTest> eachTarget() {
        return Targets.chosen().map(t -> DynamicTest.dynamicTest(t.name(), () -> run(t)));
    }

    private static void run(Target target) throws IOException, InterruptedException {
        Path inputs = Files.createDirectories(CORPUS.resolve(target.name()).resolve("inputs"));
        Path findings = Files.createDirectories(CORPUS.resolve(target.name()).resolve("findings"));
        for (int i = 0; i < target.seeds().size(); i++) Files.write(inputs.resolve("seed-" + i), target.seeds().get(i));
        Path log = CORPUS.resolve(target.name()).resolve("log");

        ProcessBuilder jazzer = new ProcessBuilder(command(target, inputs, findings)).redirectErrorStream(true);
        int exit = jazzer.redirectOutput(log.toFile()).start().waitFor();

        String said = Files.readString(log);
        System.out.printf("%-24s %9s executions, %6s counters reached, %5d inputs kept%n",
                target, last(EXECUTED, said), last(COVERED, said), inputs.toFile().list().length);
        try (DirectoryStream<Path> found = Files.newDirectoryStream(findings)) {
            for (Path f : found) throw new AssertionError(target + ": input " + Fuzzing.hex(Files.readAllBytes(f)) + ", see " + log);
        }
        assertThat(exit).as("Jazzer's exit, see %s", log).isZero();
        assertThat(last(EXECUTED, said)).as("executions, see %s", log).isNotEqualTo("no");
    }

    private static List<String> command(Target target, Path inputs, Path findings) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx1g", "-cp", System.getProperty("java.class.path"),
                "-Dfuzz.target=" + target, "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + Guided.class.getName(), "--instrumentation_includes=libp2p.**",
                "--reproducer_path=" + findings.getParent(), "-artifact_prefix=" + findings + "/",
                "-max_total_time=" + SECONDS, "-max_len=65536", "-timeout=20", "-rss_limit_mb=0", "-print_final_stats=1",
                inputs.toString());
    }

    private static String last(Pattern pattern, String text) {
        String found = "no";
        for (Matcher m = pattern.matcher(text); m.find();) found = m.group(1);
        return found;
    }
}
