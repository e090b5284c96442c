package libp2p.gossipsub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import libp2p.core.Buf;
import libp2p.core.Rng;
import libp2p.core.Violation;
import libp2p.core.Watch;
import libp2p.core.identity.KeyType;
import libp2p.core.identity.LocalIdentity;
import libp2p.core.identity.PeerId;
import libp2p.core.identity.PrivateKey;
import libp2p.core.node.Frames;
import libp2p.core.proto.ProtoWriter;
import libp2p.testkit.fuzz.Fuzzing;
import libp2p.testkit.fuzz.Target;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WireTest {
    private static final PeerId A = ScoresTest.peer(1);
    private static final PeerId B = ScoresTest.peer(2);
    private static final RpcLimits LIMITS = RpcLimits.DEFAULT;
    private static final Map<String, TopicConfig> TOPICS = new HashMap<>(Map.of("t", Net.PLAIN, "signed", TopicConfig.SIGNED));

    private static RpcReader reader(RpcLimits limits) {
        return new RpcReader(limits, new Watch<>(TOPICS), new Recent(16, 1 << 20, 1));
    }

    private static byte[] payload(byte[] frame) {
        return new Frames(1 << 24).next(new Buf(frame)).takeAll();
    }

    private static Rpc read(byte[] rpc) {
        return reader(LIMITS).read(A, new Buf(rpc), 5);
    }

    private static Rpc read(RpcWriter w) {
        List<byte[]> frames = w.frames();
        assertThat(frames).hasSize(1);
        return read(payload(frames.get(0)));
    }

    private static MessageId id(int n) {
        return MessageId.of(new byte[] {(byte) n, 1});
    }

    private static RpcWriter all() {
        return new RpcWriter(1 << 20)
                .extensions(new Rpc.Extensions(true, true, true))
                .subscription("t", true, true, true)
                .subscription("u", false, true, true)
                .ihave("t", List.of(id(1), id(2)))
                .iwant(List.of(id(3)))
                .graft("t")
                .prune("u", List.of(new Rpc.Px(A, null), new Rpc.Px(B, new byte[] {1, 2})), 60)
                .idontwant(List.of(id(4), id(5)))
                .partial("t", new byte[] {7}, new byte[] {8}, new byte[] {9})
                .choke(List.of("t"), List.of("u"))
                .test();
    }

    @Test
    void whatIsWrittenIsRead() {
        Rpc r = read(all());
        assertThat(r.extensions).isEqualTo(new Rpc.Extensions(true, true, true));
        assertThat(r.subscriptions).containsExactly(new Rpc.Subscription("t", true, true, true),
                new Rpc.Subscription("u", false, false, false));
        assertThat(r.ihave).containsExactly(new Rpc.IHave("t", List.of(id(1), id(2))));
        assertThat(r.iwant).containsExactly(id(3));
        assertThat(r.graft).containsExactly("t");
        assertThat(r.prune.get(0).topic()).isEqualTo("u");
        assertThat(r.prune.get(0).backoffSeconds()).isEqualTo(60);
        assertThat(r.prune.get(0).peers().get(1).peer()).isEqualTo(B);
        assertThat(r.prune.get(0).peers().get(1).signedRecord()).containsExactly(1, 2);
        assertThat(r.idontwant).containsExactly(id(4), id(5));
        assertThat(r.partial.group()).containsExactly(7);
        assertThat(r.partial.parts()).containsExactly(8);
        assertThat(r.partial.metadata()).containsExactly(9);
        assertThat(r.choke).containsExactly("t");
        assertThat(r.unchoke).containsExactly("u");
        assertThat(r.test).isTrue();
    }

    @Test
    void theBytesAreThoseOfTheSpecification() {
        // subscriptions{subscribe: true, topicid: "t"}, control{graft{topicID: "t"}}
        byte[] frame = new RpcWriter(1000).subscription("t", true, false, false).graft("t").frames().get(0);
        assertThat(Fuzzing.hex(frame)).isEqualTo("0e" + "0a05" + "0801" + "120174" + "1a05" + "1a03" + "0a0174");
        Message m = Message.make("t", new byte[] {5}, null, null, null, null, A, 0, LIMITS);
        assertThat(Fuzzing.hex(m.frame())).isEqualTo("08" + "1206" + "120105" + "220174");
    }

    @Test
    void anRpcCutAnywhereIsEitherReadOrAViolation() {
        byte[] whole = payload(all().frames().get(0));
        byte[] message = payload(signed().frame());
        for (byte[] rpc : List.of(whole, message)) {
            for (int at = 0; at < rpc.length; at++) {
                byte[] part = Arrays.copyOf(rpc, at);
                try {
                    read(part);
                } catch (Violation expected) {
                    assertThat(expected.getMessage()).isNotEmpty();
                }
            }
        }
    }

    private static Message signed() {
        byte[] seqno = {0, 0, 0, 0, 0, 0, 0, 1};
        return Message.make("signed", new byte[100], A.bytes(), seqno, new byte[64], null, A, 0, LIMITS);
    }

    @Test
    void anRpcIsSplitWhereItIsTooLargeAndWhatIsTooLargeAloneIsLeftOut() {
        List<MessageId> ids = new ArrayList<>();
        for (int i = 0; i < 50; i++) ids.add(id(i));
        RpcWriter w = new RpcWriter(400).extensions(new Rpc.Extensions(true, false, false));
        for (int i = 0; i < 20; i++) w.subscription("topic " + i, true, false, false);
        for (int i = 0; i < 5; i++) w.ihave("t" + i, ids);
        w.ihave("too large", List.of(MessageId.of(new byte[500])));
        List<byte[]> frames = w.frames();
        assertThat(frames.size()).isGreaterThan(3);
        int subs = 0;
        int ihaves = 0;
        for (byte[] f : frames) {
            assertThat(f.length).isLessThanOrEqualTo(402);
            Rpc r = read(payload(f));
            subs += r.subscriptions.size();
            for (Rpc.IHave h : r.ihave) ihaves += h.ids().size();
        }
        assertThat(subs).isEqualTo(20);
        assertThat(ihaves).isEqualTo(250);
        assertThat(read(payload(frames.get(0))).extensions).isNotNull();
    }

    // ---- bounds

    private static byte[] repeated(int n, Consumer<RpcWriter> what) {
        RpcWriter w = new RpcWriter(16 << 20);
        for (int i = 0; i < n; i++) what.accept(w);
        return payload(w.frames().get(0));
    }

    private static void holds(RpcLimits limits, int max, Consumer<RpcWriter> what) {
        reader(limits).read(A, new Buf(repeated(max, what)), 0);
        assertThatThrownBy(() -> reader(limits).read(A, new Buf(repeated(max + 1, what)), 0)).isInstanceOf(Violation.class);
    }

    @Test
    void eachCountHasItsBound() {
        RpcLimits l = new RpcLimits(1 << 20, 3, 4, 5, 6, 7, 8, 9, 10);
        holds(l, 4, w -> w.subscription("t", true, false, false));
        holds(l, 5, w -> w.graft("t"));
        holds(l, 6, w -> w.prune("t", List.of(), 1));
        assertThatThrownBy(() -> reader(l).read(A, new Buf(repeated(2, w -> w.prune("t", List.of(new Rpc.Px(A, null), new Rpc.Px(A, null),
                new Rpc.Px(A, null), new Rpc.Px(A, null)), 1))), 0)).isInstanceOf(Violation.class);
        assertThatThrownBy(() -> reader(l).read(A, new Buf(repeated(1, w -> w.graft("12345678901"))), 0)).isInstanceOf(Violation.class);
        byte[] one = new ProtoWriter().bytes(Fields.RPC_PUBLISH, new ProtoWriter().bytes(2, new byte[1]).string(4, "t").toBytes())
                .toBytes();
        byte[] many = new byte[one.length * 4];
        for (int i = 0; i < 4; i++) System.arraycopy(one, 0, many, i * one.length, one.length);
        reader(l).read(A, new Buf(Arrays.copyOf(many, one.length * 3)), 0);
        assertThatThrownBy(() -> reader(l).read(A, new Buf(many), 0)).isInstanceOf(Violation.class);
    }

    @Test
    void idsBeyondTheirBoundAreNotRead() {
        RpcLimits l = new RpcLimits(1 << 20, 3, 4, 5, 6, 7, 8, 9, 10);
        List<MessageId> ids = new ArrayList<>();
        for (int i = 0; i < 6; i++) ids.add(id(i));
        ids.add(MessageId.of(new byte[10])); // too long
        Rpc r = reader(l).read(A, new Buf(repeated(2, w -> w.ihave("t", ids).iwant(ids).idontwant(ids))), 0);
        assertThat(r.ihave.get(0).ids().size() + r.ihave.get(1).ids().size()).isEqualTo(8);
        assertThat(r.iwant).hasSize(8);
        assertThat(r.idontwant).hasSize(8);
    }

    @Test
    void aMillionEmptyFieldsCostNothing() {
        byte[] rpc = new byte[1 << 20];
        for (int i = 0; i < rpc.length; i += 2) rpc[i] = 2 << 3 | 2; // empty messages
        assertThatThrownBy(() -> read(rpc)).isInstanceOf(Violation.class).hasMessageContaining("messages");
    }

    // ---- messages

    @Test
    void aMessageWithoutATopicOrWithTwoIsAViolation() {
        for (byte[] m : List.of(
                new ProtoWriter().bytes(2, new byte[1]).toBytes(),
                new ProtoWriter().string(4, "t").string(4, "t").toBytes(),
                new ProtoWriter().string(4, "t").bytes(2, new byte[1]).bytes(2, new byte[1]).toBytes())) {
            assertThatThrownBy(() -> read(new ProtoWriter().bytes(Fields.RPC_PUBLISH, m).toBytes())).isInstanceOf(Violation.class);
        }
    }

    @Test
    void aMessageOfATopicThatWeAreNotInIsNotRead() {
        byte[] m = new ProtoWriter().bytes(2, new byte[1]).string(4, "stranger").toBytes();
        Rpc r = read(new ProtoWriter().bytes(Fields.RPC_PUBLISH, m).toBytes());
        assertThat(r.messages).isEmpty();
        assertThat(r.strange).isEqualTo(1);
    }

    @Test
    void aCopyIsTheMessageThatCameFirst() {
        RpcReader r = reader(LIMITS);
        byte[] rpc = payload(Message.make("t", new byte[50], null, null, null, null, A, 0, LIMITS).frame());
        Message m = r.read(A, new Buf(rpc), 0).messages.get(0);
        Rpc again = r.read(B, new Buf(rpc), 0);
        assertThat(again.messages).isEmpty();
        assertThat(again.copies).containsExactly(m);
        assertThat(m.receivedFrom()).isEqualTo(A);
    }

    @Test
    void whatTheIdsAttachIsMadeOnceAndKept() {
        int[] calls = {0};
        MessageIds ids = m -> {
            calls[0]++;
            m.attach("payload of " + m.dataSize());
            return id(1);
        };
        RpcReader r = new RpcReader(LIMITS, new Watch<>(new HashMap<>(Map.of("t", TopicConfig.unsigned(ids)))), new Recent(16, 1 << 20, 1));
        byte[] rpc = payload(Message.make("t", new byte[50], null, null, null, null, A, 0, LIMITS).frame());
        Message m = r.read(A, new Buf(rpc), 0).messages.get(0);
        for (int i = 0; i < 10; i++) r.read(B, new Buf(rpc), 0);
        assertThat(calls[0]).isEqualTo(1);
        assertThat(m.attachment()).isEqualTo("payload of 50");
    }

    @Test
    void unknownFieldsArePassedOnAsTheyCame() {
        byte[] m = new ProtoWriter().bytes(2, new byte[] {1}).string(4, "t").varint(77, 5).toBytes();
        byte[] rpc = new ProtoWriter().bytes(Fields.RPC_PUBLISH, m).toBytes();
        assertThat(payload(read(rpc).messages.get(0).frame())).isEqualTo(rpc);
    }

    // ---- signatures

    private static Message sign(KeyType type) {
        PrivateKey key = PrivateKey.generate(type, Net.CRYPTO, Rng.seeded(8));
        Net net = new Net();
        Signed w = new Signed(net, new LocalIdentity(key, Net.CRYPTO));
        return w.message;
    }

    /** Signs with an identity of its own. */
    private static final class Signed {
        Message message;

        Signed(Net net, LocalIdentity identity) {
            libp2p.core.node.Swarm s = net.world.node(libp2p.core.net.Limits.DEFAULT, identity);
            s.loop().execute(() -> Signing.sign(s, "signed", new byte[] {1, 2, 3}, new byte[8], LIMITS, (m, failure) -> message = m));
            net.world.settle();
        }
    }

    @ParameterizedTest
    @EnumSource(KeyType.class)
    void aSignatureIsRightForItsMessageAndForNoOther(KeyType type) {
        Message m = sign(type);
        assertThat(Signing.fault(m, SignPolicy.STRICT_SIGN)).isNull();
        assertThat(Signing.fault(m, SignPolicy.STRICT_NO_SIGN)).isEqualTo(Rejection.UNEXPECTED_SIGNATURE);
        assertThat(Signing.verify(m, Net.CRYPTO)).isTrue();
        assertThat(m.key() == null).isEqualTo(type == KeyType.ED25519 || type == KeyType.SECP256K1);
        byte[] frame = m.frame();
        int begin = frame.length - m.size();
        for (int at = begin; at < frame.length; at += type == KeyType.RSA ? 37 : 5) {
            byte[] damaged = Arrays.copyOfRange(frame, begin, frame.length);
            damaged[at - begin] ^= 2;
            try {
                Message d = Message.read(new Buf(damaged), A, 0, LIMITS);
                boolean taken = Signing.fault(d, SignPolicy.STRICT_SIGN) == null && Signing.verify(d, Net.CRYPTO);
                assertThat(taken).as("byte " + at).isFalse();
            } catch (Violation expected) {
                assertThat(expected.getMessage()).isNotEmpty();
            }
        }
    }

    @Test
    void whatMustBeThereIsMissedAndWhatMustNotIsSeen() {
        byte[] d = {1};
        byte[] n = new byte[8];
        byte[] a = A.bytes();
        assertThat(Signing.fault(Message.make("t", d, null, null, null, null, A, 0, LIMITS), SignPolicy.STRICT_SIGN))
                .isEqualTo(Rejection.MISSING_SIGNATURE);
        assertThat(Signing.fault(Message.make("t", d, a, n, null, null, A, 0, LIMITS), SignPolicy.STRICT_SIGN))
                .isEqualTo(Rejection.MISSING_SIGNATURE);
        assertThat(Signing.fault(Message.make("t", d, a, null, n, null, A, 0, LIMITS), SignPolicy.STRICT_SIGN))
                .isEqualTo(Rejection.MISSING_SIGNATURE);
        assertThat(Signing.fault(Message.make("t", d, a, new byte[7], n, null, A, 0, LIMITS), SignPolicy.STRICT_SIGN))
                .isEqualTo(Rejection.INVALID_SIGNATURE);
        assertThat(Signing.fault(Message.make("t", d, n, n, n, null, A, 0, LIMITS), SignPolicy.STRICT_SIGN))
                .isEqualTo(Rejection.INVALID_SIGNATURE);
        assertThat(Signing.fault(Message.make("t", d, a, null, null, null, A, 0, LIMITS), SignPolicy.STRICT_NO_SIGN))
                .isEqualTo(Rejection.UNEXPECTED_AUTHOR);
        assertThat(Signing.fault(Message.make("t", d, null, n, null, null, A, 0, LIMITS), SignPolicy.STRICT_NO_SIGN))
                .isEqualTo(Rejection.UNEXPECTED_AUTHOR);
        assertThat(Signing.fault(Message.make("t", d, null, null, null, n, A, 0, LIMITS), SignPolicy.STRICT_NO_SIGN))
                .isEqualTo(Rejection.UNEXPECTED_SIGNATURE);
        assertThat(Signing.fault(Message.make("t", d, null, null, null, null, A, 0, LIMITS), SignPolicy.STRICT_NO_SIGN)).isNull();
    }

    // ---- fuzz

    @TestFactory
    Stream<DynamicTest> fuzz() {
        List<byte[]> seeds = List.of(payload(all().frames().get(0)), payload(signed().frame()), payload(sign(KeyType.ED25519).frame()));
        List<byte[]> messages = new ArrayList<>();
        for (Message m : List.of(signed(), sign(KeyType.ED25519))) messages.add(Arrays.copyOfRange(m.frame(), m.frame().length - m.size(),
                m.frame().length));
        return Stream.of(
                Target.parser("gossip-rpc", seeds, Violation.class, WireTest::read, (b, rpc) -> {
                    if (rpc.subscriptions.size() > LIMITS.subscriptionsMax()
                            || rpc.graft.size() > LIMITS.graftsMax()) throw new AssertionError("bounds");
                    RpcFacts.of(rpc);
                }),
                Target.parser("gossip-message", messages, Violation.class, b -> Message.read(new Buf(b), A, 0, LIMITS), (b, m) -> {
                    if (!m.isOf(new Buf(b))) throw new AssertionError("not as it came");
                    MessageIds.ORIGIN.of(m);
                    if (Signing.fault(m, SignPolicy.STRICT_SIGN) == null) m.signed();
                    if (m.data().length != m.dataSize()) throw new AssertionError("data");
                })).map(t -> DynamicTest.dynamicTest(t.name(), () -> Fuzzing.run(t, Integer.getInteger("fuzz.rounds", t.rounds()),
                        Long.getLong("fuzz.seed", 1))));
    }
}
