package libp2p.interop.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import libp2p.core.Buf;
import libp2p.core.CloseReason;
import libp2p.core.net.Limits;
import libp2p.core.wire.Muxer;
import libp2p.core.wire.mplex.Mplex;
import libp2p.core.wire.yamux.Yamux;
import libp2p.testkit.MuxEnd;
import libp2p.testkit.StreamProbe;
import libp2p.testkit.TestLoop;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** conformance/yamux.json and mplex.json, in one piece and byte by byte. */
final class MuxerCorpusTest {
    private static final int YAMUX_HEADER = 12;
    private static final Map<String, Integer> FLAGS = Map.of("SYN", 1, "ACK", 2, "FIN", 4, "RST", 8);

    static Stream<Arguments> yamux() {
        return Corpus.cases("yamux");
    }

    static Stream<Arguments> mplex() {
        return Corpus.cases("mplex");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("yamux")
    void yamuxSeesWhatWasSent(String name, JsonObject c) {
        for (int piece : new int[] {Integer.MAX_VALUE, 1}) {
            byte[] sent = check(new Yamux(), c, piece);
            for (Object o : c.getArray("answers")) assertThat(answers(sent, (JsonObject) o)).as("answer %s", o).isTrue();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mplex")
    void mplexSeesWhatWasSent(String name, JsonObject c) {
        for (int piece : new int[] {Integer.MAX_VALUE, 1}) check(new Mplex(), c, piece);
    }

    private static byte[] check(Muxer muxer, JsonObject c, int piece) {
        List<StreamProbe> accepted = new ArrayList<>();
        MuxEnd end = new MuxEnd(muxer, TestLoop.alone(), false, Limits.DEFAULT, StreamProbe.each(accepted, p -> p)).cut(piece);
        end.feed(Corpus.bytes(c, "sent"));
        boolean closed = end.violation() != null || !end.ended.isEmpty();
        assertThat(closed).as("closed: %s", end.violation()).isEqualTo(c.getString("connection").equals("closed"));
        byte[] sent = end.takeSent();
        if (closed) return sent;
        JsonArray streams = c.getArray("streams");
        assertThat(accepted).hasSize(streams.size());
        for (int i = 0; i < streams.size(); i++) check(accepted.get(i), streams.getObject(i));
        return sent;
    }

    private static void check(StreamProbe probe, JsonObject expected) {
        assertThat(probe.received()).isEqualTo(Corpus.bytes(expected, "received"));
        switch (expected.getString("end")) {
            case "open" -> assertThat(probe.peerFinished() || !probe.closes().isEmpty()).isFalse();
            case "finished" -> assertThat(probe.peerFinished()).isTrue();
            case "reset" -> {
                assertThat(probe.closed().kind()).isEqualTo(CloseReason.Kind.PEER_RESET);
                if (expected.has("code")) assertThat(probe.closed().code()).isEqualTo(expected.getLong("code"));
            }
            default -> throw new IllegalArgumentException(expected.toString());
        }
    }

    /** Whether a frame as expected is among those sent. */
    private static boolean answers(byte[] sent, JsonObject expected) {
        Buf in = new Buf(sent);
        while (!in.isEmpty()) {
            byte[] header = new Buf(in.array, in.start, in.start + YAMUX_HEADER).takeAll();
            int flags = in.i32() & 0xffff;
            int stream = in.i32();
            int length = in.i32();
            if (header[1] == 0) in.skip(length);
            if (expected.has("frame") && expected.getString("frame").equals(HexFormat.of().formatHex(header))) return true;
            if (expected.has("flag") && stream == expected.getInt("stream") && (flags & FLAGS.get(expected.getString("flag"))) != 0)
                    return true;
        }
        return false;
    }
}
