package libp2p.identify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.grack.nanojson.JsonObject;
import java.util.List;
import java.util.stream.Stream;
import libp2p.core.Buf;
import libp2p.core.Violation;
import libp2p.core.net.Connection;
import libp2p.core.net.Limits;
import libp2p.core.node.Identified;
import libp2p.interop.conformance.Corpus;
import libp2p.jvm.JvmCrypto;
import libp2p.multiformats.Multiaddr;
import libp2p.testkit.World;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** conformance/identify.json, in one piece and byte by byte. */
final class IdentifyCorpusTest {
    private final World world = new World(JvmCrypto.create());
    private final Connection connection = world.connect(world.node(), world.node());

    static Stream<Arguments> cases() {
        return Corpus.cases("identify");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void whatIsLearnedIsAsWritten(String name, JsonObject c) {
        byte[] sent = Corpus.bytes(c, "sent");
        for (int piece : new int[] {Math.max(1, sent.length), 1}) {
            if ("violation".equals(c.get("learned"))) assertThatThrownBy(() -> read(sent, piece)).isInstanceOf(Violation.class);
            else check(read(sent, piece), c.getObject("learned"));
        }
    }

    private Identified read(byte[] sent, int piece) {
        Reading reading = new Reading(Limits.DEFAULT);
        for (int at = 0; at < sent.length; at += piece) reading.take(new Buf(sent, at, Math.min(at + piece, sent.length)));
        reading.end(connection);
        return reading.identified(connection, null, false);
    }

    private static void check(Identified i, JsonObject expected) {
        assertThat(i.agent()).isEqualTo(expected.getString("agentVersion"));
        assertThat(i.version()).isEqualTo(expected.getString("protocolVersion"));
        assertThat(i.protocols()).isEqualTo(Corpus.texts(expected, "protocols"));
        List<String> addresses = i.addresses().stream().map(Multiaddr::toString).toList();
        assertThat(addresses).isEqualTo(Corpus.texts(expected, "listenAddrs"));
        assertThat(i.observed() == null ? null : i.observed().toString()).isEqualTo(expected.getString("observedAddr"));
    }
}
