package libp2p.netty;

import java.util.stream.Stream;
import libp2p.testkit.fuzz.Fuzzing;
import libp2p.testkit.fuzz.Target;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * A short run of each target of this module; {@code -Dfuzz.rounds=N}, {@code -Dfuzz.seed=S}, {@code -Dfuzz.target=NAME} and {@code
 * -Dfuzz.input=HEX} as for the others, see docs/fuzzing.md.
 */
class NettyFuzzTest {
    private static final String INPUT = System.getProperty("fuzz.input", "");

    @TestFactory
    Stream<DynamicTest> eachTarget() {
        return NettyTargets.chosen().map(t -> DynamicTest.dynamicTest(t.name(), () -> run(t)));
    }

    private static void run(Target target) {
        if (INPUT.isEmpty()) Fuzzing.run(target, Integer.getInteger("fuzz.rounds", target.rounds()), Long.getLong("fuzz.seed", 1));
        else Fuzzing.once(target, Fuzzing.bytes(INPUT));
    }
}
