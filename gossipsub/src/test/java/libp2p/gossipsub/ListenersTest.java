package libp2p.gossipsub;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import libp2p.core.Buf;
import libp2p.core.node.Frames;
import libp2p.core.proto.ProtoReader;
import org.junit.jupiter.api.Test;

/** Metrics by the names of specs pull request 695, and traces in the form of go-libp2p-pubsub. */
class ListenersTest {
    private static final String T = Net.T;

    private final Net net = new Net();
    private final List<byte[]> events = new ArrayList<>();

    private static Map<Integer, Integer> types(List<byte[]> events) {
        Map<Integer, Integer> types = new LinkedHashMap<>();
        for (byte[] framed : events) {
            Buf data = new Buf(framed);
            ProtoReader in = new ProtoReader(new Frames(1 << 20).next(data));
            assertThat(data.isEmpty()).isTrue();
            int type = -1;
            List<Integer> fields = new ArrayList<>();
            for (int f = in.next(); f != 0; f = in.next()) {
                if (f == 1) type = in.int32();
                else fields.add(f);
            }
            assertThat(fields).containsExactly(2, 3, type + 4);
            types.merge(type, 1, Integer::sum);
        }
        return types;
    }

    @Test
    void whatHappensIsCountedAndTraced() {
        GossipMetrics metrics = new GossipMetrics(() -> 0);
        GossipTrace trace = new GossipTrace(() -> 1234, events::add);
        Net.Member m = net.member(GossipConfig.builder().listener(GossipListener.of(List.of(metrics, trace))).build());
        m.hear(T, Net.PLAIN.validator((node, message, done) -> done.done(message.dataSize() == 1 ? Verdict.REJECT : Verdict.ACCEPT, null)));
        Puppet p = net.puppet().meet(m).subscribe(T);
        Puppet q = net.puppet().meet(m).subscribe(T).graft(T);
        p.publish(T, new byte[2000]);
        q.publish(T, new byte[2000]);
        p.publish(T, new byte[1]);
        p.publish("not ours \"\n", new byte[9]);
        m.publish(T, "ours");
        p.say(p.rpc().prune(T, List.of(), 60)).graft(T);
        p.say(p.rpc().iwant(List.of(p.message(T, new byte[2000]).id())));
        net.beats(2);
        assertThat(metrics.value("gossipsub_peers_total", "")).isEqualTo(2);
        assertThat(metrics.value("gossipsub_mesh_peers_total", "topic=\"topic\"")).isEqualTo(1);
        assertThat(metrics.value("gossipsub_message_delivered_total", "")).isEqualTo(1);
        assertThat(metrics.value("gossipsub_message_received_total", "validation_result=\"accept\"")).isEqualTo(1);
        assertThat(metrics.value("gossipsub_message_rejected_total", "reason=\"validation failed\"")).isEqualTo(1);
        assertThat(metrics.value("gossipsub_message_duplicate_total", "")).isEqualTo(1);
        assertThat(metrics.value("gossipsub_message_published_total", "")).isEqualTo(1);
        assertThat(metrics.value("gossipsub_backoff_violations_total", "")).isEqualTo(2);
        assertThat(metrics.value("gossipsub_idontwant_sent_total", "")).isEqualTo(1);
        assertThat(metrics.value("gossipsub_rpc_sent_total", "publish")).isEqualTo(4);
        assertThat(metrics.value("gossipsub_rpc_received_total", "graft")).isEqualTo(2);
        assertThat(metrics.names()).allMatch(n -> n.startsWith("gossipsub_"));
        String text = metrics.text();
        assertThat(text).contains("gossipsub_heartbeat_duration_seconds_count 2").contains("gossipsub_peer_score_count 2");
        assertThat(text).doesNotContain("not ours");
        assertThat(types(events).keySet()).contains(0, 1, 2, 3, 4, 6, 7, 9, 11, 12);
    }
}
