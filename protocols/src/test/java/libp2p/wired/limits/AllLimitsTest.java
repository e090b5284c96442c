package libp2p.wired.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import libp2p.core.net.Limits;
import org.junit.jupiter.api.Test;

/** Whoever adds a limit writes the test that goes beyond it. */
class AllLimitsTest {
    private static final List<Class<?>> TESTS = List.of(
            ConnectionLimitsTest.class, StreamLimitsTest.class, BytesLimitsTest.class, TimeLimitsTest.class, DialLimitsTest.class,
            IdentifyLimitsTest.class);

    /** Of transports that have a network: {@code TcpTransportTest.aConnectThatIsNeverAnsweredTimesOut}. */
    private static final Set<String> ELSEWHERE = Set.of("connectNanos");

    @Test
    void eachLimitHasATestThatGoesBeyondIt() {
        Set<String> tested = new TreeSet<>(ELSEWHERE);
        for (Class<?> test : TESTS) {
            for (Method m : test.getDeclaredMethods()) {
                Bounds b = m.getAnnotation(Bounds.class);
                if (b != null) tested.addAll(Arrays.asList(b.value()));
            }
        }
        Set<String> limits = new TreeSet<>();
        for (RecordComponent c : Limits.class.getRecordComponents()) limits.add(c.getName());
        assertThat(tested).isEqualTo(limits);
    }
}
