package libp2p.bouncycastle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Crypto;
import libp2p.core.Rng;
import libp2p.core.identity.ExternalIdentity;
import libp2p.core.identity.KeyType;
import libp2p.core.identity.LocalIdentity;
import libp2p.core.identity.PrivateKey;
import libp2p.core.identity.PublicKey;
import libp2p.testkit.TestLoop;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class IdentityTest {
    private static final Crypto CRYPTO = new BouncyCastleCrypto();
    private static final byte[] MESSAGE = {1, 2, 3};
    private final PrivateKey key = PrivateKey.generate(KeyType.ED25519, CRYPTO, Rng.seeded(1));
    private final PublicKey publicKey = key.publicKey(CRYPTO);
    private final TestLoop loop = TestLoop.alone();
    private final List<byte[]> signatures = new ArrayList<>();
    private final List<CloseReason> failures = new ArrayList<>();

    /** Keeps what it is asked, to be answered by the test. */
    private final class Elsewhere implements ExternalIdentity.Signer {
        private Callback<? super byte[]> done = (v, f) -> {};
        private boolean cancelled;

        @Override
        public Cancellable sign(byte[] message, Callback<? super byte[]> done) {
            this.done = done;
            return () -> cancelled = true;
        }
    }

    private final Elsewhere elsewhere = new Elsewhere();
    private final ExternalIdentity external = new ExternalIdentity(publicKey, CRYPTO, elsewhere);

    private void done(byte[] signature, CloseReason failure) {
        assertThat(loop.isCurrent()).isTrue();
        if (failure == null) signatures.add(signature);
        else failures.add(failure);
    }

    @ParameterizedTest
    @EnumSource(KeyType.class)
    void aLocalIdentitySignsOnTheLoopThatAsks(KeyType type) {
        LocalIdentity local = new LocalIdentity(PrivateKey.generate(type, CRYPTO, Rng.seeded(2)), CRYPTO);
        local.sign(MESSAGE, loop, this::done);
        assertThat(signatures).isEmpty();
        loop.settle();
        assertThat(local.publicKey().verify(CRYPTO, MESSAGE, signatures.get(0))).isTrue();
        assertThat(local.id().matches(local.publicKey(), CRYPTO)).isTrue();
    }

    @Test
    void anExternalSignatureComesOnTheLoopThatAsked() {
        external.sign(MESSAGE, loop, this::done);
        elsewhere.done.done(key.sign(CRYPTO, MESSAGE), null);
        assertThat(signatures).isEmpty();
        loop.settle();
        assertThat(publicKey.verify(CRYPTO, MESSAGE, signatures.get(0))).isTrue();
    }

    @Test
    void aWrongExternalSignatureIsNotUsed() {
        external.sign(MESSAGE, loop, this::done);
        elsewhere.done.done(key.sign(CRYPTO, new byte[] {9}), null);
        loop.settle();
        assertThat(signatures).isEmpty();
        assertThat(failures).singleElement().extracting(CloseReason::kind).isEqualTo(CloseReason.Kind.BUG);
    }

    @Test
    void anExternalRefusalIsPassedOn() {
        external.sign(MESSAGE, loop, this::done);
        elsewhere.done.done(null, CloseReason.of(CloseReason.Kind.REFUSED, "card removed"));
        loop.settle();
        assertThat(failures).containsExactly(CloseReason.of(CloseReason.Kind.REFUSED, "card removed"));
    }

    @Test
    void aSignerThatThrowsIsABug() {
        ExternalIdentity broken = new ExternalIdentity(publicKey, CRYPTO, (message, done) -> {
            throw new IllegalStateException("no card");
        });
        broken.sign(MESSAGE, loop, this::done);
        loop.settle();
        assertThat(failures).singleElement().extracting(CloseReason::kind).isEqualTo(CloseReason.Kind.BUG);
    }

    @Test
    void whoCancelsHearsItOnceAndTheAnswerIsDropped() {
        Cancellable signing = external.sign(MESSAGE, loop, this::done);
        signing.cancel();
        signing.cancel();
        elsewhere.done.done(key.sign(CRYPTO, MESSAGE), null);
        loop.settle();
        assertThat(elsewhere.cancelled).isTrue();
        assertThat(signatures).isEmpty();
        assertThat(failures).containsExactly(CloseReason.CANCELLED);
    }

    @Test
    void aSignerThatAnswersTwiceIsHeardOnce() {
        external.sign(MESSAGE, loop, this::done);
        elsewhere.done.done(key.sign(CRYPTO, MESSAGE), null);
        elsewhere.done.done(null, CloseReason.CANCELLED);
        loop.settle();
        assertThat(signatures).hasSize(1);
        assertThat(failures).isEmpty();
    }
}
