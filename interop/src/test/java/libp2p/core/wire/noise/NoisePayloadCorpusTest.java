package libp2p.core.wire.noise;

import static org.assertj.core.api.Assertions.assertThat;

import com.grack.nanojson.JsonObject;
import java.util.HexFormat;
import java.util.stream.Stream;
import libp2p.core.Violation;
import libp2p.core.identity.PeerId;
import libp2p.core.identity.PublicKey;
import libp2p.interop.conformance.Corpus;
import libp2p.jvm.JvmCrypto;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** conformance/noise-payload.json. */
final class NoisePayloadCorpusTest {
    private final JvmCrypto crypto = JvmCrypto.create();

    static Stream<Arguments> cases() {
        return Corpus.cases("noise-payload");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void aPayloadIsTakenOrRefusedAsWritten(String name, JsonObject c) {
        NoisePayload payload;
        PublicKey key;
        boolean valid;
        try {
            payload = NoisePayload.decode(Corpus.bytes(c, "payload"));
            key = PublicKey.decode(payload.key());
            valid = key.verify(crypto, NoisePayload.signed(Corpus.bytes(c, "static")), payload.signature());
        } catch (Violation v) {
            assertThat(c.getBoolean("valid")).as("%s", v).isFalse();
            return;
        }
        assertThat(valid).isEqualTo(c.getBoolean("valid"));
        if (!valid) return;
        assertThat(PeerId.of(key, crypto).toString()).isEqualTo(c.getString("peer"));
        assertThat(payload.muxers()).isEqualTo(Corpus.texts(c, "muxers"));
        assertThat(payload.certhashes().stream().map(HexFormat.of()::formatHex).toList()).isEqualTo(Corpus.texts(c, "certhashes"));
    }
}
