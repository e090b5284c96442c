package libp2p.core.wire.noise;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import libp2p.core.Buf;
import libp2p.core.Crypto;
import libp2p.core.Violation;
import libp2p.multiformats.Nullable;

/** The chaining key, the hash of all that was said, and the key in use (Noise revision 34, section 5.2). */
final class SymmetricState {
    static final int HASH = 32;

    private final Crypto crypto;
    private byte[] ck;
    private byte[] h;
    private @Nullable CipherState cipher;

    /** The name must be of {@link #HASH} bytes at most, and is padded with zeros. */
    SymmetricState(Crypto crypto, String protocolName) {
        this.crypto = crypto;
        byte[] name = protocolName.getBytes(StandardCharsets.US_ASCII);
        if (name.length > HASH) throw new IllegalArgumentException(protocolName);
        h = Arrays.copyOf(name, HASH);
        ck = Arrays.copyOf(h, HASH);
    }

    void mixKey(byte[] input) {
        byte[][] keys = hkdf(input);
        Arrays.fill(ck, (byte) 0);
        ck = keys[0];
        disposeCipher();
        cipher = new CipherState(crypto, keys[1]);
        Arrays.fill(keys[1], (byte) 0);
    }

    void mixHash(byte[] data) {
        byte[] both = Arrays.copyOf(h, HASH + data.length);
        System.arraycopy(data, 0, both, HASH, data.length);
        h = crypto.sha256(both);
    }

    /** Appends the ciphertext, or before there is a key the data itself. */
    void encryptAndHash(byte[] plain, Buf out) {
        CipherState c = cipher;
        byte[] sent = plain;
        if (c != null) {
            sent = new byte[plain.length + Crypto.Aead.TAG];
            c.encryptWithAd(h, plain, 0, plain.length, sent, 0);
        }
        mixHash(sent);
        out.put(sent);
    }

    /** Takes {@code size} bytes and gives what they hold. */
    byte[] decryptAndHash(Buf in, int size) {
        byte[] received = in.take(size);
        CipherState c = cipher;
        byte[] plain = received;
        if (c != null) {
            if (size < Crypto.Aead.TAG) throw new Violation("Noise message is cut short");
            plain = new byte[size - Crypto.Aead.TAG];
            if (!c.decryptWithAd(h, received, 0, size, plain, 0)) throw new Violation("Noise handshake message is not authentic");
        }
        mixHash(received);
        return plain;
    }

    /** The keys of both directions, the initiator's first. */
    CipherState[] split() {
        byte[][] keys = hkdf(new byte[0]);
        CipherState[] both = {new CipherState(crypto, keys[0]), new CipherState(crypto, keys[1])};
        Arrays.fill(keys[0], (byte) 0);
        Arrays.fill(keys[1], (byte) 0);
        return both;
    }

    byte[] handshakeHash() {
        return Arrays.copyOf(h, HASH);
    }

    void dispose() {
        Arrays.fill(ck, (byte) 0);
        disposeCipher();
        cipher = null;
    }

    private void disposeCipher() {
        CipherState c = cipher;
        if (c != null) c.dispose();
    }

    /** Two outputs of HKDF (section 4.3). */
    private byte[][] hkdf(byte[] input) {
        byte[] temp = crypto.hmacSha256(ck, input);
        byte[] first = crypto.hmacSha256(temp, new byte[] {1});
        byte[] more = Arrays.copyOf(first, HASH + 1);
        more[HASH] = 2;
        byte[] second = crypto.hmacSha256(temp, more);
        Arrays.fill(temp, (byte) 0);
        Arrays.fill(more, (byte) 0);
        return new byte[][] {first, second};
    }
}
