package libp2p.bouncycastle;

import java.security.SecureRandom;
import libp2p.core.Rng;

/** An Rng in the shape BouncyCastle asks for; it draws from nothing else (the platform's own source, which it inherits, is not asked). */
final class RngRandom extends SecureRandom {
    private static final long serialVersionUID = 1;
    private final transient Rng rng;

    RngRandom(Rng rng) {
        this.rng = rng;
    }

    @Override
    public void nextBytes(byte[] bytes) {
        rng.nextBytes(bytes);
    }

    @Override
    public int nextInt() {
        return rng.nextInt();
    }

    @Override
    public long nextLong() {
        return rng.nextLong();
    }

    @Override
    public byte[] generateSeed(int size) {
        return rng.bytes(size);
    }
}
