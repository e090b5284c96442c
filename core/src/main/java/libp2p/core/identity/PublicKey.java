package libp2p.core.identity;

import java.util.Arrays;
import libp2p.core.Crypto;
import libp2p.core.Violation;
import libp2p.core.proto.ProtoReader;
import libp2p.core.proto.ProtoWriter;
import libp2p.multiformats.Nullable;

/**
 * A public key in libp2p's form of its type: Ed25519 32 bytes, secp256k1 the compressed point of 33, ECDSA and RSA the SPKI in DER.
 *
 * <p>Its form is checked when it is made (of ECDSA only P-256, of RSA only 2048 to 8192 bits), its arithmetic by whoever verifies with it:
 * a point that is not on the curve verifies nothing. Immutable. Source: specs/peer-ids/peer-ids.md, "Keys".
 */
public final class PublicKey {
    /** Bytes of the longest encoded key: RSA of 8192 bits. */
    public static final int ENCODED_MAX = KeyForms.RSA_PUBLIC_MAX + 5;

    private static final int ED25519_SIZE = 32;
    private static final int SECP256K1_SIZE = 33;
    private static final int TYPE = 1;
    private static final int DATA = 2;
    private static final int DATA_TAG = DATA << 3 | 2; // as the wire has it
    private static final byte[] RSA_TYPE = {TYPE << 3, 0};

    private final KeyType type;
    private final byte[] data;

    /** A key in libp2p's form of the type; {@link Violation} if it has not that form. */
    public PublicKey(KeyType type, byte[] data) {
        this.type = type;
        this.data = Arrays.copyOf(data, data.length);
        check(type, this.data);
    }

    private static void check(KeyType type, byte[] data) {
        switch (type) {
            case ED25519 -> {
                if (data.length != ED25519_SIZE) throw new Violation("Ed25519 key of " + data.length + " bytes");
            }
            case SECP256K1 -> {
                if (data.length != SECP256K1_SIZE) throw new Violation("secp256k1 key of " + data.length + " bytes");
                if (data[0] != 2 && data[0] != 3) throw new Violation("secp256k1 key is not a compressed point");
            }
            case ECDSA -> KeyForms.p256Public(data);
            case RSA -> KeyForms.rsaPublic(data);
        }
    }

    /** The type. */
    public KeyType type() {
        return type;
    }

    /** The key in libp2p's form of its type. */
    public byte[] data() {
        return Arrays.copyOf(data, data.length);
    }

    /** The protobuf message, of which there is exactly one form. */
    public byte[] encode() {
        return encode(type, data);
    }

    static byte[] encode(KeyType type, byte[] data) {
        return new ProtoWriter().varint(TYPE, type.number()).bytes(DATA, data).toBytes();
    }

    /**
     * Reads the protobuf message; {@link Violation} unless it is exactly what {@link #encode} writes.
     *
     * <p>But for RSA, whose number is zero: py-libp2p leaves it out of its peer records, as proto3 does with zeros, and go and rust
     * read that.
     */
    public static PublicKey decode(byte[] encoded) {
        byte[] whole = encoded.length > 0 && encoded[0] == DATA_TAG ? typed(encoded) : encoded;
        ProtoReader in = new ProtoReader(whole);
        KeyType type = type(in, whole.length, ENCODED_MAX);
        byte[] data = in.bytes(KeyForms.RSA_PUBLIC_MAX);
        PublicKey key = new PublicKey(type, data);
        if (!Arrays.equals(encode(type, data), whole)) throw new Violation("key is not encoded in its only form");
        return key;
    }

    /** The same with the type RSA in front. */
    private static byte[] typed(byte[] encoded) {
        byte[] whole = new byte[RSA_TYPE.length + encoded.length];
        System.arraycopy(RSA_TYPE, 0, whole, 0, RSA_TYPE.length);
        System.arraycopy(encoded, 0, whole, RSA_TYPE.length, encoded.length);
        return whole;
    }

    /** Reads up to where the data comes next. */
    static KeyType type(ProtoReader in, int size, int max) {
        if (size > max) throw new Violation("key of more than " + max + " bytes");
        if (in.next() != TYPE) throw new Violation("key does not begin with its type");
        KeyType type = KeyType.of(in.varint());
        if (type == null) throw new Violation("key of an unknown type");
        if (in.next() != DATA) throw new Violation("key has no data after its type");
        return type;
    }

    /** Whether that is this key's signature of the message; false for whatever is malformed. */
    public boolean verify(Crypto crypto, byte[] message, byte[] signature) {
        return crypto.verify(type, data, message, signature);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof PublicKey that && type == that.type && Arrays.equals(data, that.data);
    }

    @Override
    public int hashCode() {
        return 31 * type.number() + Arrays.hashCode(data);
    }

    /** The type and the first bytes, for people. */
    @Override
    public String toString() {
        StringBuilder s = new StringBuilder(type.name()).append(' ');
        for (int i = 0; i < Math.min(data.length, 8); i++) {
            s.append(Character.forDigit(data[i] >> 4 & 15, 16)).append(Character.forDigit(data[i] & 15, 16));
        }
        return s.append(data.length > 8 ? ".." : "").toString();
    }
}
