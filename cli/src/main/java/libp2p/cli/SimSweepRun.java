package libp2p.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import com.grack.nanojson.JsonWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import libp2p.sim.Statistics;

/**
 * The runs of a sweep: a JSON line for each as it ends ({@code runs.jsonl}), a CSV row for each ({@code sweep.csv}), and means with 95 %
 * confidence intervals over the seeds ({@code means.csv}).
 */
final class SimSweepRun {
    private final SimCommand command;
    private final Output output;
    private final Path folder;
    private final int processes;
    private final List<Map<String, Object>> rows = new ArrayList<>();

    SimSweepRun(SimCommand command, Output output, Path folder, int processes) {
        this.command = command;
        this.output = output;
        this.folder = folder;
        this.processes = processes;
    }

    int run(List<SimRun.Setting> settings) throws Exception {
        if (folder != null) Files.createDirectories(folder);
        Path runs = folder == null ? null : folder.resolve("runs.jsonl");
        try (PrintWriter lines = runs == null ? null : new PrintWriter(Files.newBufferedWriter(runs, UTF_8), true)) {
            if (processes == 1) here(settings, lines);
            else apart(settings, lines);
        }
        tell();
        if (rows.size() == settings.size()) return 0;
        String how = command.isStopping() ? "interrupted after " : "ended after ";
        output.err().println("libp2p: " + how + rows.size() + " of " + settings.size() + " runs");
        return 1;
    }

    private void here(List<SimRun.Setting> settings, PrintWriter lines) throws IOException {
        for (SimRun.Setting s : settings) {
            Map<String, Object> summary = command.runOne(s);
            if (command.isStopping()) return;
            done(summary, lines, settings.size());
        }
    }

    private void done(Map<String, Object> summary, PrintWriter lines, int all) throws IOException {
        String json = JsonWriter.string(summary);
        if (lines != null) {
            lines.println(json);
            if (lines.checkError()) throw new IOException("cannot write " + folder.resolve("runs.jsonl"));
        }
        rows.add(flat(summary));
        if (output.json()) {
            output.out().println(json);
            if (output.out().checkError()) throw new IOException("the summaries cannot be written to the output");
        } else if (output.terminal() || folder != null) {
            output.err().println("run " + rows.size() + " of " + all + ": seed " + summary.get("seed") + ", " + summary.get("nodes")
                    + " hosts, " + JsonWriter.string(summary.get("parameters")));
        }
    }

    // ---- in processes of their own

    private void apart(List<SimRun.Setting> settings, PrintWriter lines) throws Exception {
        List<String> self = command.process();
        ExecutorService pool = Executors.newFixedThreadPool(processes);
        Set<Process> running = ConcurrentHashMap.newKeySet();
        try {
            List<Future<JsonObject>> all = new ArrayList<>();
            for (SimRun.Setting s : settings) all.add(pool.submit(() -> child(self, s, running)));
            for (Future<JsonObject> f : all) {
                JsonObject summary = f.get();
                if (summary == null) return; // interrupted
                done(summary, lines, settings.size());
            }
        } catch (ExecutionException e) {
            if (command.isStopping()) return;
            throw e.getCause() instanceof Exception cause ? cause : e;
        } finally {
            pool.shutdownNow();
            for (Process p : running) p.destroy();
        }
    }

    /** The last line of a run in a process of its own; null if we are to stop. */
    private JsonObject child(List<String> self, SimRun.Setting s, Set<Process> running)
            throws IOException, InterruptedException, JsonParserException {
        if (command.isStopping()) return null;
        List<String> line = new ArrayList<>(self);
        line.addAll(command.arguments(s));
        Process p = new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        running.add(p);
        try {
            p.getOutputStream().close();
            String out = new String(p.getInputStream().readAllBytes(), UTF_8).strip();
            int code = p.waitFor();
            if (command.isStopping()) return null;
            if (code != 0) throw new IOException("the run with seed " + s.seed() + " ended with code " + code);
            return JsonParser.object().from(out.substring(out.lastIndexOf('\n') + 1));
        } finally {
            running.remove(p);
            p.destroy();
        }
    }

    // ---- what they say together

    private static Map<String, Object> flat(Map<String, Object> summary) {
        Map<String, Object> flat = new LinkedHashMap<>();
        summary.forEach((name, value) -> {
            if (value instanceof Map<?, ?> inner) inner.forEach((n, v) -> flat.put((String) n, v));
            else flat.put(name, value);
        });
        return flat;
    }

    private void tell() throws IOException {
        String table = table();
        String means = means();
        if (folder == null) {
            if (!output.json()) output.out().print(table);
        } else {
            Files.writeString(folder.resolve("sweep.csv"), table, UTF_8);
            Files.writeString(folder.resolve("means.csv"), means, UTF_8);
            if (!output.json()) output.out().println(rows.size() + " runs, in " + folder.resolve("sweep.csv"));
        }
        if (output.out().checkError()) throw new IOException("the table cannot be written to the output");
    }

    private String table() {
        Set<String> columns = new LinkedHashSet<>();
        for (Map<String, Object> row : rows) columns.addAll(row.keySet());
        StringBuilder s = new StringBuilder(Csv.row(columns.toArray(new String[0]))).append('\n');
        for (Map<String, Object> row : rows) {
            List<String> fields = new ArrayList<>();
            for (String c : columns) fields.add(row.get(c) == null ? "" : row.get(c).toString());
            s.append(Csv.row(fields.toArray(new String[0]))).append('\n');
        }
        return s.toString();
    }

    /** What is the same but for the seed, together. */
    private String means() {
        Map<List<Object>, List<Map<String, Object>>> groups = new LinkedHashMap<>();
        List<String> keys = keys();
        for (Map<String, Object> row : rows) {
            List<Object> key = new ArrayList<>();
            for (String k : keys) key.add(row.get(k));
            groups.computeIfAbsent(key, none -> new ArrayList<>()).add(row);
        }
        List<String> columns = new ArrayList<>(keys);
        columns.addAll(List.of("result", "runs", "mean", "low95", "high95", "least", "most"));
        StringBuilder s = new StringBuilder(Csv.row(columns.toArray(new String[0]))).append('\n');
        groups.forEach((key, members) -> {
            for (String name : members.get(0).keySet()) {
                if (keys.contains(name) || name.equals("seed")) continue;
                double[] values = numbers(members, name);
                if (values.length == 0) continue;
                Statistics all = Statistics.of(values);
                Statistics.Interval mean = all.meanInterval();
                List<String> fields = new ArrayList<>();
                for (Object k : key) fields.add(String.valueOf(k));
                fields.addAll(List.of(name, "" + values.length, "" + all.mean(), "" + mean.low(), "" + mean.high()));
                fields.addAll(List.of("" + all.least(), "" + all.most()));
                s.append(Csv.row(fields.toArray(new String[0]))).append('\n');
            }
        });
        return s.toString();
    }

    private static double[] numbers(List<Map<String, Object>> rows, String name) {
        return rows.stream().map(row -> row.get(name)).filter(Number.class::isInstance).map(Number.class::cast)
                .mapToDouble(Number::doubleValue).toArray();
    }

    /** What names a setting: all before the first figure, but for the seed. */
    private List<String> keys() {
        List<String> keys = new ArrayList<>();
        if (rows.isEmpty()) return keys;
        for (String name : rows.get(0).keySet()) {
            if (name.equals("virtualSeconds")) break;
            if (!name.equals("seed")) keys.add(name);
        }
        return keys;
    }
}
