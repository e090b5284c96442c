package libp2p.netty;

import java.util.stream.Stream;
import libp2p.testkit.fuzz.Guiding;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** Each target of this module under Jazzer ({@link Guiding}): {@code mvn -Pfuzz}, see docs/fuzzing.md. */
@Tag("guided")
class NettyGuidedFuzzTest {
    @TestFactory
    Stream<DynamicTest> eachTarget() {
        return NettyTargets.chosen().map(t -> DynamicTest.dynamicTest(t.name(), () -> Guiding.run(t, NettyGuided.class)));
    }
}
