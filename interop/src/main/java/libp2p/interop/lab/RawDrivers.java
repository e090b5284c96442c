package libp2p.interop.lab;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What interop/judge found.
 *
 * @param checks each with its outcome; none if they could not be run
 * @param missing why they could not; empty if they were
 */
record RawDrivers(List<Check> checks, String missing) {
    /** One of them; the reason is empty where it passed. */
    record Check(String area, String name, boolean passed, String reason) {
        @Override
        public String toString() {
            return area + ": " + name;
        }
    }

    /** Where no page is made of it. */
    static final RawDrivers NONE = new RawDrivers(List.of(), "");

    private static final int STATUS_MISSING = 3;
    private static final long MINUTES_MAX = 10;

    /** Against our own peer; then what it sends to go is read on the way. */
    static RawDrivers all(Path root) throws IOException, InterruptedException {
        RawDrivers drivers = run(root);
        RawDrivers tee = run(root, "--tee", "go");
        List<Check> checks = new ArrayList<>(drivers.checks());
        checks.addAll(tee.checks());
        return new RawDrivers(checks, drivers.missing().isEmpty() ? tee.missing() : drivers.missing());
    }

    /** Runs interop/judge with these options; {@link IOException} if it did not come to an end. */
    static RawDrivers run(Path root, String... options) throws IOException, InterruptedException {
        Path results = Files.createTempFile(root.resolve("cache"), "judge", ".json");
        try {
            List<String> line = new ArrayList<>(List.of(root.resolve("judge").toString(), "--json", results.toString()));
            line.addAll(Arrays.asList(options));
            Path log = Peer.logs(root).resolve("judge.log");
            Process judge = new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(log.toFile()).start();
            if (!judge.waitFor(MINUTES_MAX, TimeUnit.MINUTES)) {
                judge.destroyForcibly();
                throw new IOException("the raw drivers take longer than " + MINUTES_MAX + " minutes, see " + log);
            }
            if (judge.exitValue() == STATUS_MISSING) return new RawDrivers(List.of(), Peer.lastLine(Files.readString(log)));
            return new RawDrivers(checks(Files.readString(results), log), "");
        } finally {
            Files.delete(results);
        }
    }

    private static List<Check> checks(String json, Path log) throws IOException {
        List<Check> all = new ArrayList<>();
        try {
            for (Object o : JsonParser.array().from(json)) {
                JsonObject c = (JsonObject) o;
                boolean passed = "pass".equals(c.getString("status"));
                all.add(new Check(c.getString("area"), c.getString("check"), passed, c.getString("reason", "")));
            }
        } catch (JsonParserException e) {
            throw new IOException("the raw drivers told nothing, see " + log, e);
        }
        return all;
    }

    List<Check> failed() {
        return checks.stream().filter(c -> !c.passed()).toList();
    }
}
