package libp2p.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.cert.CertificateEncodingException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import libp2p.bouncycastle.BouncyCastleCrypto;
import libp2p.core.Rng;
import libp2p.core.Violation;
import libp2p.core.identity.KeyType;
import libp2p.core.identity.LocalIdentity;
import libp2p.core.identity.PeerId;
import libp2p.core.identity.PrivateKey;
import libp2p.multiformats.Multihash;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Certificates that change in time, which here is a number. */
class WtCertificatesTest {
    private static final long NOW = 1_790_000_000_000L; // in 2026
    private static final long HOUR = 60L * 60 * 1000;
    private static final long DAY = 24 * HOUR;

    /** Those of the host with that key, made anew as after a start. */
    private static WtCertificates started(PrivateKey key) {
        LocalIdentity host = new LocalIdentity(key, Certificates.CRYPTO);
        byte[] seed = host.derived("of this test");
        HostCertificate.Unsigned unsigned = WtCertificates.key(seed);
        byte[] signature = host.signature(unsigned.signed(), new BouncyCastleCrypto());
        return WtCertificates.of(seed, unsigned, host.publicKey().encode(), signature);
    }

    private static PrivateKey key(KeyType type, long seed) {
        return PrivateKey.generate(type, Certificates.CRYPTO, Rng.seeded(seed));
    }

    private static byte[] der(WtCertificates.Hashed c) {
        try {
            return c.certificate().certificate().getEncoded();
        } catch (CertificateEncodingException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @EnumSource(KeyType.class)
    void aHostHasTheSameOnesAfterARestart(KeyType type) {
        PrivateKey key = key(type, 1);
        assertThat(started(key).advertised(NOW)).isEqualTo(started(key).advertised(NOW));
        assertThat(started(key).advertised(NOW + 20 * DAY)).isEqualTo(started(key).advertised(NOW + 20 * DAY));
        assertThat(started(key).advertised(NOW)).isNotEqualTo(started(key(type, 2)).advertised(NOW));
    }

    @Test
    void anAddressStaysGoodForFourToSixWeeksWhateverIsRestarted() {
        PrivateKey key = key(KeyType.ED25519, 3);
        WtCertificates running = started(key);
        for (long then = NOW; then < NOW + 30 * DAY; then += 31 * HOUR) {
            List<Multihash> named = running.advertised(then);
            WtCertificates restarted = started(key);
            long until = then;
            while (named.contains(restarted.shown(until).hash())) until += HOUR;
            assertThat(named.get(0)).isEqualTo(running.shown(then).hash());
            assertThat(until - then).isBetween(2 * WtCertificates.PERIOD_MILLIS, 3 * WtCertificates.PERIOD_MILLIS + HOUR);
            for (long at = then; at < until; at += 17 * HOUR) assertToldAndTaken(restarted, named, at);
        }
        assertThat(WtCertificates.PERIOD_MILLIS).isBetween(13 * DAY + 20 * HOUR, 14 * DAY);
    }

    /** A client that has that address is told all of it, and takes the certificate as a browser would. */
    private static void assertToldAndTaken(WtCertificates server, List<Multihash> named, long at) {
        List<Multihash> told = new ArrayList<>();
        for (byte[] h : server.told(at)) told.add(Multihash.parse(h));
        assertThat(told).containsAll(named);
        byte[] der = der(server.shown(at));
        for (long clock : new long[] {at - HOUR + 1, at, at + HOUR - 1}) PinnedCertificate.check(der, named, Certificates.CRYPTO, clock);
    }

    @Test
    void theyChangeWhenTheySay() {
        WtCertificates c = started(key(KeyType.ED25519, 4));
        long change = c.changesMillis(NOW);
        assertThat(c.shown(change - 1).hash()).isEqualTo(c.shown(NOW).hash());
        assertThat(c.shown(change).hash()).isEqualTo(c.advertised(NOW).get(1));
        assertThat(c.changesMillis(change)).isEqualTo(change + WtCertificates.PERIOD_MILLIS);
    }

    @ParameterizedTest
    @EnumSource(KeyType.class)
    void theySayWhoTheHostIsAsThoseOfQuicDo(KeyType type) {
        PrivateKey key = key(type, 5);
        byte[] der = der(started(key).shown(NOW));
        PeerId id = PeerId.of(key.publicKey(Certificates.CRYPTO), Certificates.CRYPTO);
        assertThat(PeerCertificate.of(der, Certificates.CRYPTO, NOW).id()).isEqualTo(id);
    }

    // ---- what a client takes

    private static void assertRefused(byte[] der, List<Multihash> hashes, long at, String why) {
        assertThatThrownBy(() -> PinnedCertificate.check(der, hashes, Certificates.CRYPTO, at))
                .isInstanceOf(Violation.class)
                .hasMessageContaining(why);
    }

    private static Multihash hash(byte[] der) {
        return Multihash.of(Multihash.SHA2_256, Certificates.CRYPTO.sha256(der));
    }

    @Test
    void aClientTakesOnlyWhatTheAddressNamesAndIsValid() {
        WtCertificates c = started(key(KeyType.ED25519, 6));
        byte[] der = der(c.shown(NOW));
        assertRefused(der, List.of(c.advertised(NOW).get(1)), NOW, "none that the address names");
        assertRefused(der, c.advertised(NOW), NOW + 15 * DAY, "expired");
        assertRefused(der, c.advertised(NOW), NOW - 15 * DAY, "not valid yet");
    }

    @Test
    void aClientTakesNoneThatIsValidForTooLong() throws CertificateEncodingException {
        byte[] year = HostCertificate.anonymous(NOW).certificate().getEncoded();
        assertRefused(year, List.of(hash(year)), NOW, "longer than 14 days");
    }

    @Test
    void aCertificateThatIsCutIsAViolation() {
        byte[] whole = der(started(key(KeyType.ED25519, 7)).shown(NOW));
        for (int n = 0; n < whole.length; n++) {
            byte[] cut = Arrays.copyOf(whole, n);
            assertThatThrownBy(() -> PinnedCertificate.check(cut, List.of(hash(cut)), Certificates.CRYPTO, NOW))
                    .as("cut at " + n)
                    .isInstanceOf(Violation.class);
        }
    }
}
