package libp2p.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.grack.nanojson.JsonObject;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code libp2p sim} as its users meet it. */
@Timeout(300)
class SimCommandTest {
    @TempDir
    private Path folder;

    private static Ran run(String line) {
        return Ran.here(("sim " + line).trim().split(" "));
    }

    @ParameterizedTest
    @CsvSource({"ping, 40", "flood, 40", "partition, 40", "churn, 40"})
    void eachScenarioTellsWhatARunWasOfAndWhatItGave(String scenario, int nodes) {
        Ran ran = run(scenario + " --nodes " + nodes + " --seed 3 --json");
        assertThat(ran.code()).isZero();
        JsonObject o = ran.object();
        assertThat(o).containsKeys("scenario", "version", "seed", "nodes", "stack", "parameters", "virtualSeconds", "events", "cpuSeconds",
                "eventsPerCpuSecond", "heapBytesPerNode", "delivered", "traceHash", "whole", "results");
        assertThat(o.getString("scenario")).isEqualTo(scenario);
        assertThat(o.getInt("seed")).isEqualTo(3);
        assertThat(o.getInt("nodes")).isEqualTo(nodes);
        assertThat(o.getLong("delivered")).isPositive();
        assertThat(o.getString("traceHash")).matches("[0-9a-f]{16}");
        assertThat(o.getBoolean("whole")).isTrue();
    }

    @Test
    void aFloodReachesEveryHost() {
        JsonObject o = run("flood --nodes 100 --set messages=3 --json").object();
        assertThat(o.getLong("delivered")).isEqualTo(3 * 99);
        assertThat(o.getObject("results").getDouble("deliveredPercent")).isEqualTo(100);
    }

    @Test
    void aPartitionHoldsMessagesBackUntilItHeals() {
        JsonObject o = run("partition --nodes 40 --json").object();
        JsonObject results = o.getObject("results");
        assertThat(results.getInt("messages")).isEqualTo(90);
        assertThat(results.getInt("messagesThatReachedAll")).isBetween(10, 80);
        assertThat(results.getDouble("deliveredPercent")).isBetween(50.0, 90.0);
    }

    @Test
    void theStackBelowDoesNotChangeWhoIsReached() {
        for (String stack : List.of("streams", "bytes", "noise")) {
            assertThat(run("flood --nodes 20 --stack " + stack + " --json").object().getLong("delivered")).as(stack).isEqualTo(19);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"streams", "bytes", "noise"})
    void identifyAndPingAnswerAlikeOverEachStack(String stack) {
        JsonObject o = run("ping --nodes 30 --set rounds=4 --stack " + stack + " --json").object();
        assertThat(o.getLong("delivered")).isEqualTo(4 * 30);
        assertThat(o.getObject("results").getInt("failed")).isZero();
    }

    @Test
    void theSameSeedGivesTheSameHashWhoeverListens() {
        String line = "churn --nodes 40 --set seconds=5 --json";
        String hash = run(line).object().getString("traceHash");
        assertThat(run(line + " --out " + folder + " --story --data csv").object().getString("traceHash")).isEqualTo(hash);
        assertThat(run(line + " --seed 2").object().getString("traceHash")).isNotEqualTo(hash);
    }

