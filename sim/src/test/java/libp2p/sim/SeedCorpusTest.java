package libp2p.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Replays the seeds that once failed, and some fresh ones; see {@code seeds.md} beside {@code seeds.txt}. */
class SeedCorpusTest {
    /** How many fresh seeds each scenario runs, and from which on. */
    private static final int FRESH = Integer.getInteger("sim.seeds", 3);

    private static final long FIRST = Long.getLong("sim.seed", 1);

    private static LongConsumer scenario(String name) {
        return switch (name) {
            case "storm-streams" -> Storm::streams;
            case "storm-bytes" -> Storm::bytes;
            default -> throw new IllegalArgumentException("no such scenario: " + name);
        };
    }

    private record Entry(String scenario, long seed, String why) {}

    /** A scenario, a seed, then why it is here, a line each; empty lines and those that begin with # do not count. */
    private static List<Entry> corpus() throws IOException {
        List<Entry> all = new ArrayList<>();
        try (BufferedReader in = new BufferedReader(new InputStreamReader(SeedCorpusTest.class.getResourceAsStream("seeds.txt"),
                StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.isBlank() || line.startsWith("#")) continue;
                String[] parts = line.strip().split("\\s+", 3);
                assertThat(parts).as("scenario, seed, reason: " + line).hasSize(3);
                all.add(new Entry(parts[0], Long.parseLong(parts[1]), parts[2]));
            }
        }
        return all;
    }

    @TestFactory
    List<DynamicTest> seedsThatOnceFailedDoNotFailAgain() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (Entry e : corpus()) {
            LongConsumer s = scenario(e.scenario);
            tests.add(DynamicTest.dynamicTest(e.scenario + " " + e.seed + ": " + e.why, () -> s.accept(e.seed)));
        }
        return tests;
    }

    @TestFactory
    List<DynamicTest> freshSeedsDoNotFail() {
        List<DynamicTest> tests = new ArrayList<>();
        for (String name : List.of("storm-streams", "storm-bytes")) {
            for (long seed = FIRST; seed < FIRST + FRESH; seed++) {
                long s = seed;
                tests.add(DynamicTest.dynamicTest(name + " " + s, () -> scenario(name).accept(s)));
            }
        }
        return tests;
    }

    @Test
    void noSeedIsThereTwice() throws IOException {
        assertThat(corpus()).extracting(e -> e.scenario + " " + e.seed).doesNotHaveDuplicates();
    }
}
