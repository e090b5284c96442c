package libp2p.bouncycastle.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import libp2p.bouncycastle.BouncyCastleCrypto;
import libp2p.core.Buf;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.Crypto;
import libp2p.core.Loop;
import libp2p.core.Rng;
import libp2p.core.Violation;
import libp2p.core.identity.Identity;
import libp2p.core.identity.KeyType;
import libp2p.core.identity.LocalIdentity;
import libp2p.core.identity.PeerId;
import libp2p.core.identity.PrivateKey;
import libp2p.core.identity.PublicKey;
import libp2p.core.net.Limits;
import libp2p.core.net.Role;
import libp2p.core.wire.Security;
import libp2p.core.wire.noise.Noise;
import libp2p.testkit.SecureEnd;
import libp2p.testkit.SecurityContract;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Noise keeps the contract, and holds out against peers that bend its rules. */
class NoiseTest extends SecurityContract {
    private static final int FIRST_MESSAGE = 2 + 32;

    private final Crypto crypto = new BouncyCastleCrypto();

    @Override
    protected Crypto crypto() {
        return crypto;
    }

    @Override
    protected Security security(Crypto with, Rng rng) {
        return Noise.create(with, rng);
    }

    /** Says it has one key, and signs as it likes. */
    private record Liar(PublicKey publicKey, PeerId id, Identity signer, String prefix) implements Identity {
        @Override
        public Cancellable sign(byte[] message, Loop home, Callback<? super byte[]> done) {
            byte[] signed = prefix.isEmpty() ? message : prefix.getBytes(StandardCharsets.US_ASCII);
            return signer.sign(signed, home, done);
        }
    }

    private Identity fresh(KeyType type) {
        return new LocalIdentity(PrivateKey.generate(type, crypto, Rng.seeded(77)), crypto);
    }

    // ---- identity; jvm-libp2p goes on after a bad signature and leaves the socket open

    @Test
    void aSignatureByAnotherKeyFailsTheHandshakeOfWhoeverReceivesIt() {
        Identity real = bob.identity();
        bob = world.node(Limits.DEFAULT, new Liar(real.publicKey(), real.id(), fresh(KeyType.ED25519), ""));
        SecureEnd a = initiator();
        SecureEnd b = responder();
        carry(a, b, Integer.MAX_VALUE);
        assertThat(a.done() || b.done()).isFalse();
        assertThat(a.failure().getMessage()).contains("did not sign");
    }

    @Test
    void aSignatureOfSomethingElseFailsAsWell() {
        Identity real = alice.identity();
        alice = world.node(Limits.DEFAULT, new Liar(real.publicKey(), real.id(), real, "another-prefix:"));
        SecureEnd a = initiator();
        SecureEnd b = responder();
        carry(a, b, Integer.MAX_VALUE);
        assertThat(b.done()).isFalse();
        assertThat(b.failure().getMessage()).contains("did not sign");
    }

    @Test
    void aSignatureOfAnotherKeyTypeFailsAsWell() {
        Identity real = bob.identity();
        bob = world.node(Limits.DEFAULT, new Liar(real.publicKey(), real.id(), fresh(KeyType.SECP256K1), ""));
        SecureEnd a = initiator();
        carry(a, responder(), Integer.MAX_VALUE);
        assertThat(a.failure()).isNotNull();
    }

    @Test
    void anIdentityThatCannotSignFailsOurOwnHandshake() {
        Identity real = bob.identity();
        Identity mute = new Identity() {
            @Override
            public PeerId id() {
                return real.id();
            }

            @Override
            public PublicKey publicKey() {
                return real.publicKey();
            }

            @Override
            public Cancellable sign(byte[] message, Loop home, Callback<? super byte[]> done) {
                home.execute(() -> done.done(null, CloseReason.of(CloseReason.Kind.TIMED_OUT, "locked")));
                return Cancellable.NONE;
            }
        };
        bob = world.node(Limits.DEFAULT, mute);
        SecureEnd b = responder();
        carry(initiator(), b, Integer.MAX_VALUE);
        assertThat(b.failure().getMessage()).contains("locked");
    }

