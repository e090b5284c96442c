package libp2p.testkit.fuzz;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Runs targets under Jazzer, which keeps the inputs that reach new code and damages those; it must be on the class path.
 *
 * <p>{@code -Dfuzz.seconds=N} is the time for each target, {@code -Dfuzz.corpus=DIR} keeps the inputs found in another place than {@code
 * target/fuzz}, to go on from there.
 */
public final class Guiding {
    private static final int SECONDS = Integer.getInteger("fuzz.seconds", 10);
    private static final Path CORPUS = Path.of(System.getProperty("fuzz.corpus", "target/fuzz")).toAbsolutePath();
    private static final Pattern EXECUTED = Pattern.compile("stat::number_of_executed_units: *(\\d+)");
    private static final Pattern COVERED = Pattern.compile("cov: (\\d+)");

    private Guiding() {}

    /**
     * Runs one, in a process of its own; a finding is an AssertionError.
     *
     * @param entry what Jazzer calls, which takes the target that {@code fuzz.target} names
     */
    public static void run(Target target, Class<?> entry) throws IOException, InterruptedException {
        Path inputs = Files.createDirectories(CORPUS.resolve(target.name()).resolve("inputs"));
        Path findings = Files.createDirectories(CORPUS.resolve(target.name()).resolve("findings"));
        for (int i = 0; i < target.seeds().size(); i++) Files.write(inputs.resolve("seed-" + i), target.seeds().get(i));
        Path log = CORPUS.resolve(target.name()).resolve("log");

        ProcessBuilder jazzer = new ProcessBuilder(command(target, entry, inputs, findings)).redirectErrorStream(true);
        int exit = jazzer.redirectOutput(log.toFile()).start().waitFor();

        String said = Files.readString(log);
        String executed = last(EXECUTED, said);
        System.out.printf(Locale.ROOT, "%-24s %9s executions, %6s counters reached, %5d inputs kept%n",
                target, executed, last(COVERED, said), count(inputs.toFile()));
        try (DirectoryStream<Path> found = Files.newDirectoryStream(findings)) {
            for (Path f : found) throw new AssertionError(target + ": input " + Fuzzing.hex(Files.readAllBytes(f)) + ", see " + log);
        }
        if (exit != 0 || executed.equals("no")) throw new AssertionError("Jazzer ended with " + exit + ", see " + log);
    }

    private static int count(File folder) {
        String[] names = folder.list();
        return names == null ? 0 : names.length;
    }

    private static List<String> command(Target target, Class<?> entry, Path inputs, Path findings) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx1g", "-cp", System.getProperty("java.class.path"),
                "-Dfuzz.target=" + target, "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + entry.getName(), "--instrumentation_includes=libp2p.**",
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
