package libp2p.interop.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.grack.nanojson.JsonObject;
import java.util.stream.Stream;
import libp2p.core.CloseReason;
import libp2p.jvm.JvmCrypto;
import libp2p.perf.Perf;
import libp2p.testkit.Caller;
import libp2p.testkit.World;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** conformance/perf.json. */
final class PerfCorpusTest {
    static Stream<Arguments> cases() {
        return Corpus.cases("perf");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void aServerAnswersAsWritten(String name, JsonObject c) {
        World world = new World(JvmCrypto.create());
        Caller caller = world.open(world.connect(world.node(), world.node(new Perf())), Perf.ID);
        caller.send(Corpus.bytes(c, "sent")).finish();
        world.settle();
        if ("reset".equals(c.get("answered"))) {
            assertThat(caller.closed()).isNotNull();
            assertThat(caller.closed().kind()).isEqualTo(CloseReason.Kind.PEER_RESET);
        } else {
            assertThat(caller.peerFinished()).isTrue();
            assertThat(caller.received()).hasSize(c.getInt("answered"));
        }
    }
}