    // jvm-libp2p has one static key for all hosts of a JVM
    /** Keeps what it is given to sign, which is a host's static key. */
    private record Recording(Identity real, List<byte[]> signed) implements Identity {
        @Override
        public PublicKey publicKey() {
            return real.publicKey();
        }

        @Override
        public PeerId id() {
            return real.id();
        }

        @Override
        public Cancellable sign(byte[] message, Loop home, Callback<? super byte[]> done) {
            signed.add(message);
            return real.sign(message, home, done);
        }
    }

    @Test
    void eachHostHasAStaticKeyOfItsOwnWhichItKeeps() {
        List<byte[]> signed = new ArrayList<>();
        for (int host = 0; host < 3; host++) {
            bob = world.node(Limits.DEFAULT, new Recording(fresh(KeyType.ED25519), signed));
            atBob = security(crypto, Rng.seeded(50 + host));
            for (int i = 0; i < 2; i++) {
                SecureEnd a = initiator();
                SecureEnd b = responder();
                carry(a, b, Integer.MAX_VALUE);
                assertThat(a.done() && b.done()).isTrue();
            }
        }
        assertThat(signed).hasSize(3).doesNotHaveDuplicates(); // once each, and each time another key
    }

    @Test
    void eachHandshakeHasAFreshEphemeralKeyAndEachRestartAFreshStaticOne() {
        SecureEnd one = initiator();
        SecureEnd two = initiator();
        one.step();
        two.step();
        byte[] first = one.takeOut();
        assertThat(first).hasSize(FIRST_MESSAGE).isNotEqualTo(two.takeOut());
        carry(initiator(), responder(), Integer.MAX_VALUE);
        atBob = security(crypto, Rng.seeded(99)); // as after a restart: what was signed for the static key before is of no use
        SecureEnd a = initiator();
        SecureEnd b = responder();
        carry(a, b, Integer.MAX_VALUE);
        assertThat(a.done() && b.done()).isTrue();
    }

    // ---- messages

    @Test
    void theFirstMessageCarriesNoPayload() {
        SecureEnd a = initiator("/yamux/1.0.0");
        a.step();
        assertThat(a.takeOut()).hasSize(FIRST_MESSAGE).startsWith(0, 32);
    }

    @Test
    void aPayloadInTheFirstMessageIsPassedOver() {
        SecureEnd a = initiator();
        SecureEnd b = responder();
        a.step();
        byte[] first = a.takeOut();
        Buf longer = new Buf(64).putU16(32 + 3).put(first, 2, 32).put(new byte[] {1, 2, 3});
        b.receive(longer.takeAll());
        assertThat(b.failure()).isNull();
        a.receive(b.takeOut());
        assertThat(a.failure()).isNotNull(); // since the two have not heard the same
    }

    @Test
    void messagesOfAnEarlierHandshakeDoNotWorkAgain() {
        SecureEnd a = initiator();
        SecureEnd b = responder();
        a.step();
        byte[] first = a.takeOut();
        byte[] second = b.receive(first).takeOut();
        byte[] third = a.receive(second).takeOut();
        SecureEnd again = responder();
        again.receive(first).receive(third);
        assertThat(again.done()).isFalse();
        assertThat(again.failure()).isNotNull();
        SecureEnd other = initiator();
        other.step();
        other.receive(second);
        assertThat(other.failure()).isNotNull();
    }

    @Test
    void ourOwnMessagesSentBackAndMessagesInAnotherOrderFail() {
        SecureEnd a = initiator();
        a.step();
        a.receive(a.takeOut());
        assertThat(a.failure()).isNotNull();
        SecureEnd c = initiator();
        SecureEnd b = responder();
        c.step();
        byte[] second = b.receive(c.takeOut()).takeOut();
        SecureEnd d = responder();
        d.receive(second).receive(second);
        assertThat(d.done()).isFalse();
        assertThat(d.failure()).isNotNull();
    }

