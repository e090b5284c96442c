package libp2p.jvm;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.util.concurrent.Executor;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Crypto;
import libp2p.core.Violation;
import libp2p.core.identity.ExternalIdentity;
import libp2p.core.identity.Identity;
import libp2p.core.identity.KeyForms;
import libp2p.core.identity.KeyType;
import libp2p.core.identity.PublicKey;
import libp2p.multiformats.Nullable;

/**
 * Identities whose private key is in a {@link KeyStore}: a PKCS#12 file, an HSM behind PKCS#11, Android's key store.
 *
 * <p>The private key need not give its bytes away. It signs on the executor given, since it may be slow or ask a person. The provider is
 * the one that takes the key, so the HSM's for a key of the HSM.
 */
public final class KeyStoreIdentity {
    private static final BigInteger SECP256K1_ORDER =
            new BigInteger("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16);

    private KeyStoreIdentity() {}

    /**
     * The identity of that entry, which is a key with a certificate.
     *
     * @param password of the key, null if it needs none
     * @throws GeneralSecurityException if there is no such key, or the password is wrong
     */
    public static Identity of(KeyStore store, String alias, char @Nullable [] password, Crypto crypto, Executor executor)
            throws GeneralSecurityException {
        Certificate certificate = store.getCertificate(alias);
        if (certificate == null || !(store.getKey(alias, password) instanceof PrivateKey key)) {
            throw new KeyStoreException("the key store has no private key with certificate under '" + alias + "'");
        }
        return of(key, certificate.getPublicKey(), crypto, executor);
    }

    /** The identity of that key pair; {@link IllegalArgumentException} if libp2p has no such keys. */
    public static Identity of(PrivateKey key, java.security.PublicKey publicKey, Crypto crypto, Executor executor) {
        byte[] spki = publicKey.getEncoded();
        if (spki == null) throw new IllegalArgumentException("the public key has no encoded form");
        PublicKey own;
        try {
            own = KeyForms.spki(spki);
        } catch (Violation v) {
            throw new IllegalArgumentException(v.getMessage(), v);
        }
        return new ExternalIdentity(own, crypto, (message, done) -> {
            executor.execute(() -> answer(own.type(), key, message, done));
            return Cancellable.NONE;
        });
    }

    private static void answer(KeyType type, PrivateKey key, byte[] message, Callback<? super byte[]> done) {
        byte[] signature;
        try {
            signature = sign(type, key, message);
        } catch (GeneralSecurityException | RuntimeException e) {
            done.done(null, CloseReason.of(CloseReason.Kind.BUG, "the key store did not sign: " + e));
            return;
        }
        done.done(signature, null);
    }

    private static byte[] sign(KeyType type, PrivateKey key, byte[] message) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(
                switch (type) {
                    case RSA -> "SHA256withRSA";
                    case ED25519 -> "Ed25519";
                    case ECDSA, SECP256K1 -> "SHA256withECDSA";
                });
        signature.initSign(key);
        signature.update(message);
        byte[] bytes = signature.sign();
        return type == KeyType.SECP256K1 ? low(bytes) : bytes;
    }

    /** BIP 62: of s and n - s the lower one; rust refuses the other. */
    private static byte[] low(byte[] der) {
        KeyForms.EcdsaSignature rs = KeyForms.ecdsa(der);
        BigInteger s = new BigInteger(1, rs.s());
        return KeyForms.ecdsaOf(rs.r(), s.min(SECP256K1_ORDER.subtract(s)).toByteArray());
    }
}
