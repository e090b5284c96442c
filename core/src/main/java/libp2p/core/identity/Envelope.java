package libp2p.core.identity;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import libp2p.core.Buf;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.Crypto;
import libp2p.core.Loop;
import libp2p.core.Violation;
import libp2p.core.proto.ProtoReader;
import libp2p.core.proto.ProtoWriter;
import libp2p.multiformats.Nullable;
import libp2p.multiformats.Varint;

/**
 * A payload that its maker signed for one purpose, the domain, so that third parties can pass it on.
 *
 * <p>One that was received keeps its bytes as they came and is passed on as such. Decoding does not verify. Immutable.
 * Source: specs/RFC/0002-signed-envelopes.md.
 */
public final class Envelope {
    /** Bytes of the longest envelope. */
    public static final int ENCODED_MAX = 64 * 1024;
    /** Bytes of the longest payload type. */
    public static final int TYPE_MAX = 256;

    private static final int KEY = 1;
    private static final int TYPE = 2;
    private static final int PAYLOAD = 3;
    private static final int SIGNATURE = 5;

    private final PublicKey key;
    private final byte[] type;
    private final byte[] payload;
    private final byte[] signature;
    private final byte[] encoded;

    private Envelope(PublicKey key, byte[] type, byte[] payload, byte[] signature, byte[] encoded) {
        this.key = key;
        this.type = type;
        this.payload = payload;
        this.signature = signature;
        this.encoded = encoded;
    }

    /**
     * Signs the payload for the domain, which is not empty, and calls back on {@code home}.
     *
     * <p>An empty type is legal, but go-libp2p refuses it. Throws {@link IllegalArgumentException} if type or payload are too long.
     */
    public static Cancellable seal(
            Identity signer, String domain, byte[] type, byte[] payload, Loop home, Callback<? super Envelope> done) {
        if (type.length > TYPE_MAX) throw new IllegalArgumentException("payload type of " + type.length + " bytes");
        PublicKey key = signer.publicKey();
        byte[] ownType = Arrays.copyOf(type, type.length);
        byte[] ownPayload = Arrays.copyOf(payload, payload.length);
        if (encode(key, ownType, ownPayload, new byte[KeyForms.RSA_SIGNATURE_MAX]).length > ENCODED_MAX) {
            throw new IllegalArgumentException("payload of " + payload.length + " bytes");
        }
        return signer.sign(signed(domain, ownType, ownPayload), home, (signature, failure) -> {
            if (signature == null) done.done(null, failure);
            else done.done(new Envelope(key, ownType, ownPayload, signature, encode(key, ownType, ownPayload, signature)), null);
        });
    }

    /** Reads an envelope without verifying it; {@link Violation} if malformed, too long, or with a field twice. Unknown fields pass. */
    public static Envelope decode(byte[] encoded) {
        if (encoded.length > ENCODED_MAX) throw new Violation("envelope of more than " + ENCODED_MAX + " bytes");
        ProtoReader in = new ProtoReader(encoded);
        PublicKey key = null;
        byte[] type = null;
        byte[] payload = null;
        byte[] signature = null;
        for (int field = in.next(); field != 0; field = in.next()) {
            switch (field) {
                case KEY -> key = PublicKey.decode(once(key, in, PublicKey.ENCODED_MAX));
                case TYPE -> type = once(type, in, TYPE_MAX);
                case PAYLOAD -> payload = once(payload, in, ENCODED_MAX);
                case SIGNATURE -> signature = once(signature, in, KeyForms.RSA_SIGNATURE_MAX);
                default -> {}
            }
        }
        if (key == null || signature == null) throw new Violation("envelope without key or signature");
        return new Envelope(
                key,
                type == null ? new byte[0] : type,
                payload == null ? new byte[0] : payload,
                signature,
                Arrays.copyOf(encoded, encoded.length));
    }

    private static byte[] once(@Nullable Object before, ProtoReader in, int max) {
        if (before != null) throw new Violation("envelope says a field twice");
        return in.bytes(max);
    }

    /** The bytes as they were received, or the deterministic form of one that was sealed here. */
    public byte[] encode() {
        return Arrays.copyOf(encoded, encoded.length);
    }

    /** Whether the key's holder signed this type and payload for that domain, which is not empty. */
    public boolean verify(String domain, Crypto crypto) {
        return key.verify(crypto, signed(domain, type, payload), signature);
    }

    /** Who signed, if {@link #verify} says so. */
    public PublicKey key() {
        return key;
    }

    /** What the payload is: often a multicodec. */
    public byte[] payloadType() {
        return Arrays.copyOf(type, type.length);
    }

    /** The payload. */
    public byte[] payload() {
        return Arrays.copyOf(payload, payload.length);
    }

    /** The signature over domain, type and payload. */
    public byte[] signature() {
        return Arrays.copyOf(signature, signature.length);
    }

    boolean hasType(byte[] other) {
        return Arrays.equals(type, other);
    }

    private static byte[] encode(PublicKey key, byte[] type, byte[] payload, byte[] signature) {
        return new ProtoWriter()
                .bytes(KEY, key.encode())
                .bytes(TYPE, type)
                .bytes(PAYLOAD, payload)
                .bytes(SIGNATURE, signature)
                .toBytes();
    }

    /** RFC 0002, "Signature Production / Verification". */
    private static byte[] signed(String domain, byte[] type, byte[] payload) {
        if (domain.isEmpty()) throw new IllegalArgumentException("an envelope needs a domain");
        byte[] d = domain.getBytes(StandardCharsets.UTF_8);
        int lengths = Varint.size(d.length) + Varint.size(type.length) + Varint.size(payload.length);
        Buf out = new Buf(lengths + d.length + type.length + payload.length);
        out.putVarint(d.length).put(d).putVarint(type.length).put(type).putVarint(payload.length).put(payload);
        return out.array;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Envelope that && Arrays.equals(encoded, that.encoded);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(encoded);
    }

    @Override
    public String toString() {
        return "Envelope[" + key + ", " + payload.length + " bytes]";
    }
}