    @Test
    void pointsOfLowOrderFail() {
        byte[] one = new byte[32];
        one[0] = 1;
        byte[] top = new byte[32];
        Arrays.fill(top, (byte) 0xff);
        top[0] = (byte) 0xed;
        top[31] = 0x7f; // the prime itself, which is zero
        for (byte[] point : new byte[][] {new byte[32], one, top}) {
            SecureEnd b = responder();
            b.receive(new Buf(64).putU16(32).put(point).takeAll());
            assertThat(b.failure()).isNotNull();
        }
    }

    @Test
    void messagesThatAreTooShortOrTooLongFailAtOnce() {
        for (int length : new int[] {0, 1, 31}) {
            SecureEnd b = responder();
            b.receive(new Buf(64).putU16(length).put(new byte[length]).takeAll());
            assertThat(b.failure()).as("length %d", length).isNotNull();
        }
        SecureEnd b = responder();
        b.receive(new byte[] {(byte) 0xff, (byte) 0xff});
        assertThat(b.failure()).isNotNull();
        SecureEnd a = initiator();
        a.step();
        a.receive(new Buf(128).putU16(95).put(new byte[95]).takeAll()); // less than two keys and two tags
        assertThat(a.failure()).isNotNull();
    }

    @Test
    void endsThatHaveAgreedOnOtherThingsBeforeDoNotAgree() {
        SecureEnd a = new SecureEnd(world, atAlice, alice, Role.INITIATOR, null, List.of(), new byte[] {1});
        SecureEnd b = new SecureEnd(world, atBob, bob, Role.RESPONDER, null, List.of(), new byte[] {2});
        carry(a, b, Integer.MAX_VALUE);
        assertThat(a.done() || b.done()).isFalse();
        assertThat(a.failure()).isNotNull();
    }

    // ---- early muxer negotiation, which jvm-libp2p has not

    @ParameterizedTest
    @CsvSource({
        "/y,    /y,    /y",
        "/y /m, /m /y, /y",
        "/m /y, /y /m, /m",
        "/q /m, /y /m, /m",
        "/y /m, /m,    /m",
        "'',    /y,    ''",
        "/y,    '',    ''",
        "'',    '',    ''",
    })
    void theMuxerIsTheFirstOfTheInitiatorsThatBothSpeakAndNoneWhereOneSideToldNone(String ours, String theirs, String agreed) {
        SecureEnd a = initiator(ids(ours));
        SecureEnd b = responder(ids(theirs));
        carry(a, b, Integer.MAX_VALUE);
        String muxer = agreed.isEmpty() ? null : agreed;
        assertThat(a.session().muxer()).isEqualTo(muxer);
        assertThat(b.session().muxer()).isEqualTo(muxer);
    }

    private static String[] ids(String spaced) {
        return spaced.isEmpty() ? new String[0] : spaced.split(" ");
    }

    @Test
    void noMuxerInCommonFailsWithItsOwnCode() {
        SecureEnd a = initiator("/y");
        SecureEnd b = responder("/m");
        carry(a, b, Integer.MAX_VALUE);
        assertThat(a.done() && b.done()).isFalse();
        assertThat(a.failure().code()).isEqualTo(Codes.PROTOCOL_NEGOTIATION_FAILED);
    }

    // ---- records

    @Test
    void recordsHoldUpTo65519BytesAndTakeEighteenMore() {
        SecureEnd a = initiator();
        carry(a, responder(), Integer.MAX_VALUE);
        assertThat(a.session().plainMax()).isEqualTo(65519);
        assertThat(a.session().sealedSize(65519)).isEqualTo(Security.Handshake.RECORD_MAX);
    }

    @Test
    void aRecordTooShortForItsTagIsAViolation() {
        for (int length : new int[] {0, 15}) {
            SecureEnd a = initiator();
            SecureEnd b = responder();
            carry(a, b, Integer.MAX_VALUE);
            assertThatThrownBy(() -> b.open(new Buf(64).putU16(length).put(new byte[length]).takeAll()))
                    .isInstanceOf(Violation.class);
        }
    }
}
