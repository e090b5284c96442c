package libp2p.wired.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import libp2p.core.Buf;
import libp2p.core.Codes;
import libp2p.core.node.Identified;
import libp2p.core.node.Swarm;
import libp2p.identify.Identify;
import libp2p.testkit.Caller;
import libp2p.testkit.World;
import org.junit.jupiter.api.Test;

class IdentifyLimitsTest extends EachLimit {
    private static final int AGENT = 6;
    private static final int PROTOCOL = 3;

    private final Identify identify = new Identify();
    private final List<Caller> answers = new ArrayList<>();

    /** A field of bytes in a message of its own. */
    private static byte[] message(int field, byte[] value) {
        byte[] body = new Buf(value.length + 8).putVarint(field << 3 | 2).putVarint(value.length).put(value).takeAll();
        return new Buf(body.length + 4).putVarint(body.length).put(body).takeAll();
    }

    private static byte[] messageOf(int length) {
        byte[] m = message(AGENT, new byte[length - 3]); // its head has three bytes, as has the field's
        if (m.length != length + 2) throw new AssertionError("not of " + length + " bytes");
        return m;
    }

    /** What the node learns of a peer that answers with this. */
    private World.Result<Identified> learned(Swarm node, byte[] answer) {
        Swarm peer = reckless();
        peer.handle(Identify.ID, s -> {
            Caller c = new Caller().send(answer).finish();
            answers.add(c);
            return c;
        });
        world.settle();
        World.Result<Identified> learned = new World.Result<>();
        identify.identify(world.connect(node, peer), learned);
        world.settle();
        return learned;
    }

    private long codeOfLast() {
        return answers.get(answers.size() - 1).closed().code();
    }

    @Test
    @Bounds("identifyBytesMax")
    void aMessageOneByteTooLongIsReset() {
        Swarm node = bounded(limits().identifyBytesMax(1000), identify);
        assertThat(learned(node, messageOf(1000)).isFailure()).isFalse();
        assertThat(learned(node, messageOf(1001)).failure()).isNotNull();
        assertThat(codeOfLast()).isEqualTo(Codes.PROTOCOL_VIOLATION);
    }

    @Test
    @Bounds("identifyMessagesMax")
    void oneMessageTooManyIsReset() {
        Swarm node = bounded(limits().identifyMessagesMax(3), identify);
        Buf three = new Buf(100);
        for (int i = 0; i < 3; i++) three.put(message(AGENT, new byte[] {'a'}));
        byte[] all = three.takeAll();
        assertThat(learned(node, all).isFailure()).isFalse();
        Buf four = new Buf(100).put(all).put(message(AGENT, new byte[] {'b'}));
        assertThat(learned(node, four.takeAll()).failure()).isNotNull();
        assertThat(codeOfLast()).isEqualTo(Codes.PROTOCOL_VIOLATION);
    }

    @Test
    @Bounds("protocolsPerPeerMax")
    void oneProtocolOfAPeerTooManyIsLeftOut() {
        Swarm node = bounded(limits().protocolsPerPeerMax(3), identify);
        Buf four = new Buf(100);
        for (int i = 0; i < 4; i++) four.put(message(PROTOCOL, new byte[] {'/', (byte) ('a' + i)}));
        assertThat(learned(node, four.takeAll()).value().protocols()).containsExactly("/a", "/b", "/c");
    }
}
