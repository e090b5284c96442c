package libp2p.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import libp2p.core.Buf;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Crypto;
import libp2p.core.Rng;
import libp2p.core.Violation;
import libp2p.core.identity.ExternalIdentity;
import libp2p.core.identity.KeyType;
import libp2p.core.identity.PrivateKey;
import libp2p.core.net.Limits;
import libp2p.core.net.Role;
import libp2p.core.node.Node;
import libp2p.core.wire.Security;
import libp2p.testkit.SecureEnd;
import libp2p.testkit.SecurityContract;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Over BoringSSL; what depends on libp2p and not on the engine is tested here too. */
class TlsTest extends SecurityContract {
    private static final int CLIENT_HELLO = 1;
    private static final int SERVER_NAME = 0;

    @BeforeEach
    void hasLibrary() {
        assumeTrue(NativeEngines.isAvailable(), "netty-tcnative has a library for this machine");
    }

    @Override
    protected Crypto crypto() {
        return Certificates.CRYPTO;
    }

    @Override
    protected Security security(Crypto crypto, Rng rng) {
        return new Tls(NativeEngines::new);
    }

    private SecureEnd end(Security of, Node node, Role role, String... muxers) {
        return new SecureEnd(world, of, node, role, null, List.of(muxers), new byte[0]);
    }

    @Test
    void theMuxerIsAgreedOnInTheHandshake() {
        SecureEnd a = initiator("/yamux/1.0.0", "/mplex/6.7.0");
        SecureEnd b = responder("/yamux/1.0.0");
        carry(a, b, Integer.MAX_VALUE);
        assertThat(a.session().muxer()).isEqualTo("/yamux/1.0.0");
        assertThat(b.session().muxer()).isEqualTo("/yamux/1.0.0");
    }

    @Test
    void whoHasNoMuxerInCommonOrTellsNoneChoosesLater() {
        SecureEnd a = initiator("/yamux/1.0.0");
        SecureEnd b = responder();
        carry(a, b, Integer.MAX_VALUE);
        assertThat(a.session().muxer()).isNull();
        assertThat(b.session().muxer()).isNull();
    }

    @Test
    void aRecordOfAnotherTypeOrWithoutBytesFailsTheHandshake() {
        for (int type = 0; type < 256; type++) {
            boolean known = type >= 20 && type <= 23;
            byte[] record = {(byte) type, 3, 3, 0, (byte) (known ? 0 : 4), 3, 3, 3, 3};
            for (SecureEnd end : List.of(initiator(), responder())) {
                end.step();
                end.receive(record);
                assertThat(end.failure()).as("type " + type).isNotNull().hasMessageContaining("TLS record of");
            }
        }
    }

    @Test
    void theClientNamesNoServer() {
        SecureEnd a = initiator("/yamux/1.0.0");
        a.step();
        byte[] hello = a.takeOut();
        assertThat(hello[5]).isEqualTo((byte) CLIENT_HELLO);
        assertThat(extensionsOf(hello)).isNotEmpty().doesNotContain(SERVER_NAME).contains(16);
    }

    /** The numbers of the extensions in a ClientHello that is one record (RFC 8446 4.1.2). */
    private static List<Integer> extensionsOf(byte[] record) {
        Buf in = new Buf(record).skip(5 + 4 + 2 + 32);
        in.skip(in.u8()); // session id
        in.skip(in.u16()); // cipher suites
        in.skip(in.u8()); // compression
        in.u16();
        List<Integer> all = new ArrayList<>();
        while (!in.isEmpty()) {
            all.add(in.u16());
            in.skip(in.u16());
        }
        return all;
    }

