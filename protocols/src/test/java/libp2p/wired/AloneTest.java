package libp2p.wired;

import static org.assertj.core.api.Assertions.assertThat;

import libp2p.bouncycastle.BouncyCastleCrypto;
import libp2p.core.Crypto;
import libp2p.core.Rng;
import libp2p.core.identity.KeyType;
import libp2p.core.node.Swarm;
import libp2p.core.wire.yamux.Yamux;
import libp2p.identify.Identify;
import libp2p.ping.Ping;
import libp2p.testkit.World;
import org.junit.jupiter.api.Test;

/** What a node does that is connected to nobody: as little as it can, since providers of cryptography are slow to load. */
class AloneTest {
    private final CountingCrypto crypto = new CountingCrypto(new BouncyCastleCrypto());
    private final World world = new World(crypto).wired(new Yamux());

    @Test
    void aNodeThatIsAloneNeitherSignsNorAgreesOnKeys() {
        world.node(new Ping(), new Identify());
        world.advanceSeconds(60);
        assertThat(crypto.curves).isZero();
    }

    @Test
    void aNodeThatHasCompanyDoes() {
        Swarm a = world.node(new Ping(), new Identify());
        Swarm b = world.node(new Ping(), new Identify());
        world.connect(a, b);
        world.advanceSeconds(60);
        assertThat(crypto.curves).isPositive();
    }

    /** Counts what needs a curve, but for making an identity. */
    private static final class CountingCrypto implements Crypto {
        private final Crypto real;
        private int curves;

        CountingCrypto(Crypto real) {
            this.real = real;
        }

        @Override
        public byte[] x25519PublicKey(byte[] scalar) {
            curves++;
            return real.x25519PublicKey(scalar);
        }

        @Override
        public byte[] x25519(byte[] scalar, byte[] point) {
            curves++;
            return real.x25519(scalar, point);
        }

        @Override
        public byte[] sign(KeyType type, byte[] privateKey, byte[] message) {
            curves++;
            return real.sign(type, privateKey, message);
        }

        @Override
        public boolean verify(KeyType type, byte[] publicKey, byte[] message, byte[] signature) {
            curves++;
            return real.verify(type, publicKey, message, signature);
        }

        @Override
        public byte[] sha256(byte[] data) {
            return real.sha256(data);
        }

        @Override
        public byte[] sha512(byte[] data) {
            return real.sha512(data);
        }

        @Override
        public byte[] hmacSha256(byte[] key, byte[] data) {
            return real.hmacSha256(key, data);
        }

        @Override
        public Aead chacha20Poly1305(byte[] key) {
            return real.chacha20Poly1305(key);
        }

        @Override
        public byte[] generate(KeyType type, int bits, Rng rng) {
            return real.generate(type, bits, rng);
        }

        @Override
        public byte[] publicKey(KeyType type, byte[] privateKey) {
            return real.publicKey(type, privateKey);
        }
    }
}
