package libp2p.core.wire.noise;

import java.util.Arrays;
import libp2p.core.Crypto;
import libp2p.core.Rng;
import libp2p.core.identity.Identity;
import libp2p.core.wire.Security;
import libp2p.multiformats.Nullable;

/**
 * The Noise security protocol: {@code Noise_XX_25519_ChaChaPoly_SHA256} with libp2p's handshake payload (specs/noise/README.md).
 *
 * <p>Each instance has a static key of its own, which no other host shares and which is never stored. Used from all loops of a node.
 */
public final class Noise implements Security {
    /** The protocol id. */
    public static final String ID = "/noise";

    private final Crypto crypto;
    private final byte[] scalar;
    private @Nullable Static known; // derived when first needed; loops that do so at once derive the same
    private @Nullable Signed signed; // whichever signature a loop sees is as good as another

    /** The static key's public half. In a record, so that a loop that sees what another made sees all of it. */
    private record Static(byte[] publicKey) {}

    /** A signature of the static key. */
    private record Signed(Identity by, byte[] signature) {}

    private Noise(Crypto crypto, byte[] scalar) {
        this.crypto = crypto;
        this.scalar = scalar;
    }

    /** One with a fresh static key. */
    public static Noise create(Crypto crypto, Rng rng) {
        return new Noise(crypto, rng.bytes(HandshakeState.KEY));
    }

    @Override
    public String id() {
        return ID;
    }

    @Override
    public Handshake begin(Context context, Runnable ready) {
        return new NoiseHandshake(this, crypto, Arrays.copyOf(scalar, scalar.length), publicKey(), context, ready);
    }

    /** Not before the first handshake: a node that nobody is connected to then loads no provider for it. */
    private byte[] publicKey() {
        Static k = known;
        if (k == null) {
            k = new Static(crypto.x25519PublicKey(scalar));
            known = k;
        }
        return k.publicKey;
    }

    /** What that identity signed in an earlier handshake; it signs once, since the static key stays the same. */
    byte @Nullable [] signature(Identity by) {
        Signed s = signed;
        return s != null && s.by == by ? s.signature : null;
    }

    void keep(Identity by, byte[] signature) {
        signed = new Signed(by, signature);
    }
}
