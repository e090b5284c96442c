package libp2p.interop.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.grack.nanojson.JsonObject;
import java.util.HexFormat;
import java.util.stream.Stream;
import libp2p.core.Buf;
import libp2p.core.Violation;
import libp2p.core.wire.Multistream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** conformance/multistream.json, in one piece and byte by byte. */
final class MultistreamCorpusTest {
    private static final int MESSAGES_MAX = 100;

    static Stream<Arguments> cases() {
        return Corpus.cases("multistream");
    }

    private static Multistream.Selection machine(JsonObject c) {
        return c.getString("role").equals("listener")
                ? new Multistream.Responder(Corpus.texts(c, "speaks"), MESSAGES_MAX)
                : new Multistream.Initiator(Corpus.texts(c, "proposes"), MESSAGES_MAX);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void bothEndsAgreeAsWritten(String name, JsonObject c) {
        byte[] sent = Corpus.bytes(c, "sent");
        for (int piece : new int[] {sent.length, 1}) {
            Multistream.Selection machine = machine(c);
            Buf in = new Buf(sent.length);
            Buf out = new Buf(64);
            String result = "more";
            machine.begin(out);
            try {
                for (int at = 0; at < sent.length; at += piece) {
                    in.put(sent, at, Math.min(piece, sent.length - at));
                    String id = result.equals("more") ? machine.step(in, out) : null;
                    if (id != null) result = id;
                }
            } catch (Violation v) {
                result = "violation";
            }
            assertThat(result).isEqualTo(c.getString("result"));
            // who breaks off may keep back what it was about to say
            if (result.equals("violation")) assertThat(c.getString("answer")).startsWith(HexFormat.of().formatHex(out.takeAll()));
            else assertThat(HexFormat.of().formatHex(out.takeAll())).isEqualTo(c.getString("answer"));
            if (c.has("left")) assertThat(HexFormat.of().formatHex(in.takeAll())).isEqualTo(c.getString("left"));
        }
    }
}
