package libp2p.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What a run of the command said and how it ended. */
record Ran(int code, String out, String err) {

    /** Runs it here. */
    static Ran here(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Main.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
        return new Ran(code, out.toString(), err.toString());
    }

    /** Begins it as a process of its own, with pipes. */
    static Process begin(String... args) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // as the launcher does, or newer JVMs warn of native code
        if (Runtime.version().feature() >= 24) {
            command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
        }
        command.addAll(List.of("-XX:+UseSerialGC", "-Xmx128m", "-cp", System.getProperty("java.class.path"), "libp2p.cli.Main"));
        command.addAll(List.of(args));
        return new ProcessBuilder(command).start();
    }

    /** Runs it as a process of its own. */
    static Ran process(String... args) throws Exception {
        return ended(begin(args));
    }

    /** What a process has said in the end. */
    static Ran ended(Process p) throws Exception {
        CompletableFuture<String> err = CompletableFuture.supplyAsync(() -> all(p));
        String out = new String(p.getInputStream().readAllBytes(), UTF_8);
        return new Ran(p.waitFor(), out, err.get());
    }

    private static String all(Process p) {
        try {
            return new String(p.getErrorStream().readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    List<String> lines() {
        return out.lines().toList();
    }

    /** Each line of the output, which must be a JSON object. */
    List<JsonObject> objects() {
        List<JsonObject> all = new ArrayList<>();
        for (String line : lines()) all.add(object(line));
        return all;
    }

    /** The last of them. */
    JsonObject object() {
        List<JsonObject> all = objects();
        return all.get(all.size() - 1);
    }

    static JsonObject object(String line) {
        try {
            return JsonParser.object().from(line);
        } catch (JsonParserException e) {
            throw new AssertionError("no JSON object: " + line, e);
        }
    }
}
