package libp2p.core.wire.noise;

import java.util.List;
import libp2p.core.Buf;
import libp2p.core.Crypto;
import libp2p.core.Violation;
import libp2p.core.identity.PeerId;
import libp2p.core.identity.PublicKey;
import libp2p.core.wire.Security;
import libp2p.multiformats.Nullable;

/**
 * Transport messages: two bytes of length, ciphertext, tag (specs/noise/README.md, "Wire Format"). Allocates nothing of its own per record.
 */
final class NoiseSession implements Security.Session {
    private static final int LENGTH = 2;
    private static final int RECORD_MAX = 65535;
    private static final int PLAIN_MAX = RECORD_MAX - Crypto.Aead.TAG;
    private static final byte[] NO_DATA = {};

    private final PeerId remote;
    private final PublicKey remoteKey;
    private final @Nullable String muxer;
    private final List<String> offer;
    private final CipherState sending;
    private final CipherState receiving;

    NoiseSession(
            PeerId remote,
            PublicKey remoteKey,
            @Nullable String muxer,
            List<String> offer,
            CipherState sending,
            CipherState receiving) {
        this.remote = remote;
        this.remoteKey = remoteKey;
        this.muxer = muxer;
        this.offer = offer;
        this.sending = sending;
        this.receiving = receiving;
    }

    @Override
    public PeerId remote() {
        return remote;
    }

    @Override
    public PublicKey remoteKey() {
        return remoteKey;
    }

    @Override
    public @Nullable String muxer() {
        return muxer;
    }

    @Override
    public List<String> offer() {
        return offer;
    }

    @Override
    public int plainMax() {
        return PLAIN_MAX;
    }

    @Override
    public int sealedSize(int n) {
        return LENGTH + n + Crypto.Aead.TAG;
    }

    @Override
    public void seal(Buf plain, Buf wire) {
        int n = plain.size();
        if (n < 1 || n > PLAIN_MAX || wire.room() < sealedSize(n)) {
            throw new IllegalArgumentException("cannot seal " + n + " bytes into " + wire);
        }
        wire.putU16(n + Crypto.Aead.TAG);
        sending.encryptWithAd(NO_DATA, plain.array, plain.start, n, wire.array, wire.end);
        wire.end += n + Crypto.Aead.TAG;
        plain.skip(n);
    }

    @Override
    public boolean open(Buf wire, Buf plain) {
        if (wire.size() < LENGTH) return false;
        int size = wire.peek(0) << 8 | wire.peek(1);
        if (wire.size() < LENGTH + size) return false;
        if (size < Crypto.Aead.TAG) throw new Violation("Noise record is cut short");
        int n = size - Crypto.Aead.TAG;
        if (plain.room() < n) throw new IllegalArgumentException("no room for " + n + " bytes in " + plain);
        if (!receiving.decryptWithAd(NO_DATA, wire.array, wire.start + LENGTH, size, plain.array, plain.end)) {
            throw new Violation("Noise record is not authentic");
        }
        plain.end += n;
        wire.skip(LENGTH + size);
        return true;
    }

    @Override
    public void close(Buf wire) {
        // Noise has no farewell.
    }

    @Override
    public void dispose() {
        sending.dispose();
        receiving.dispose();
    }
}
