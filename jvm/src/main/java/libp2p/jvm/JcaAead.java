package libp2p.jvm;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import libp2p.core.Crypto;
import libp2p.multiformats.Nullable;

/**
 * ChaCha20-Poly1305 on JCA ciphers that are kept, one for each way, made when first needed.
 *
 * <p>JDK 17 refuses to open twice in sequence under the same nonce; no protocol does that.
 */
final class JcaAead implements Crypto.Aead {
    private final JcaCrypto crypto;
    private @Nullable SecretKeySpec key;
    private @Nullable Cipher sealer;
    private @Nullable Cipher opener;

    JcaAead(JcaCrypto crypto, byte[] key) {
        this.crypto = crypto;
        this.key = new SecretKeySpec(key, "ChaCha20");
    }

    @Override
    public void seal(byte[] nonce, byte[] data, byte[] in, int inAt, int size, byte[] out, int outAt) {
        try {
            Cipher cipher = sealer;
            if (cipher == null) cipher = sealer = crypto.cipher();
            init(cipher, Cipher.ENCRYPT_MODE, nonce, data);
            run(cipher, in, inAt, size, out, outAt);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public boolean open(byte[] nonce, byte[] data, byte[] in, int inAt, int size, byte[] out, int outAt) {
        if (size < TAG) return false;
        try {
            Cipher cipher = opener;
            if (cipher == null) cipher = opener = crypto.cipher();
            init(cipher, Cipher.DECRYPT_MODE, nonce, data);
            run(cipher, in, inAt, size, out, outAt);
            return true;
        } catch (AEADBadTagException e) {
            Arrays.fill(out, outAt, outAt + size - TAG, (byte) 0);
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private void run(Cipher cipher, byte[] in, int inAt, int size, byte[] out, int outAt) throws GeneralSecurityException {
        AeadRoom room = crypto.room();
        if (room == null) cipher.doFinal(in, inAt, size, out, outAt);
        else room.doFinal(cipher, in, inAt, size, out, outAt);
    }

    private void init(Cipher cipher, int mode, byte[] nonce, byte[] data) throws GeneralSecurityException {
        SecretKeySpec k = key;
        if (k == null) throw new IllegalStateException("disposed");
        cipher.init(mode, k, new IvParameterSpec(nonce));
        if (data.length > 0) cipher.updateAAD(data);
    }

    @Override
    public void dispose() {
        key = null; // the JCA lets no one wipe it
        sealer = null;
        opener = null;
    }
}
