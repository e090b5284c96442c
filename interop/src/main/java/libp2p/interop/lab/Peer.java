package libp2p.interop.lab;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A program that speaks the contract, ready to be started; or, with a reason in {@code missing}, one that could not be set up.
 *
 * @param name such as {@code go}, or {@code go@0.46} for an older version
 * @param command what starts it
 * @param description what it says it is and can do
 * @param missing why it is not there; empty if it is
 */
public record Peer(String name, List<String> command, JsonObject description, String missing) {
    private static final int STATUS_MISSING = 3;
    private static final long SETUP_MINUTES = 30;

    /** Sets a peer up by its own script; {@link IOException} if that fails in any way but for want of a toolchain or a registry. */
    public static Peer setUp(Path root, String name) throws IOException, InterruptedException {
        int at = name.indexOf('@');
        Path script = root.resolve("peers").resolve(at < 0 ? name : name.substring(0, at)).resolve("setup");
        if (!Files.isExecutable(script)) throw new IOException("there is no peer " + name + ": " + script + " is missing");
        List<String> line = new ArrayList<>(List.of(script.toString()));
        if (at >= 0) line.add(name.substring(at + 1));
        Path log = logs(root).resolve("setup-" + name + ".log");
        String out = output(line, log, STATUS_MISSING);
        if (out == null) return new Peer(name, List.of(), new JsonObject(), lastLine(Files.readString(log)));
        try {
            List<String> command = strings(JsonParser.array().from(lastLine(out)));
            List<String> version = new ArrayList<>(command);
            version.add("--version");
            return new Peer(name, command, JsonParser.object().from(output(version, log, 0)), "");
        } catch (JsonParserException e) {
            throw new IOException("peer " + name + " does not keep the contract: " + e.getMessage(), e);
        }
    }

    /** Where what peers say to people goes. */
    public static Path logs(Path root) throws IOException {
        return Files.createDirectories(root.resolve("cache").resolve("logs"));
    }

    /** What the program prints; null if it ends with the other status. */
    private static String output(List<String> line, Path log, int otherStatus) throws IOException, InterruptedException {
        Process p = new ProcessBuilder(line).redirectError(log.toFile()).redirectInput(Path.of("/dev/null").toFile()).start();
        String out = new String(p.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        if (!p.waitFor(SETUP_MINUTES, TimeUnit.MINUTES)) {
            p.destroyForcibly();
            throw new IOException(line.get(0) + " takes too long");
        }
        if (p.exitValue() == 0) return out;
        if (p.exitValue() == otherStatus) return null;
        throw new IOException(line + " ended with status " + p.exitValue() + ", see " + log + ":\n" + Files.readString(log));
    }

    static String lastLine(String text) {
        String[] lines = text.strip().split("\n");
        return lines[lines.length - 1];
    }

    private static List<String> strings(JsonArray array) {
        List<String> all = new ArrayList<>();
        for (Object o : array) all.add((String) o);
        return all;
    }

    /** Whether it could be set up. */
    public boolean there() {
        return missing.isEmpty();
    }

    /** The same, started with these variables in its environment. */
    public Peer within(Map<String, String> environment) {
        if (environment.isEmpty()) return this;
        List<String> line = new ArrayList<>(List.of("env"));
        environment.forEach((key, value) -> line.add(key + "=" + value));
        line.addAll(command);
        return new Peer(name, line, description, missing);
    }

    /** A list of the description: {@code dials}, {@code listens}, {@code security}, {@code muxers}, {@code keys}. */
    List<String> list(String what) {
        JsonArray array = description.getArray(what);
        return array == null ? List.of() : strings(array);
    }

    /** The features it has a part in. */
    List<String> features() {
        return new ArrayList<>(description.getObject("features", new JsonObject()).keySet());
    }

    /** Whether it can ask ({@code client}) or answer ({@code server}) in a feature. */
    boolean plays(String part, String feature) {
        String role = description.getObject("features", new JsonObject()).getString(feature, "");
        return role.equals("both") || role.equals(part);
    }

    /** A number of its notes. */
    long note(String name, long otherwise) {
        return description.getObject("notes", new JsonObject()).getLong(name, otherwise);
    }
}
