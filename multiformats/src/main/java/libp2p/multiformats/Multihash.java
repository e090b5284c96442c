package libp2p.multiformats;

import java.util.Arrays;

/**
 * A digest with the number of the function that made it; nothing is hashed here.
 *
 * <p>Bytes: varint code, varint digest length, digest. Source: multiformats/multihash, README; multiformats/multicodec, table.csv.
 */
public final class Multihash implements Comparable<Multihash> {
    /** The digest is the content itself. */
    public static final int IDENTITY = 0x00;
    public static final int SHA1 = 0x11;
    public static final int SHA2_256 = 0x12;
    public static final int SHA2_512 = 0x13;
    public static final int SHA3_512 = 0x14;
    public static final int SHA3_384 = 0x15;
    public static final int SHA3_256 = 0x16;
    public static final int SHA3_224 = 0x17;
    public static final int KECCAK_256 = 0x1b;
    public static final int BLAKE3 = 0x1e;
    public static final int SHA2_384 = 0x20;
    public static final int BLAKE2B_256 = 0xb220;
    public static final int BLAKE2S_256 = 0xb260;
    /** Bytes of the longest digest, and of the longest content as {@link #IDENTITY}. */
    public static final int DIGEST_MAX = 128;
    /** Bytes of the longest multihash. */
    public static final int BYTES_MAX = Varint.SIZE_MAX + 2 + DIGEST_MAX;

    private final long code;
    private final byte[] bytes;
    private final int digestStart;

    private Multihash(long code, byte[] bytes, int digestStart) {
        this.code = code;
        this.bytes = bytes;
        this.digestStart = digestStart;
    }

    /**
     * A digest of that function, perhaps cut to fewer bytes than the function makes.
     *
     * @throws FormatException if it is longer than {@link #DIGEST_MAX}
     */
    public static Multihash of(long code, byte[] digest) {
        if (digest.length > DIGEST_MAX) {
            throw new FormatException("digest of more than " + DIGEST_MAX + " bytes");
        }
        int start = Varint.size(code) + Varint.size(digest.length);
        byte[] bytes = new byte[start + digest.length];
        Varint.write(digest.length, bytes, Varint.write(code, bytes, 0));
        System.arraycopy(digest, 0, bytes, start, digest.length);
        return new Multihash(code, bytes, start);
    }

    /** @throws FormatException if the bytes are not exactly one multihash */
    public static Multihash parse(byte[] bytes) {
        long code = Varint.read(bytes, 0, bytes.length);
        int lengthStart = Varint.size(code);
        long length = Varint.read(bytes, lengthStart, bytes.length);
        int start = lengthStart + Varint.size(length);
        if (length > DIGEST_MAX) {
            throw new FormatException("digest of more than " + DIGEST_MAX + " bytes");
        }
        if (length != bytes.length - start) {
            throw new FormatException("multihash announces " + length + " bytes and has " + (bytes.length - start));
        }
        return new Multihash(code, Arrays.copyOf(bytes, bytes.length), start);
    }

    /** The number of the function. */
    public long code() {
        return code;
    }

    public byte[] digest() {
        return Arrays.copyOfRange(bytes, digestStart, bytes.length);
    }

    public byte[] bytes() {
        return Arrays.copyOf(bytes, bytes.length);
    }

    /** True if this is a whole SHA2-256 digest, the only one that CID version 0 and hashed peer ids take. */
    boolean isWholeSha2256() {
        return code == SHA2_256 && bytes.length - digestStart == 32;
    }

    @Override
    public int compareTo(Multihash other) {
        return Bytes.compare(bytes, other.bytes);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Multihash that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** Base58, without a prefix. */
    @Override
    public String toString() {
        return Base58.encode(bytes);
    }
}
