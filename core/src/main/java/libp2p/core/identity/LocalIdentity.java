package libp2p.core.identity;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import libp2p.core.Buf;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Crypto;
import libp2p.core.Loop;

/**
 * An identity whose private key is in memory.
 *
 * <p>It signs on the loop that asks, which takes 20 to 150 microseconds, with RSA up to some milliseconds.
 * A signature that was asked for cannot be cancelled: it is on its way.
 */
public final class LocalIdentity implements Identity {
    private static final int SECRET = 32;

    private final PrivateKey key;
    private final Crypto crypto;
    private final PublicKey publicKey;
    private final PeerId id;

    /** {@link libp2p.core.Violation} if the key is not a key of its type. */
    public LocalIdentity(PrivateKey key, Crypto crypto) {
        this.key = key;
        this.crypto = crypto;
        this.publicKey = key.publicKey(crypto);
        this.id = PeerId.of(publicKey, crypto);
    }

    @Override
    public PeerId id() {
        return id;
    }

    @Override
    public PublicKey publicKey() {
        return publicKey;
    }

    @Override
    public Cancellable sign(byte[] message, Loop home, Callback<? super byte[]> done) {
        home.execute(() -> {
            byte[] signature;
            try {
                signature = key.sign(crypto, message);
            } catch (RuntimeException e) {
                done.done(null, CloseReason.bug(e));
                return;
            }
            done.done(signature, null);
        });
        return Cancellable.NONE;
    }

    /** Signs with these primitives instead of the identity's own, at once: for what is to come out the same each time. */
    public byte[] signature(byte[] message, Crypto by) {
        return key.sign(by, message);
    }

    /**
     * 32 bytes that this key and purpose give, and nobody knows who has not the key: for secrets that are to stay the same as long as the
     * key does (HKDF, RFC 5869).
     */
    public byte[] derived(String purpose) {
        byte[] raw = key.data();
        byte[] extracted = crypto.hmacSha256(new byte[SECRET], raw);
        Arrays.fill(raw, (byte) 0);
        byte[] info = purpose.getBytes(StandardCharsets.UTF_8);
        byte[] secret = crypto.hmacSha256(extracted, new Buf(info.length + 1).put(info).putU8(1).array);
        Arrays.fill(extracted, (byte) 0);
        return secret;
    }

    /** The peer id. */
    @Override
    public String toString() {
        return id.toString();
    }
}
