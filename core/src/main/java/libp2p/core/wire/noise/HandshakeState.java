package libp2p.core.wire.noise;

import java.util.Arrays;
import libp2p.core.Buf;
import libp2p.core.Crypto;
import libp2p.core.Violation;
import libp2p.multiformats.Nullable;

/**
 * The XX pattern (Noise revision 34, sections 5.3 and 7.5), one message after the other.
 *
 * <pre>
 *   -> e
 *   <- e, ee, s, es
 *   -> s, se
 * </pre>
 */
final class HandshakeState {
    static final String PROTOCOL = "Noise_XX_25519_ChaChaPoly_SHA256";
    static final int KEY = 32;
    private static final int MESSAGES = 3;

    private final Crypto crypto;
    private final SymmetricState symmetric;
    private final boolean initiator;
    private final byte[] s;
    private final byte[] sPublic;
    private final byte[] e;
    private byte @Nullable [] rs;
    private byte @Nullable [] re;
    private int messages;

    /** Static and ephemeral are the scalars; the ephemeral is wiped in the end, the static is the caller's. */
    HandshakeState(Crypto crypto, boolean initiator, byte[] prologue, byte[] staticScalar, byte[] staticPublic, byte[] ephemeralScalar) {
        this.crypto = crypto;
        this.initiator = initiator;
        s = staticScalar;
        sPublic = staticPublic;
        e = ephemeralScalar;
        symmetric = new SymmetricState(crypto, PROTOCOL);
        symmetric.mixHash(prologue);
    }

    /** Appends the next message, which has {@link #overhead} bytes besides the payload. */
    void writeMessage(byte[] payload, Buf out) {
        turn(true);
        if (messages < 2) {
            byte[] ePublic = crypto.x25519PublicKey(e);
            out.put(ePublic);
            symmetric.mixHash(ePublic);
        }
        if (messages == 1) mixKey(e, re);
        if (messages > 0) {
            symmetric.encryptAndHash(sPublic, out);
            mixKey(s, re); // es of the responder, se of the initiator
        }
        symmetric.encryptAndHash(payload, out);
        messages++;
    }

    /** Takes the next message, which is all that is in the buffer, and gives its payload. */
    byte[] readMessage(Buf in) {
        turn(false);
        if (messages < 2) {
            byte[] key = in.take(KEY);
            re = key;
            symmetric.mixHash(key);
        }
        if (messages == 1) mixKey(e, re);
        if (messages > 0) {
            byte[] key = symmetric.decryptAndHash(in, KEY + Crypto.Aead.TAG);
            rs = key;
            mixKey(e, key); // es of the initiator, se of the responder
        }
        byte[] payload = symmetric.decryptAndHash(in, in.size());
        messages++;
        return payload;
    }

    /** How many bytes the next message has besides its payload. */
    int overhead() {
        int tag = Crypto.Aead.TAG;
        if (messages == 0) return KEY;
        return messages == 1 ? KEY + KEY + tag + tag : KEY + tag + tag;
    }

    /** Whether the next message is ours to write. */
    boolean writing() {
        return messages < MESSAGES && (messages % 2 == 0) == initiator;
    }

    boolean finished() {
        return messages == MESSAGES;
    }

    /** The peer's static key, once it was read. */
    byte[] remoteStatic() {
        return known(rs);
    }

    byte[] handshakeHash() {
        return symmetric.handshakeHash();
    }

    /** The keys for sending and receiving, in that order; the state is of no further use. */
    CipherState[] split() {
        if (!finished()) throw new IllegalStateException("the handshake is not finished");
        CipherState[] keys = symmetric.split();
        dispose();
        return initiator ? keys : new CipherState[] {keys[1], keys[0]};
    }

    void dispose() {
        Arrays.fill(e, (byte) 0);
        symmetric.dispose();
    }

    private void turn(boolean write) {
        if (finished() || writing() != write) throw new IllegalStateException("message " + messages + " is not ours");
    }

    /** A shared secret of zeros, from a low-order point, is a Violation (specs/noise leaves it open; section 12.1 allows either). */
    private void mixKey(byte[] scalar, byte @Nullable [] point) {
        byte[] secret = crypto.x25519(scalar, known(point));
        byte any = 0;
        for (byte b : secret) any |= b;
        if (any == 0) throw new Violation("Noise key of low order");
        symmetric.mixKey(secret);
        Arrays.fill(secret, (byte) 0);
    }

    private static byte[] known(byte @Nullable [] key) {
        if (key == null) throw new IllegalStateException("the key is not known yet");
        return key;
    }
}
