package libp2p.fuzz;

import java.util.stream.Stream;
import libp2p.testkit.fuzz.Guiding;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** Each target under Jazzer ({@link Guiding}): {@code mvn -Pfuzz}, see CONTRIBUTING.md; {@code -Dfuzz.target=NAME,NAME} takes some. */
@Tag("guided")
class GuidedFuzzTest {
    @TestFactory
    Stream<DynamicTest> eachTarget() {
        return Targets.chosen().map(t -> DynamicTest.dynamicTest(t.name(), () -> Guiding.run(t, Guided.class)));
    }
}
