package libp2p.fuzz;

import java.util.stream.Stream;
import libp2p.testkit.fuzz.Fuzzing;
import libp2p.testkit.fuzz.Target;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * A short run of each target. {@code -Dfuzz.rounds=N} makes runs of N inputs, {@code -Dfuzz.seed=S} other ones; {@code -Dfuzz.target=NAME}
 * and {@code -Dfuzz.input=HEX} play one finding again.
 */
class FuzzTest {
    private static final String INPUT = System.getProperty("fuzz.input", "");

    @TestFactory
    Stream<DynamicTest> eachTarget() {
        return Targets.chosen().map(t -> DynamicTest.dynamicTest(t.name(), () -> run(t)));
    }

    private static void run(Target target) {
        if (INPUT.isEmpty()) Fuzzing.run(target, Integer.getInteger("fuzz.rounds", target.rounds()), Long.getLong("fuzz.seed", 1));
        else Fuzzing.once(target, Fuzzing.bytes(INPUT));
    }
}
