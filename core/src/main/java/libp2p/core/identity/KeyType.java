package libp2p.core.identity;

import libp2p.multiformats.Nullable;

/** The key types of libp2p (specs/peer-ids/peer-ids.md), with their protobuf numbers. */
public enum KeyType {
    RSA(0),
    ED25519(1),
    SECP256K1(2),
    /** On curve P-256. */
    ECDSA(3);

    private final int number;

    KeyType(int number) {
        this.number = number;
    }

    /** The number on the wire. */
    public int number() {
        return number;
    }

    /** The type with that number, or null. */
    public static @Nullable KeyType of(long number) {
        for (KeyType t : values()) if (t.number == number) return t;
        return null;
    }
}
