package libp2p.jvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import libp2p.core.CloseReason;
import libp2p.core.Crypto;
import libp2p.core.identity.Identity;
import libp2p.core.identity.KeyType;
import libp2p.testkit.TestLoop;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyStoreIdentityTest {
    private static final Crypto CRYPTO = JvmCrypto.create(false);
    private static final byte[] MESSAGE = {1, 2, 3};
    private final TestLoop loop = TestLoop.alone();
    private final List<byte[]> signatures = new ArrayList<>();
    private final List<CloseReason> failures = new ArrayList<>();

    private void done(byte[] signature, CloseReason failure) {
        assertThat(loop.isCurrent()).isTrue();
        if (failure == null) signatures.add(signature);
        else failures.add(failure);
    }

    private static KeyPair pair(String algorithm, int size) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
        if (size > 0) generator.initialize(size);
        return generator.generateKeyPair();
    }

    @ParameterizedTest
    @CsvSource({"RSA, 2048, RSA", "EC, 256, ECDSA", "Ed25519, 0, ED25519"})
    void aKeyOfTheJcaSignsOnItsExecutor(String algorithm, int size, KeyType type) throws GeneralSecurityException {
        KeyPair pair = pair(algorithm, size);
        List<Runnable> work = new ArrayList<>();
        Identity identity = KeyStoreIdentity.of(pair.getPrivate(), pair.getPublic(), CRYPTO, work::add);
        assertThat(identity.publicKey().type()).isEqualTo(type);
        assertThat(identity.id().matches(identity.publicKey(), CRYPTO)).isTrue();
        identity.sign(MESSAGE, loop, this::done);
        loop.settle();
        assertThat(signatures).isEmpty();
        work.forEach(Runnable::run);
        loop.settle();
        assertThat(identity.publicKey().verify(CRYPTO, MESSAGE, signatures.get(0))).isTrue();
    }

    @Test
    void aKeyStoresEntrySigns() throws GeneralSecurityException, IOException {
        Identity identity = KeyStoreIdentity.of(store(), "peer", "secret".toCharArray(), CRYPTO, Runnable::run);
        identity.sign(MESSAGE, loop, this::done);
        loop.settle();
        assertThat(identity.publicKey().type()).isEqualTo(KeyType.ECDSA);
        assertThat(identity.publicKey().verify(CRYPTO, MESSAGE, signatures.get(0))).isTrue();
    }

    @Test
    void anEntryThatIsNotThereSaysSo() throws GeneralSecurityException, IOException {
        KeyStore store = store();
        assertThatThrownBy(() -> KeyStoreIdentity.of(store, "nobody", null, CRYPTO, Runnable::run))
                .isInstanceOf(GeneralSecurityException.class)
                .hasMessageContaining("nobody");
    }

    /** A P-256 key with a certificate, made by keytool. */
    private static KeyStore store() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = KeyStoreIdentityTest.class.getResourceAsStream("keys/store.p12")) {
            store.load(in, "secret".toCharArray());
        }
        return store;
    }

    @Test
    void aKeyThatDoesNotSignIsToldAsAFailure() throws GeneralSecurityException {
        Identity identity = KeyStoreIdentity.of(pair("RSA", 2048).getPrivate(), pair("EC", 256).getPublic(), CRYPTO, Runnable::run);
        identity.sign(MESSAGE, loop, this::done);
        loop.settle();
        assertThat(failures).singleElement().extracting(CloseReason::kind).isEqualTo(CloseReason.Kind.BUG);
    }

    @Test
    void aKeyThatIsNotThePublicOnesIsToldAsAFailure() throws GeneralSecurityException {
        Identity identity = KeyStoreIdentity.of(pair("EC", 256).getPrivate(), pair("EC", 256).getPublic(), CRYPTO, Runnable::run);
        identity.sign(MESSAGE, loop, this::done);
        loop.settle();
        assertThat(failures).singleElement().extracting(CloseReason::kind).isEqualTo(CloseReason.Kind.BUG);
    }

    @Test
    void aKeyThatLibp2pHasNotIsRefused() throws GeneralSecurityException {
        KeyPair pair = pair("EC", 384);
        assertThatThrownBy(() -> KeyStoreIdentity.of(pair.getPrivate(), pair.getPublic(), CRYPTO, Runnable::run))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
