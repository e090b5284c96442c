package libp2p.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.grack.nanojson.JsonWriter;
import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import libp2p.sim.DataLines;
import libp2p.sim.Statistics;
import libp2p.sim.Trial;

/**
 * What a run leaves in its folder: {@code summary.json}, {@code lines.csv}, {@code samples.csv}, a picture of each chart, and on demand the
 * story and the data of all that happened.
 *
 * <p>The folder and a file in it are made before the run begins, so that what cannot be written is said at once.
 */
final class SimFiles implements Closeable {
    /** Rows of a distribution: enough to draw it again. */
    private static final int QUANTILES = 200;

    private final Path folder;
    private final List<Writer> open = new ArrayList<>();

    SimFiles(Path folder, Map<String, Object> head) throws IOException {
        this.folder = folder;
        Files.createDirectories(folder);
        write("summary.json", JsonWriter.indent("  ").string().value(head).done() + "\n"); // replaced when there is more to say
    }

    private void write(String name, String text) throws IOException {
        Path next = folder.resolve(name + ".part");
        try {
            Files.writeString(next, text, UTF_8);
            Files.move(next, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw named(next, e);
        }
    }

    /** The same with the file's name, which the system leaves out when a disk is full. */
    private static IOException named(Path file, IOException e) {
        return e instanceof FileSystemException ? e : new IOException(file + ": " + e.getMessage(), e);
    }

    /** Writes the story from now on. */
    void story(Trial trial, SimRun run) throws IOException {
        Consumer<String> out = lines("story.txt");
        flat(run.head()).forEach((name, value) -> out.accept("# " + name + "=" + value));
        trial.world().trace(out);
    }

    /** Writes data of all that happens from now on, {@code jsonl} or {@code csv}. */
    void data(Trial trial, SimRun run, String form) throws IOException {
        Consumer<String> out = lines("data." + form);
        Map<String, String> head = flat(run.head());
        trial.world().data(form.equals("csv") ? DataLines.csv(head, out) : DataLines.json(head, out));
    }

    private Consumer<String> lines(String name) throws IOException {
        Path file = folder.resolve(name);
        BufferedWriter w = Files.newBufferedWriter(file, UTF_8); // one that is there is replaced
        open.add(w);
        return line -> {
            try {
                w.write(line);
                w.write('\n');
            } catch (IOException e) {
                throw new UncheckedIOException(named(file, e));
            }
        };
    }

    static Map<String, String> flat(Map<String, Object> head) {
        Map<String, String> flat = new LinkedHashMap<>();
        head.forEach((name, value) -> flat.put(name, value instanceof Map ? JsonWriter.string(value) : String.valueOf(value)));
        return flat;
    }

    /** Writes what was measured. */
    void measured(SimRun run) throws IOException {
        write("summary.json", JsonWriter.indent("  ").string().value(run.summary()).done() + "\n");
        StringBuilder head = new StringBuilder();
        flat(run.head()).forEach((name, value) -> head.append("# ").append(name).append('=').append(value).append('\n'));
        StringBuilder lines = new StringBuilder(head).append("chart,line,unit,seconds,value\n");
        for (Trial.Line l : run.trial().lines()) {
            for (int i = 0; i < l.x().size(); i++) {
                lines.append(Csv.row(l.chart(), l.name(), l.unit(), Trial.text(l.x().get(i)), Trial.text(l.y().get(i)))).append('\n');
            }
        }
        write("lines.csv", lines.toString());
        StringBuilder samples = new StringBuilder(head).append("name,unit,count,percent,value\n");
        for (Trial.Sample s : run.trial().samples()) {
            Statistics all = Statistics.of(s.values());
            for (int q = 1; q <= QUANTILES; q++) {
                double percent = 100.0 * q / QUANTILES;
                String value = Trial.text(all.percentile(percent));
                samples.append(Csv.row(s.name(), s.unit(), "" + all.count(), Trial.text(percent), value)).append('\n');
            }
        }
        write("samples.csv", samples.toString());
        try {
            new SimCharts(run, folder).draw();
        } catch (IOException e) {
            throw named(folder, e);
        }
    }

    @Override
    public void close() throws IOException {
        for (Writer w : open) w.close();
    }
}
