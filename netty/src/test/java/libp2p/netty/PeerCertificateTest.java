package libp2p.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import libp2p.core.Rng;
import libp2p.core.Violation;
import libp2p.core.identity.Der;
import libp2p.core.identity.KeyType;
import libp2p.core.identity.PrivateKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PeerCertificateTest {
    private static final long NOW = 1_790_000_000_000L; // in 2026
    private static final byte[] UNKNOWN = {0x2a, 3, 4};

    private static PeerCertificate read(byte[] der) {
        return PeerCertificate.of(der, Certificates.CRYPTO, NOW);
    }

    private static String vector(String name) {
        Properties all = new Properties();
        try (InputStream in = PeerCertificateTest.class.getResourceAsStream("tls-vectors.properties")) {
            all.load(in);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return all.getProperty(name);
    }

    private static void assertRefused(byte[] der, String why) {
        assertThatThrownBy(() -> read(der)).isInstanceOf(Violation.class).hasMessageContaining(why);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ed25519", "ecdsa", "secp256k1"})
    void theSpecificationsCertificatesAreOfWhomItSays(String name) {
        assertThat(read(Certificates.hex(vector(name))).id()).hasToString(vector(name + ".peer"));
    }

    @Test
    void theSpecificationsCertificateOfAnotherHostKeyIsRefused() {
        assertRefused(Certificates.hex(vector("mismatch")), "did not sign");
    }

    @ParameterizedTest
    @EnumSource(Certificates.Algorithm.class)
    void aCertificateMayBeSignedByAnyAlgorithmOfTls(Certificates.Algorithm algorithm) {
        Certificates c = new Certificates();
        c.algorithm = algorithm;
        assertThat(read(c.make()).id()).isEqualTo(c.id());
    }

    @ParameterizedTest
    @EnumSource(Certificates.Algorithm.class)
    void aCertificateThatIsNotSignedByItsOwnKeyIsRefusedWhateverTheAlgorithm(Certificates.Algorithm algorithm) {
        Certificates c = new Certificates();
        c.algorithm = algorithm;
        c.otherSignature = true;
        assertThatThrownBy(() -> read(c.make())).isInstanceOf(Violation.class);
    }

    @Test
    void anEmptyIssuerIsFineAndSoIsAName() {
        Certificates c = new Certificates();
        assertThat(read(c.make()).id()).isEqualTo(c.id());
        c.issuer = Der.sequenceOf(Der.tagged(0x31, Der.sequenceOf(Der.oidOf(new byte[] {0x55, 4, 3}), Der.tagged(0x0c, new byte[] {'x'}))));
        assertThat(read(c.make()).id()).isEqualTo(c.id());
    }

    @Test
    void bothFormsOfTimesAreRead() {
        Certificates c = new Certificates();
        c.from = "260101000000Z";
        c.to = "491231235959Z";
        assertThat(read(c.make()).id()).isEqualTo(c.id());
    }

    @Test
    void aCertificateOfTomorrowOrOfYesterdayIsRefused() {
        Certificates c = new Certificates();
        c.from = "20261001000000Z";
        assertRefused(c.make(), "not valid yet");
        c.from = "20250101000000Z";
        c.to = "20260101000000Z";
        assertRefused(c.make(), "expired");
        c.to = "20261301000000Z";
        assertRefused(c.make(), "malformed");
    }

    @Test
    void theExtensionMayBeCriticalAndMustBeThereOnce() {
        Certificates c = new Certificates();
        c.critical = true;
        assertThat(read(c.make()).id()).isEqualTo(c.id());
        c.extension = false;
        assertRefused(c.make(), "no libp2p extension");
        c.extension = true;
        c.moreExtensions = Certificates.extension(PeerCertificate.EXTENSION, false, new byte[0]);
        assertRefused(c.make(), "two libp2p extensions");
    }

    @Test
    void anUnknownExtensionIsPassedOverUnlessItIsCritical() {
        Certificates c = new Certificates();
        c.moreExtensions = Certificates.extension(UNKNOWN, false, new byte[] {1});
        assertThat(read(c.make()).id()).isEqualTo(c.id());
        c.moreExtensions = Certificates.extension(UNKNOWN, true, new byte[] {1});
        assertRefused(c.make(), "unknown critical");
        c.moreExtensions = Certificates.extension(new byte[] {0x55, 0x1d, 15}, true, new byte[] {3, 2, 7, (byte) 128});
        assertThat(read(c.make()).id()).isEqualTo(c.id());
    }

    @Test
    void uniqueIdsAndOtherVersionsAreRefused() {
        Certificates c = new Certificates();
        c.beforeExtensions = Der.tagged(0x82, new byte[] {0, 1});
        assertRefused(c.make(), "unique id");
        c.beforeExtensions = new byte[0];
        c.version = 1;
        assertThatThrownBy(() -> read(c.make())).isInstanceOf(Violation.class);
    }

    @Test
    void aCertificateCutAnywhereOrChangedAnywhereIsAViolationAndNothingElse() {
        byte[] good = Certificates.hex(vector("ed25519"));
        for (int n = 0; n < good.length; n++) {
            byte[] cut = Certificates.cut(good, n);
            assertThatThrownBy(() -> read(cut)).as("cut at %d", n).isInstanceOf(Violation.class);
        }
        for (int i = 0; i < good.length; i++) {
            byte[] changed = Certificates.cut(good, good.length);
            changed[i] ^= (byte) (1 << i % 8);
            assertThatThrownBy(() -> read(changed)).as("changed at %d", i).isInstanceOf(Violation.class);
        }
    }

    @Test
    void oneMoreByteThanTheLargestIsRefusedUnread() {
        assertRefused(new byte[PeerCertificate.SIZE_MAX + 1], "certificate of");
    }

    @ParameterizedTest
    @EnumSource(KeyType.class)
    void ourOwnCertificatesAreReadableByUsWhateverTheHostKey(KeyType type) {
        PrivateKey host = PrivateKey.generate(type, Certificates.CRYPTO, Rng.seeded(1));
        HostCertificate.Unsigned key = HostCertificate.prepare(Certificates.CRYPTO, Rng.seeded(2));
        byte[] signature = host.sign(Certificates.CRYPTO, key.signed());
        for (long to : new long[] {NOW + 1, 4_000_000_000_000L}) {
            byte[] hostKey = host.publicKey(Certificates.CRYPTO).encode();
            HostCertificate own =
                    HostCertificate.of(key, hostKey, signature, Certificates.CRYPTO, Rng.seeded(3), NOW - 1000, to + 1000);
            byte[] der = PeerCertificate.only(new Certificate[] {own.certificate()});
            assertThat(read(der).key()).isEqualTo(host.publicKey(Certificates.CRYPTO));
        }
    }

    private static HostCertificate telling(List<String> securities) {
        PrivateKey host = PrivateKey.generate(KeyType.ED25519, Certificates.CRYPTO, Rng.seeded(1));
        HostCertificate.Unsigned key = HostCertificate.prepare(Certificates.CRYPTO, Rng.seeded(2));
        byte[] signature = host.sign(Certificates.CRYPTO, key.signed());
        byte[] hostKey = host.publicKey(Certificates.CRYPTO).encode();
        return HostCertificate.of(key, hostKey, signature, securities, Certificates.CRYPTO, Rng.seeded(3), NOW - 1000, NOW + 1000);
    }

    @Test
    void aCertificateTellsWhichSecurityProtocolsItsHostHasIfThereIsAChoice() {
        List<String> both = List.of("/tls/1.0.0", "/noise");
        byte[] told = PeerCertificate.only(new Certificate[] {telling(both).certificate()});
        assertThat(read(told).securities()).isEqualTo(both);
        byte[] one = PeerCertificate.only(new Certificate[] {telling(List.of("/tls/1.0.0")).certificate()});
        assertThat(read(one).securities()).isEmpty();
        for (int n = 0; n < told.length; n++) {
            byte[] cut = Certificates.cut(told, n);
            assertThatThrownBy(() -> read(cut)).as("cut at %d", n).isInstanceOf(Violation.class);
        }
    }

    @Test
    void aCertificateThatNamesMoreSecurityProtocolsThanAnyHostHasIsRefused() {
        List<String> many = new ArrayList<>();
        for (int i = 0; i < PeerCertificate.SECURITIES_MAX; i++) many.add("/s" + i);
        assertThat(read(PeerCertificate.only(new Certificate[] {telling(many).certificate()})).securities()).isEqualTo(many);
        many.add("/one-more");
        assertRefused(PeerCertificate.only(new Certificate[] {telling(many).certificate()}), "too many security protocols");
    }
}
