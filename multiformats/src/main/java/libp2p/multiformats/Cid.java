package libp2p.multiformats;

import java.util.Arrays;

/**
 * The name of a content: how to read it, and its hash.
 *
 * <p>Version 0 is the bare SHA2-256 multihash of dag-pb, in text base58; version 1 is varint 1, varint codec, multihash, in text multibase.
 * Source: multiformats/cid, README, "Decoding Algorithm".
 */
public final class Cid implements Comparable<Cid> {
    /** Bytes of the longest CID. */
    public static final int BYTES_MAX = 1 + Varint.SIZE_MAX + Multihash.BYTES_MAX;
    /** Characters of the longest text: base 2. */
    public static final int TEXT_MAX = 1 + 8 * BYTES_MAX;

    private static final int V0_SIZE = 34;
    private static final int V0_TEXT = 46;

    private final int version;
    private final long codec;
    private final Multihash hash;

    private Cid(int version, long codec, Multihash hash) {
        this.version = version;
        this.codec = codec;
        this.hash = hash;
    }

    /** @throws FormatException if the hash is not a SHA2-256 of 32 bytes */
    public static Cid v0(Multihash hash) {
        if (!hash.isWholeSha2256()) {
            throw new FormatException("CID version 0 takes a SHA2-256 digest only");
        }
        return new Cid(0, Multicodec.DAG_PB, hash);
    }

    public static Cid v1(long codec, Multihash hash) {
        Varint.size(codec);
        return new Cid(1, codec, hash);
    }

    /** @throws FormatException if the bytes are not exactly one CID of version 0 or 1 */
    public static Cid parse(byte[] bytes) {
        if (bytes.length == V0_SIZE && bytes[0] == Multihash.SHA2_256 && bytes[1] == 32) {
            return v0(Multihash.parse(bytes));
        }
        long version = Varint.read(bytes, 0, bytes.length);
        if (version != Multicodec.CIDV1) {
            throw new FormatException("CID of version " + version);
        }
        long codec = Varint.read(bytes, 1, bytes.length);
        return new Cid(1, codec, Multihash.parse(Arrays.copyOfRange(bytes, 1 + Varint.size(codec), bytes.length)));
    }

    /** @throws FormatException if the text is not a CID: 46 characters of base58 that begin with Qm, or multibase of version 1 */
    public static Cid parse(String text) {
        if (text.length() == V0_TEXT && text.startsWith("Qm")) {
            return v0(Multihash.parse(Base58.decode(text)));
        }
        if (text.length() > TEXT_MAX) {
            throw new FormatException("CID text is too long");
        }
        Cid cid = parse(Multibase.decode(text));
        if (cid.version == 0) {
            throw new FormatException("CID version 0 has no multibase form");
        }
        return cid;
    }

    /** 0 or 1. */
    public int version() {
        return version;
    }

    /** The {@link Multicodec} of the content. */
    public long codec() {
        return codec;
    }

    public Multihash hash() {
        return hash;
    }

    public byte[] bytes() {
        byte[] multihash = hash.bytes();
        return version == 0 ? multihash : Bytes.join(Bytes.join(Varint.encode(Multicodec.CIDV1), Varint.encode(codec)), multihash);
    }

    /**
     * The text of version 1 in that base.
     *
     * @throws IllegalStateException if this is version 0, whose text is base58 without a prefix
     */
    public String toString(Base base) {
        if (version == 0) {
            throw new IllegalStateException("CID version 0 has no multibase form");
        }
        return Multibase.encode(base, bytes());
    }

    /** Base58 of version 0, base32 of version 1. */
    @Override
    public String toString() {
        return version == 0 ? hash.toString() : toString(Base.BASE32);
    }

    @Override
    public int compareTo(Cid other) {
        return Bytes.compare(bytes(), other.bytes());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Cid that && version == that.version && codec == that.codec && hash.equals(that.hash);
    }

    @Override
    public int hashCode() {
        return (version * 31 + Long.hashCode(codec)) * 31 + hash.hashCode();
    }
}
