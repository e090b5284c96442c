package libp2p.bouncycastle;

import java.util.Arrays;
import libp2p.core.Crypto;
import libp2p.multiformats.Nullable;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.modes.ChaCha20Poly1305;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.ParametersWithIV;

/** ChaCha20-Poly1305 on engines that keep their key from call to call, one for each way. */
final class ChaCha implements Crypto.Aead {
    private final byte[] key;
    private @Nullable ChaCha20Poly1305 sealer;
    private @Nullable ChaCha20Poly1305 opener;
    private boolean disposed;

    ChaCha(byte[] key) {
        this.key = Arrays.copyOf(key, key.length);
    }

    @Override
    public void seal(byte[] nonce, byte[] data, byte[] in, int inAt, int size, byte[] out, int outAt) {
        ChaCha20Poly1305 engine = sealer;
        boolean first = engine == null;
        if (engine == null) engine = sealer = new ChaCha20Poly1305();
        init(engine, true, first, nonce, data);
        int done = engine.processBytes(in, inAt, size, out, outAt);
        try {
            engine.doFinal(out, outAt + done);
        } catch (InvalidCipherTextException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public boolean open(byte[] nonce, byte[] data, byte[] in, int inAt, int size, byte[] out, int outAt) {
        if (size < TAG) return false;
        ChaCha20Poly1305 engine = opener;
        boolean first = engine == null;
        if (engine == null) engine = opener = new ChaCha20Poly1305();
        init(engine, false, first, nonce, data);
        try {
            int done = engine.processBytes(in, inAt, size, out, outAt);
            engine.doFinal(out, outAt + done);
            return true;
        } catch (InvalidCipherTextException e) {
            Arrays.fill(out, outAt, outAt + size - TAG, (byte) 0); // it was decrypted before it was checked
            return false;
        }
    }

    private void init(ChaCha20Poly1305 engine, boolean seal, boolean first, byte[] nonce, byte[] data) {
        if (disposed) throw new IllegalStateException("disposed");
        engine.init(seal, new ParametersWithIV(first ? new KeyParameter(key) : null, nonce));
        if (data.length > 0) engine.processAADBytes(data, 0, data.length);
    }

    @Override
    public void dispose() {
        disposed = true;
        Arrays.fill(key, (byte) 0);
        sealer = null;
        opener = null;
    }
}
