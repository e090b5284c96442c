package libp2p.bouncycastle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import libp2p.core.Crypto;
import libp2p.core.Rng;
import libp2p.core.Violation;
import libp2p.core.identity.Envelope;
import libp2p.core.identity.KeyType;
import libp2p.core.identity.LocalIdentity;
import libp2p.core.identity.PeerId;
import libp2p.core.identity.PeerRecord;
import libp2p.core.identity.PrivateKey;
import libp2p.core.proto.ProtoWriter;
import libp2p.multiformats.Multiaddr;
import libp2p.testkit.TestLoop;
import org.junit.jupiter.api.Test;

class PeerRecordTest {
    private static final Crypto CRYPTO = new BouncyCastleCrypto();
    private static final byte[] TYPE = {3, 1};
    private static final byte[] TYPE_RFC = "/libp2p/routing-state-record".getBytes(StandardCharsets.US_ASCII);
    private static final String GO_KEY = "0801122011bba3ed1721948cefb4e50b0a0bb5cad8a6b52dc7b1a40f4f6652105c91e2c4";
    private static final String GO_PRIVATE = "0801124085fbe72b6064289004a531f967898df5319ee02992fdd84021fa5052434bf6ee"
            + "11bba3ed1721948cefb4e50b0a0bb5cad8a6b52dc7b1a40f4f6652105c91e2c4";
    private static final String GO_SIGNATURE = "b197f76b9f288af2b467fe666f774476287049b424b73975c8860efb02372d02"
            + "6a799584541ad72f2654346485bca3ece36462b7d1b1391c8d276dc4ab8bca0b";
    private static final long GO_SEQ = 1598453001624231000L;
    private static final String GO_PEER = "12D3KooWB1b3qZxWJanuhtseF3DmPggHCtG36KZ9ixkqHtdKH9fh";

    /** js-libp2p, packages/peer-record/test/peer-record.spec.ts: made by go, ten addresses. */
    private static byte[] goEnvelope() {
        StringBuilder s = new StringBuilder("0a24" + GO_KEY + "12020301" + "1aaa01" + "0a260024" + GO_KEY + "10d8b8e0bf9391b69716");
        for (int i = 0; i < 10; i++) s.append("1a0a0a080401020304060" + "00").append(i);
        return HexFormat.of().parseHex(s + "2a40" + GO_SIGNATURE);
    }

    private static PeerRecord record(LocalIdentity of, long seq, String... addresses) {
        List<Multiaddr> list = new ArrayList<>();
        for (String a : addresses) list.add(Multiaddr.of(a));
        return new PeerRecord(of.id(), seq, list);
    }

    private static LocalIdentity identity(long seed) {
        return EnvelopeTest.identity(KeyType.ED25519, seed);
    }

    @Test
    void aRecordOfGoIsOpened() {
        PeerRecord record = PeerRecord.open(Envelope.decode(goEnvelope()), CRYPTO);
        assertThat(record.peer()).hasToString(GO_PEER);
        assertThat(record.seq()).isEqualTo(GO_SEQ);
        assertThat(record.addresses()).hasSize(10).first().hasToString("/ip4/1.2.3.4/tcp/0");
        assertThat(record.addresses().get(9)).hasToString("/ip4/1.2.3.4/tcp/9");
    }

    @Test
    void whatWeSealIsByteForByteWhatGoSeals() {
        LocalIdentity go = new LocalIdentity(PrivateKey.decode(HexFormat.of().parseHex(GO_PRIVATE)), CRYPTO);
        PeerRecord record = PeerRecord.open(Envelope.decode(goEnvelope()), CRYPTO);
        TestLoop loop = TestLoop.alone();
        List<Envelope> sealed = new ArrayList<>();
        record.seal(go, loop, (envelope, failure) -> sealed.add(envelope));
        loop.settle();
        assertThat(sealed.get(0).encode()).isEqualTo(goEnvelope());
    }

    /** nim-libp2p, tests/libp2p/test_routing_record.nim; from go-libp2p-core, peer/record_test.go. */
    @Test
    void aBareRecordOfGoIsRead() {
        byte[] encoded = HexFormat.of()
                .parseHex("0a260024" + GO_KEY + "109bf59d8dd99d8ddb16" + "1a0a0a080401020304060000" + "1a0a0a080401020304060001");
        PeerRecord record = PeerRecord.decode(encoded);
        assertThat(record.peer()).hasToString(GO_PEER);
        assertThat(record.seq()).isEqualTo(1636553709551319707L);
        assertThat(record.addresses()).containsExactly(Multiaddr.of("/ip4/1.2.3.4/tcp/0"), Multiaddr.of("/ip4/1.2.3.4/tcp/1"));
        assertThat(record.encode()).isEqualTo(encoded);
    }

    @Test
    void theDialectOfRustIsOpened() {
        LocalIdentity signer = identity(1);
        PeerRecord record = record(signer, 5, "/ip4/1.2.3.4/tcp/1");
        assertThat(PeerRecord.open(EnvelopeTest.seal(signer, "libp2p-routing-state", TYPE_RFC, record.encode()), CRYPTO)).isEqualTo(record);
    }

