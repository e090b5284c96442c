package libp2p.bouncycastle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import libp2p.core.Crypto;
import libp2p.core.Rng;
import libp2p.core.Violation;
import libp2p.core.identity.Envelope;
import libp2p.core.identity.KeyType;
import libp2p.core.identity.LocalIdentity;
import libp2p.core.identity.PrivateKey;
import libp2p.core.proto.ProtoWriter;
import libp2p.testkit.TestLoop;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EnvelopeTest {
    private static final Crypto CRYPTO = new BouncyCastleCrypto();
    private static final String DOMAIN = "libp2p-testing";
    /** go-libp2p-core, record/envelope_test.go: made by go, used by nim too. */
    private static final byte[] GO = HexFormat.of()
            .parseHex("0a24080112206f1581709bb7b1ef030d210db18e3b0ba1c776fba65d8cdaad05415142d189f8"
                    + "12102f6c69627032702f7465737464617461" + "1a0c68656c6c6f20776f726c6421"
                    + "2a401178673b51dfa842aad17e465e25d646ad16628916b964c3fb10c711fee87872"
                    + "bdd4e4646f58c277cdff09704913d8be1aec6322de8d3d0bb852120374aece08");
    private static final int GO_TYPE_AT = 40;
    private static final int GO_PAYLOAD_AT = 58;

    static Envelope seal(LocalIdentity signer, String domain, byte[] type, byte[] payload) {
        TestLoop loop = TestLoop.alone();
        List<Envelope> sealed = new ArrayList<>();
        Envelope.seal(signer, domain, type, payload, loop, (envelope, failure) -> {
            assertThat(failure).isNull();
            assertThat(loop.isCurrent()).isTrue();
            sealed.add(envelope);
        });
        assertThat(sealed).isEmpty();
        loop.settle();
        assertThat(sealed).hasSize(1);
        return sealed.get(0);
    }

    static LocalIdentity identity(KeyType type, long seed) {
        return new LocalIdentity(PrivateKey.generate(type, CRYPTO, Rng.seeded(seed)), CRYPTO);
    }

    @Test
    void anEnvelopeOfGoIsRead() {
        Envelope envelope = Envelope.decode(GO);
        assertThat(envelope.payloadType()).isEqualTo("/libp2p/testdata".getBytes(StandardCharsets.US_ASCII));
        assertThat(envelope.payload()).isEqualTo("hello world!".getBytes(StandardCharsets.US_ASCII));
        assertThat(envelope.verify(DOMAIN, CRYPTO)).isTrue();
        assertThat(envelope.encode()).isEqualTo(GO);
    }

    @Test
    void anAlteredPayloadDoesNotVerify() {
        byte[] altered = Arrays.copyOf(GO, GO.length);
        altered[GO_PAYLOAD_AT] = 0;
        altered[GO_PAYLOAD_AT + 1] = 0;
        assertThat(Envelope.decode(altered).verify(DOMAIN, CRYPTO)).isFalse();
    }

    @Test
    void anAlteredTypeDoesNotVerify() {
        byte[] altered = Arrays.copyOf(GO, GO.length);
        altered[GO_TYPE_AT] ^= 1;
        assertThat(Envelope.decode(altered).verify(DOMAIN, CRYPTO)).isFalse();
    }

    @Test
    void anotherDomainDoesNotVerify() {
        assertThat(Envelope.decode(GO).verify("libp2p-testin", CRYPTO)).isFalse();
        assertThat(Envelope.decode(GO).verify("libp2p-testing2", CRYPTO)).isFalse();
    }

    @Test
    void anEmptyDomainIsABug() {
        assertThatThrownBy(() -> Envelope.decode(GO).verify("", CRYPTO)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> seal(identity(KeyType.ED25519, 1), "", new byte[] {1}, new byte[0]))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void bytesMovedFromOneFieldToTheNextDoNotVerify() {
        LocalIdentity signer = identity(KeyType.ED25519, 1);
        Envelope sealed = seal(signer, DOMAIN, new byte[] {1, 2}, new byte[] {3});
        byte[] moved = new ProtoWriter()
                .bytes(1, signer.publicKey().encode())
                .bytes(2, new byte[] {1})
                .bytes(3, new byte[] {2, 3})
                .bytes(5, sealed.signature())
                .toBytes();
        assertThat(Envelope.decode(moved).verify(DOMAIN, CRYPTO)).isFalse();
    }

    @ParameterizedTest
    @EnumSource(KeyType.class)
    void whatIsSealedIsReadBackAndVerifies(KeyType type) {
        LocalIdentity signer = identity(type, 2);
        Envelope sealed = seal(signer, DOMAIN, new byte[] {9}, new byte[300]);
        Envelope read = Envelope.decode(sealed.encode());
        assertThat(read).isEqualTo(sealed).hasSameHashCodeAs(sealed);
        assertThat(read.key()).isEqualTo(signer.publicKey());
        assertThat(read.payload()).isEqualTo(new byte[300]);
        assertThat(read.verify(DOMAIN, CRYPTO)).isTrue();
    }

    @Test
    void anEmptyTypeAndPayloadAreLegal() {
        Envelope sealed = seal(identity(KeyType.ED25519, 3), DOMAIN, new byte[0], new byte[0]);
        assertThat(Envelope.decode(sealed.encode()).verify(DOMAIN, CRYPTO)).isTrue();
    }

    @Test
    void unknownFieldsPassAndAreKept() {
        byte[] more = new ProtoWriter().bytes(7, new byte[] {1}).toBytes();
        byte[] both = Arrays.copyOf(GO, GO.length + more.length);
        System.arraycopy(more, 0, both, GO.length, more.length);
        Envelope envelope = Envelope.decode(both);
        assertThat(envelope.verify(DOMAIN, CRYPTO)).isTrue();
        assertThat(envelope.encode()).isEqualTo(both);
    }

    @Test
    void aFieldSaidTwiceIsAViolation() {
        byte[] twice = Arrays.copyOf(GO, 2 * GO.length);
        System.arraycopy(GO, 0, twice, GO.length, GO.length);
        assertThatThrownBy(() -> Envelope.decode(twice)).isInstanceOf(Violation.class);
    }

    @Test
    void anEnvelopeBeyondItsLimitIsAViolation() {
        byte[] key = identity(KeyType.ED25519, 4).publicKey().encode();
        ProtoWriter most = new ProtoWriter().bytes(1, key).bytes(5, new byte[64]);
        int room = Envelope.ENCODED_MAX - most.toBytes().length - 4;
        assertThat(Envelope.decode(most.bytes(3, new byte[room]).toBytes()).encode()).hasSize(Envelope.ENCODED_MAX);
        byte[] beyond = new ProtoWriter().bytes(1, key).bytes(5, new byte[64]).bytes(3, new byte[room + 1]).toBytes();
        assertThatThrownBy(() -> Envelope.decode(beyond)).isInstanceOf(Violation.class);
        byte[] type = new ProtoWriter().bytes(1, key).bytes(5, new byte[64]).bytes(2, new byte[Envelope.TYPE_MAX + 1]).toBytes();
        assertThatThrownBy(() -> Envelope.decode(type)).isInstanceOf(Violation.class);
    }

    @Test
    void anEnvelopeCutAnywhereIsAViolationOrDoesNotVerify() {
        for (int i = 0; i < GO.length; i++) {
            byte[] part = Arrays.copyOf(GO, i);
            assertThatThrownBy(() -> Envelope.decode(part)).isInstanceOf(Violation.class);
        }
    }

    @Test
    void anEnvelopeWithAnyByteAlteredIsAViolationOrDoesNotVerify() {
        Rng rng = Rng.seeded(5);
        for (int i = 0; i < GO.length; i++) {
            byte[] b = Arrays.copyOf(GO, GO.length);
            b[i] ^= (byte) (1 + rng.nextInt(255));
            try {
                assertThat(Envelope.decode(b).verify(DOMAIN, CRYPTO)).as("byte %d", i).isFalse();
            } catch (Violation v) {
                assertThat(v.getMessage()).isNotEmpty();
            }
        }
    }
}