    @Test
    void oneCertificateServesAllHandshakesAndIsReplacedInTheSecondHalfOfItsLife() {
        HostCertificates mine = ((Tls) atAlice).certificates();
        assertThat(mine.now(alice, alice.loop(), alice.random())).isNull();
        carry(initiator(), responder(), Integer.MAX_VALUE);
        HostCertificate first = mine.now(alice, alice.loop(), alice.random());
        carry(initiator(), responder(), Integer.MAX_VALUE);
        assertThat(mine.now(alice, alice.loop(), alice.random())).isSameAs(first).isNotNull();
        world.advance(Tls.LIFE_MILLIS / 2 * 1_000_000);
        assertThat(mine.now(alice, alice.loop(), alice.random())).isSameAs(first);
        world.settle();
        HostCertificate second = mine.now(alice, alice.loop(), alice.random());
        assertThat(second).isNotSameAs(first);
        assertThat(second.toMillis()).isGreaterThan(first.toMillis());
        SecureEnd a = initiator();
        SecureEnd b = responder();
        carry(a, b, Integer.MAX_VALUE);
        assertThat(b.open(a.seal(new byte[] {1}))).containsExactly(1);
    }

    /** Signs when told to, elsewhere. */
    private static final class Slow implements ExternalIdentity.Signer {
        private final PrivateKey key = PrivateKey.generate(KeyType.ED25519, Certificates.CRYPTO, Rng.seeded(5));
        private final List<Runnable> asked = new ArrayList<>();

        @Override
        public Cancellable sign(byte[] message, Callback<? super byte[]> done) {
            asked.add(() -> done.done(key.sign(Certificates.CRYPTO, message), null));
            return Cancellable.NONE;
        }

        ExternalIdentity identity() {
            return new ExternalIdentity(key.publicKey(Certificates.CRYPTO), Certificates.CRYPTO, this);
        }
    }

    @Test
    void handshakesWaitForAnIdentityThatSignsElsewhereWhichIsAskedOnce() {
        Slow signer = new Slow();
        Node slow = world.node(Limits.DEFAULT, signer.identity());
        Tls tls = new Tls(NativeEngines::new);
        SecureEnd one = end(tls, slow, Role.INITIATOR);
        SecureEnd two = end(tls, slow, Role.INITIATOR);
        one.step();
        two.step();
        assertThat(one.out.isEmpty() && two.out.isEmpty()).isTrue();
        assertThat(signer.asked).hasSize(1);
        signer.asked.get(0).run();
        for (SecureEnd a : List.of(one, two)) {
            SecureEnd b = responder();
            carry(a, b, Integer.MAX_VALUE);
            assertThat(b.session().remote()).isEqualTo(slow.identity().id());
        }
        assertThat(signer.asked).hasSize(1);
    }

    @Test
    void anIdentityThatDoesNotSignFailsTheHandshakeAndIsAskedAgainForTheNext() {
        int[] asked = {0};
        PrivateKey key = PrivateKey.generate(KeyType.ED25519, Certificates.CRYPTO, Rng.seeded(5));
        ExternalIdentity mute = new ExternalIdentity(key.publicKey(Certificates.CRYPTO), Certificates.CRYPTO, (message, done) -> {
            asked[0]++;
            done.done(null, CloseReason.of(CloseReason.Kind.REFUSED, "locked"));
            return Cancellable.NONE;
        });
        Tls tls = new Tls(NativeEngines::new);
        for (int i = 1; i <= 2; i++) {
            SecureEnd a = end(tls, world.node(Limits.DEFAULT, mute), Role.INITIATOR);
            a.step();
            assertThat(a.failure()).hasMessageContaining("locked");
            assertThat(asked[0]).isEqualTo(i);
        }
    }

    @Test
    void anAlertTellsThePeerThatItsCertificateWasRefused() {
        SecureEnd a = new SecureEnd(world, atAlice, alice, Role.INITIATOR, alice.identity().id(), List.of(), new byte[0]);
        SecureEnd b = responder();
        carry(a, b, Integer.MAX_VALUE);
        assertThat(a.failure()).hasMessageContaining("peer id mismatch");
        assertThat(b.failure()).hasMessageContaining("TLS");
    }

    @Test
    void aRecordLongerThanAnyIsAViolationBeforeItHasArrived() {
        SecureEnd a = initiator();
        SecureEnd b = responder();
        carry(a, b, Integer.MAX_VALUE);
        Buf header = new Buf(5).putU8(23).putU16(0x0303).putU16(TlsBuffers.BODY_MAX + 1);
        assertThatThrownBy(() -> b.open(header.takeAll())).isInstanceOf(Violation.class);
    }
}
