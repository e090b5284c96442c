package libp2p.interop.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.grack.nanojson.JsonObject;
import java.util.Locale;
import java.util.stream.Stream;
import libp2p.core.Violation;
import libp2p.core.identity.Envelope;
import libp2p.core.identity.PeerRecord;
import libp2p.jvm.JvmCrypto;
import libp2p.multiformats.Multiaddr;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** conformance/envelope.json. */
final class EnvelopeCorpusTest {
    private final JvmCrypto crypto = JvmCrypto.create();

    static Stream<Arguments> cases() {
        return Corpus.cases("envelope");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void aRecordIsTakenOrRefusedAsWritten(String name, JsonObject c) {
        byte[] bytes = Corpus.bytes(c, "envelope");
        if (!c.getBoolean("valid")) {
            assertThatThrownBy(() -> PeerRecord.open(Envelope.decode(bytes), crypto)).isInstanceOf(Violation.class);
            return;
        }
        Envelope envelope = Envelope.decode(bytes);
        PeerRecord record = PeerRecord.open(envelope, crypto);
        assertThat(envelope.key().type().name().toLowerCase(Locale.ROOT)).isEqualTo(c.getString("key"));
        assertThat(record.peer().toString()).isEqualTo(c.getString("peer"));
        assertThat(Long.toUnsignedString(record.seq())).isEqualTo(c.getString("seq"));
        assertThat(record.addresses().stream().map(Multiaddr::toString).toList()).isEqualTo(Corpus.texts(c, "addresses"));
    }
}