    @Test
    void theDomainOfOneDialectDoesNotGoWithTheTypeOfTheOther() {
        LocalIdentity signer = identity(1);
        byte[] payload = record(signer, 5).encode();
        notOpened(EnvelopeTest.seal(signer, "libp2p-routing-state", TYPE, payload));
        notOpened(EnvelopeTest.seal(signer, "libp2p-peer-record", TYPE_RFC, payload));
        notOpened(EnvelopeTest.seal(signer, "libp2p-relay-rsvp", new byte[] {3, 2}, payload));
        notOpened(EnvelopeTest.seal(signer, "libp2p-peer-record", new byte[0], payload));
    }

    @Test
    void aRecordThatNamesAnotherPeerIsNotOpened() {
        byte[] payload = record(identity(1), 5, "/ip4/1.2.3.4/tcp/1").encode();
        notOpened(EnvelopeTest.seal(identity(2), "libp2p-peer-record", TYPE, payload));
    }

    @Test
    void oneByteAlteredAndTheRecordIsNotOpened() {
        byte[] good = goEnvelope();
        for (int i = 0; i < good.length; i++) {
            byte[] b = Arrays.copyOf(good, good.length);
            b[i] ^= 1;
            assertThatThrownBy(() -> PeerRecord.open(Envelope.decode(b), CRYPTO)).as("byte %d", i).isInstanceOf(Violation.class);
        }
    }

    private static void notOpened(Envelope envelope) {
        assertThatThrownBy(() -> PeerRecord.open(envelope, CRYPTO)).isInstanceOf(Violation.class);
    }

    @Test
    void onlyThePeerItselfSealsItsRecord() {
        PeerRecord record = record(identity(1), 5);
        assertThatThrownBy(() -> record.seal(identity(2), TestLoop.alone(), (e, f) -> {})).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void sequenceNumbersAreUnsigned() {
        LocalIdentity of = identity(1);
        PeerRecord greatest = record(of, -1);
        assertThat(PeerRecord.decode(greatest.encode())).isEqualTo(greatest);
        assertThat(greatest.newerThan(record(of, Long.MAX_VALUE))).isTrue();
        assertThat(record(of, 1).newerThan(record(of, 1))).isFalse();
        assertThat(record(of, 1).newerThan(record(of, 2))).isFalse();
    }

    @Test
    void addressesThatWeDoNotUnderstandAreLeftOut() {
        PeerId peer = identity(1).id();
        byte[] known = Multiaddr.of("/ip4/1.2.3.4/tcp/1").bytes();
        byte[] encoded = new ProtoWriter()
                .bytes(1, peer.bytes())
                .varint(2, 1)
                .message(3, new ProtoWriter().bytes(1, new byte[] {0x7f, 1, 2}))
                .message(3, new ProtoWriter().bytes(1, known))
                .message(3, new ProtoWriter())
                .message(3, new ProtoWriter().bytes(1, new byte[0]))
                .toBytes();
        assertThat(PeerRecord.decode(encoded).addresses()).containsExactly(Multiaddr.of(known));
    }

    @Test
    void addressesBeyondTheLimitAreLeftOut() {
        ProtoWriter out = new ProtoWriter().bytes(1, identity(1).id().bytes());
        byte[] address = Multiaddr.of("/ip4/1.2.3.4/tcp/1").bytes();
        for (int i = 0; i <= PeerRecord.ADDRESSES_MAX; i++) out.message(3, new ProtoWriter().bytes(1, address));
        assertThat(PeerRecord.decode(out.toBytes()).addresses()).hasSize(PeerRecord.ADDRESSES_MAX);
        List<Multiaddr> many = Collections.nCopies(PeerRecord.ADDRESSES_MAX + 1, Multiaddr.of(address));
        assertThatThrownBy(() -> new PeerRecord(identity(1).id(), 1, many)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aRecordBeyondItsLimitIsAViolation() {
        byte[] encoded = new ProtoWriter().bytes(1, identity(1).id().bytes()).bytes(9, new byte[PeerRecord.ENCODED_MAX]).toBytes();
        assertThatThrownBy(() -> PeerRecord.decode(encoded)).isInstanceOf(Violation.class);
    }

    @Test
    void aRecordWithoutAPeerIsAViolation() {
        assertThatThrownBy(() -> PeerRecord.decode(new ProtoWriter().varint(2, 1).toBytes())).isInstanceOf(Violation.class);
    }

    @Test
    void anyBytesAreARecordOrAViolation() {
        Rng rng = Rng.seeded(6);
        byte[] whole = record(identity(1), 77, "/ip4/1.2.3.4/tcp/1", "/dns4/example.com/tcp/443/wss").encode();
        for (int i = 0; i < whole.length; i++) readAnyhow(Arrays.copyOf(whole, i));
        for (int i = 0; i < 50_000; i++) {
            byte[] b = Arrays.copyOf(whole, whole.length);
            for (int j = rng.nextInt(3); j >= 0; j--) b[rng.nextInt(b.length)] = (byte) rng.nextInt(256);
            readAnyhow(b);
        }
    }

    private static void readAnyhow(byte[] b) {
        try {
            PeerRecord record = PeerRecord.decode(b);
            assertThat(PeerRecord.decode(record.encode())).isEqualTo(record);
        } catch (Violation v) {
            assertThat(v.getMessage()).isNotEmpty();
        }
    }
}
