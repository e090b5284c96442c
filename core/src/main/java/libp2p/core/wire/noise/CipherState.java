package libp2p.core.wire.noise;

import libp2p.core.Codes;
import libp2p.core.Crypto;
import libp2p.core.Violation;

/**
 * One key and the number of its next message (Noise revision 34, section 5.1). The nonce is kept and written in place, so that a message
 * costs nothing.
 */
final class CipherState {
    private static final int COUNTER_AT = 4;

    /** The number that is never used (section 5.1). */
    private static final long RESERVED = -1;

    private final Crypto.Aead aead;
    private final byte[] nonce = new byte[12];
    private long n;

    CipherState(Crypto crypto, byte[] key) {
        aead = crypto.chacha20Poly1305(key);
    }

    /** Encrypts {@code in[inAt..inAt+size)} to {@code out[outAt..outAt+size+TAG)}. */
    void encryptWithAd(byte[] ad, byte[] in, int inAt, int size, byte[] out, int outAt) {
        number();
        aead.seal(nonce, ad, in, inAt, size, out, outAt);
        n++;
    }

    /** Decrypts {@code size} bytes, the tag included; says whether they were authentic. */
    boolean decryptWithAd(byte[] ad, byte[] in, int inAt, int size, byte[] out, int outAt) {
        number();
        if (!aead.open(nonce, ad, in, inAt, size, out, outAt)) return false;
        n++;
        return true;
    }

    /** Section 12.3: four zero bytes, then the number as 64 bits, little-endian. */
    private void number() {
        if (n == RESERVED) throw new Violation("all numbers of a Noise key are used up", Codes.NONE);
        long rest = n;
        for (int i = COUNTER_AT; i < nonce.length; i++) {
            nonce[i] = (byte) rest;
            rest >>>= 8;
        }
    }

    /** Goes to another number (section 5.1). */
    void setNonce(long number) {
        n = number;
    }

    void dispose() {
        aead.dispose();
    }
}
