package libp2p.core.identity;

import java.util.Arrays;
import libp2p.core.Crypto;
import libp2p.core.Violation;
import libp2p.multiformats.Base58;
import libp2p.multiformats.Cid;
import libp2p.multiformats.FormatException;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Multicodec;
import libp2p.multiformats.Multihash;
import libp2p.multiformats.Nullable;

/**
 * The name of a peer: the multihash of its encoded public key, or the key itself if that takes no more than 42 bytes.
 *
 * <p>Immutable. Ordered by bytes. Source: specs/peer-ids/peer-ids.md, "Peer Ids".
 */
public final class PeerId implements Comparable<PeerId> {
    /** Bytes of the longest encoded key that is its own name. */
    public static final int INLINE_MAX = 42;
    /** Bytes of the longest peer id. */
    public static final int BYTES_MAX = INLINE_MAX + 2;

    private static final int SHA256_SIZE = 32;

    private final byte[] bytes;
    private final int hash;
    private @Nullable String text; // made when first asked for; a race makes it twice, which is harmless

    private PeerId(byte[] bytes) {
        this.bytes = bytes;
        this.hash = Arrays.hashCode(bytes);
    }

    /** The peer of that multihash; {@link FormatException} unless it is a whole SHA2-256 or at most 42 inlined bytes. */
    public static PeerId of(byte[] multihash) {
        if (multihash.length > BYTES_MAX) throw new FormatException("peer id of more than " + BYTES_MAX + " bytes");
        return of(Multihash.parse(multihash));
    }

    private static PeerId of(Multihash hash) {
        byte[] bytes = hash.bytes();
        boolean hashed = hash.code() == Multihash.SHA2_256 && bytes.length == SHA256_SIZE + 2;
        boolean inlined = hash.code() == Multihash.IDENTITY && bytes.length > 2 && bytes.length <= BYTES_MAX;
        if (!hashed && !inlined) throw new FormatException("peer id is neither a SHA2-256 nor an inlined key");
        return new PeerId(bytes);
    }

    /** As {@link #of(byte[])}, of what a peer sent: {@link Violation} if it is malformed. */
    public static PeerId decode(byte[] multihash) {
        try {
            return of(multihash);
        } catch (FormatException e) {
            throw new Violation(String.valueOf(e.getMessage()));
        }
    }

    /** The peer of that text: base58 ({@code Qm..}, {@code 1..}) or CID version 1 in any multibase; {@link FormatException} otherwise. */
    public static PeerId of(String text) {
        if (text.startsWith("1") || text.startsWith("Qm")) return of(Base58.decode(text));
        Cid cid = Cid.parse(text);
        if (cid.codec() != Multicodec.LIBP2P_KEY) throw new FormatException("the CID of a peer id has the codec of a key");
        return of(cid.hash());
    }

    /** The name of a key. */
    public static PeerId of(PublicKey key, Crypto crypto) {
        byte[] encoded = key.encode();
        return encoded.length <= INLINE_MAX
                ? new PeerId(Multihash.of(Multihash.IDENTITY, encoded).bytes())
                : new PeerId(Multihash.of(Multihash.SHA2_256, crypto.sha256(encoded)).bytes());
    }

    /** The peer that answers at the address, or null if the address does not tell, or names what no peer id can be. */
    public static @Nullable PeerId of(Multiaddr address) {
        byte[] peer = address.peer();
        if (peer == null) return null;
        try {
            return of(peer);
        } catch (FormatException e) {
            return null;
        }
    }

    /** The multihash. */
    public byte[] bytes() {
        return Arrays.copyOf(bytes, bytes.length);
    }

    /** The key, if it is its own name; null for hashed and for malformed keys. */
    public @Nullable PublicKey publicKey() {
        if (bytes[0] != Multihash.IDENTITY) return null;
        try {
            return PublicKey.decode(Arrays.copyOfRange(bytes, 2, bytes.length));
        } catch (Violation v) {
            return null;
        }
    }

    /** Whether this is the name of that key. */
    public boolean matches(PublicKey key, Crypto crypto) {
        return equals(of(key, crypto));
    }

    /** The newer text, a CID of version 1 in base32; not every peer understands it yet. */
    public String toCid() {
        return Cid.v1(Multicodec.LIBP2P_KEY, Multihash.parse(bytes)).toString();
    }

    /** In base58. */
    @Override
    public String toString() {
        String t = text;
        if (t == null) {
            t = Base58.encode(bytes);
            text = t;
        }
        return t;
    }

    @Override
    public int compareTo(PeerId other) {
        int n = Math.min(bytes.length, other.bytes.length);
        for (int i = 0; i < n; i++) {
            int c = (bytes[i] & 0xff) - (other.bytes[i] & 0xff);
            if (c != 0) return c;
        }
        return bytes.length - other.bytes.length;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other || other instanceof PeerId that && hash == that.hash && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