    @Test
    void everyFileSaysWhatItIsOf() throws Exception {
        assertThat(run("flood --nodes 30 --seed 9 --out " + folder + " --story --data jsonl").code()).isZero();
        for (String name : List.of("summary.json", "lines.csv", "samples.csv", "story.txt", "data.jsonl", "delay.svg", "reach.svg")) {
            String text = Files.readString(folder.resolve(name), UTF_8);
            assertThat(text).as(name).contains("flood").contains(Main.VERSION).contains("9").contains("30").contains("degree");
        }
        assertThat(Files.readAllBytes(folder.resolve("delay.png"))).startsWith(0x89, 'P', 'N', 'G');
        assertThat(Files.readAllLines(folder.resolve("lines.csv"))).contains("chart,line,unit,seconds,value");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aSweepHasARowForEachRun(int processes) throws Exception {
        String line = "sim flood --nodes 20 --sweep degree=4,6 --sweep seed=1..2 --processes " + processes + " --out " + folder;
        Ran ran = processes == 1 ? Ran.here(line.split(" ")) : Ran.process(line.split(" "));
        assertThat(ran.code()).as(ran.err()).isZero();
        List<String> rows = Files.readAllLines(folder.resolve("sweep.csv"));
        assertThat(rows).hasSize(5);
        assertThat(rows.get(0)).startsWith("scenario,version,seed,nodes,stack,degree,");
        assertThat(rows.get(1)).startsWith("flood," + Main.VERSION + ",1,20,streams,4,");
        assertThat(rows.get(4)).startsWith("flood," + Main.VERSION + ",2,20,streams,6,");
        assertThat(Files.readAllLines(folder.resolve("runs.jsonl"))).hasSize(4).allSatisfy(Ran::object);
        assertThat(Files.readString(folder.resolve("means.csv"))).contains("flood," + Main.VERSION + ",20,streams,4,",
                ",delivered,2,19.0,19.0,19.0,");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "nonsense", "flood --nodes 0", "flood --nodes many", "flood --set degree=7", "flood --set degree=900", "flood --set bogus=1",
        "flood --set degree", "flood --nodes 5 --set degree=8", "flood --sweep degree", "flood --sweep degree=",
        "flood --sweep degree=4..x",
        "flood --sweep degree=8..4", "flood --sweep bogus=1,2", "flood --sweep nodes=0,5", "flood --sweep seed=1.5", "flood --processes 2",
        "flood --data csv", "flood --story", "flood --data xml --out x", "flood --stack quantum", "partition --nodes 20 --set share=0.001"
    })
    void whatIsImpossibleIsSaidAtOnce(String line) {
        Ran ran = run(line);
        assertThat(ran.code()).as(ran.err()).isEqualTo(2);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.err()).startsWith("libp2p: ").contains("--help");
    }

    @Test
    void aFolderThatCannotBeIsSaidBeforeTheRun() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));
        Ran ran = run("flood --nodes 1000000 --out " + file.resolve("in"));
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err()).startsWith("libp2p: ").contains(file.toString());
    }

    @ParameterizedTest
    @CsvSource({"summary.json.part, ''", "data.csv, --data csv", "story.txt, --story", "lines.csv.part, ''"})
    void aFullDiskIsSaidAtOnceWithTheFile(String name, String option) throws Exception {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full)); // Linux has one
        Path file = Files.createSymbolicLink(folder.resolve(name), full);
        long seconds = name.startsWith("lines") ? 1 : 1_000_000; // what is measured is written in the end; else no run is to take so long
        Ran ran = run("flood --nodes 100 --set messages=" + seconds + " --out " + folder + " " + option);
        Files.delete(file);
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err()).startsWith("libp2p: ").contains(file.toString()).contains("No space left");
    }

    @Test
    void anInterruptedRunLeavesWhatItHasMeasured() throws Exception {
        Path out = Files.createDirectories(folder.resolve("out"));
        try (WatchService watch = FileSystems.getDefault().newWatchService()) {
            out.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
            Process p = Ran.begin("sim", "flood", "--nodes", "100", "--set", "messages=1000000", "--json", "--out", out.toString());
            WatchKey begun = watch.take();
            begun.cancel();
            p.toHandle().destroy(); // as Ctrl-C
            Ran ran = Ran.ended(p);
            assertThat(ran.code()).isEqualTo(1);
            assertThat(ran.err()).contains("interrupted");
            assertThat(ran.object().getBoolean("whole")).isFalse();
            assertThat(Ran.object(Files.readString(out.resolve("summary.json")).replace("\n", "")).getBoolean("whole")).isFalse();
            assertThat(out.resolve("lines.csv")).exists();
        }
    }

    @Test
    void scenariosAreListed() {
        assertThat(run("--list").out()).contains("ping: ", "flood: ", "partition: ", "churn: ", "degree");
        assertThat(run("--list --json").objects()).hasSize(4)
                .allSatisfy(o -> assertThat(o).containsKeys("scenario", "description", "nodes", "parameters"));
    }
}
