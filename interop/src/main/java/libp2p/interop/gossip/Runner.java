package libp2p.interop.gossip;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * What starts nodes of an implementation.
 *
 * @param name such as {@code go}
 * @param command its words
 */
record Runner(String name, List<String> command) {
    /** Of {@code NAME=WORD\nWORD...}, as {@code --runner} has it. */
    static Runner of(String option) {
        int at = option.indexOf('=');
        if (at < 1) throw new IllegalArgumentException("--runner is NAME=WORD, a word a line");
        return new Runner(option.substring(0, at), List.of(option.substring(at + 1).split("\n")));
    }

    /** Nodes in one process; what they tell of is given to the consumer, on a thread of its own. Their errors are ours. */
    Running start(Path script, List<Integer> nodes, int port, long startMillis, boolean quiet, Consumer<JsonObject> told)
            throws IOException {
        List<String> line = new ArrayList<>(command);
        line.addAll(List.of("--params", script.toString(), "--port", "" + port, "--start", "" + startMillis,
                "--nodes", nodes.stream().map(String::valueOf).collect(Collectors.joining(","))));
        if (quiet) line.add("--quiet");
        Process p = new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        Thread reader = new Thread(() -> read(p, told), "reader of " + name);
        reader.setDaemon(true);
        reader.start();
        return new Running(p, reader);
    }

    private static void read(Process p, Consumer<JsonObject> told) {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(p.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) told.accept(JsonParser.object().from(line));
        } catch (IOException | JsonParserException e) {
            System.err.println("a runner says what is no JSON, or ends within a line: " + e.getMessage());
        }
    }

    /** A process of nodes. */
    record Running(Process process, Thread reader) implements AutoCloseable {
        /** Its status, after all it told was read. */
        int await(long seconds) throws InterruptedException {
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) return -1;
            reader.join();
            return process.exitValue();
        }

        /** Processor time used so far, in seconds (proc(5), in the 100 ticks of Linux). */
        double cpuSeconds() throws IOException {
            String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / 100.0;
        }

        @Override
        public void close() {
            process.destroy();
        }
    }
}
