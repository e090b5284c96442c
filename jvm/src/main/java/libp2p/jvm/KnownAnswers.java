package libp2p.jvm;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import libp2p.core.Crypto;
import libp2p.core.Rng;
import libp2p.core.Violation;
import libp2p.core.identity.KeyType;

/**
 * Whether a provider gives the published answers, and refuses what is wrong: the least that it must do to be used.
 *
 * <p>Sources: FIPS 180-4 ("abc"), RFC 4231 (test 2), RFC 8439 (2.8.2), RFC 8032 (7.1, test 3), Wycheproof (X25519, test 1), go-libp2p's key
 * fixtures (RSA, secp256k1, ECDSA).
 */
final class KnownAnswers {
    private static final byte[] AEAD_KEY = hex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
    private static final byte[] AEAD_NONCE = hex("070000004041424344454647");
    private static final byte[] AEAD_DATA = hex("50515253c0c1c2c3c4c5c6c7");
    private static final byte[] AEAD_PLAIN = hex(
            "4c616469657320616e642047656e746c656d656e206f662074686520636c617373206f66202739393a204966204920636f756c64206f66"
            + "66657220796f75206f6e6c79206f6e652074697020666f7220746865206675747572652c2073756e73637265656e20776f756c64206265"
            + "2069742e");
    private static final byte[] AEAD_SEALED = hex(
            "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b1a71de0a9e060b"
            + "2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc3ff4def08e4b7a9de576d26586ce"
            + "c64b61161ae10b594f09e26a7e902ecbd0600691");
    private static final byte[] SCALAR = hex("c8a9d5a91091ad851c668b0736c1c9a02936c0d3ad62670858088047ba057475");
    private static final byte[] POINT = hex("504a36999f489cd2fdbc08baff3d88fa00569ba986cba22548ffde80f9806829");
    private static final byte[] SECRET = hex("436a2c040cf45fea9b29a0cb81b1f41458f863d0d61b453d0a982720d6d61320");
    private static final byte[] ED25519_PRIVATE = hex(
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303"
            + "ac5deb911548908025");
    private static final byte[] ED25519_SIGNATURE = hex(
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed2"
            + "8dc027beceea1ec40a");
    private static final byte[] TEXT = "Libp2p is the _best_!".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ECDSA_PRIVATE = hex(
            "307702010104201fc05449e3a3423bb8b59447a43c3e23ad4095ac4f9fbb75457acef34b68949fa00a06082a8648ce3d030107a1440342"
            + "0004e29a8674f3614e0ccb72406bfe2137e9f8c5f7d62d137f0a2edd233e35374777fd1f9aed4d2cfa7371caafc6ef02db83b81f77cfe1"
            + "bcd8c715acf0b9a2778ea9");
    private static final byte[] ECDSA_PUBLIC = hex(
            "3059301306072a8648ce3d020106082a8648ce3d03010703420004e29a8674f3614e0ccb72406bfe2137e9f8c5f7d62d137f0a2edd233e"
            + "35374777fd1f9aed4d2cfa7371caafc6ef02db83b81f77cfe1bcd8c715acf0b9a2778ea9");
    private static final byte[] ECDSA_SIGNATURE = hex(
            "3046022100846a6685b9e72b560cb2fc4a75f9cbc38a90aaeaa7f3f25ee719832db7b93a65022100cd992bb7bd2bcc28c7db04987d10ad"
            + "c490fe348270954f7696cb0dffff0dfc3d");
    private static final byte[] SECP256K1_PRIVATE = hex("3141bd606a504c44f23494d8f3174ef25b1fb9b52daa07d058be83b6e046b158");
    private static final byte[] SECP256K1_PUBLIC = hex("023540ad842af8a43551a94d8383a555a99226506b88f953d2e70316a3a1b3d6a2");
    private static final byte[] SECP256K1_SIGNATURE = hex(
            "3044022031a7d633c2f3e45a16128d43751afaa8dc9ba24092c5f5b3cad2c8fe4cf388f2022049ea8d219f458683d24775d543ea8fb290"
            + "704347fb35493c403bc2c259b29d9e");
    private static final byte[] RSA_PUBLIC = hex(
            "30820122300d06092a864886f70d01010105000382010f003082010a0282010100f2b75b418c28ed7aabfe17e90dfb93c13f2ec6381d07"
            + "2f862fb75808b96d227eef2083d31f4a78069f85ad6a8c73896ea385a386430d1cc09a90a230f00911515c5538c4b62d897fc665df1150"
            + "456aec75cdb2310c88f2079c82f56a79375c79e4f840f0eb15213f1972d6a248d684453ce5d3e3ec091f38c2f95c3ab5a1dfb603a9f955"
            + "ebd9a75814ec5b725bb8882b047dbbae000ad88a5236596ad800c4ccfae3c74d69f8c665741d47972213dd4fdc83d39bab7ccce49f65e2"
            + "dee7c76cd79c3500aafe7207ad41d843d89ac11e6653b872dfb2c5d790ec4eb6d954aa6e14a55463659edf0a2513c0aad9b8349f259a9b"
            + "605b3d71dec43b69ee6be851a7530203010001");
    private static final byte[] RSA_SIGNATURE = hex(
            "6e111325f710ad394633cfd37e467e18c5137fb63d182c9b8ea34386727c833160dc010dee126ee2baf33515ff598730fbc3d3816ec5db"
            + "c626f8b17208432620f7915fbe1b6e5ace206d3fb98c3f93dab0e8c19f0c1592ed2c8a354bccd3c0d6de54747dc5e4fc234b87f7f4e0a6"
            + "3c7b6512ca3ca6a5a588e8639ee1820f2150fdb4bb00215e50b3227f4d1d21be8ea1e8c80eb3192749ad8cd5dc9bd2b3184015a06b8d6f"
            + "fb6e0726aaa4aa7d3e7102c69a07f7340332bad47fdcfee22ba25c28233344436aba3e92c0276dcce8f2e56c44b66857591ce815d87db6"
            + "e87b2b74b94812a95e85b6eeab706434d8b0687fa717594cd6a5a82024a15d1a0aedebfe");

    private KnownAnswers() {}

    static boolean hashes(Crypto c) {
        byte[] abc = {'a', 'b', 'c'};
        byte[] jefe = {'J', 'e', 'f', 'e'};
        byte[] what = "what do ya want for nothing?".getBytes(StandardCharsets.US_ASCII);
        return is(c.sha256(abc), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
                && is(c.sha512(abc), "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                        + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f")
                && is(c.hmacSha256(jefe, what), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }

    static boolean aead(Crypto c) {
        Crypto.Aead aead = c.chacha20Poly1305(AEAD_KEY);
        byte[] sealed = new byte[AEAD_SEALED.length + 1]; // not at 0, to see that places are kept
        aead.seal(AEAD_NONCE, AEAD_DATA, AEAD_PLAIN, 0, AEAD_PLAIN.length, sealed, 1);
        if (!Arrays.equals(AEAD_SEALED, Arrays.copyOfRange(sealed, 1, sealed.length))) return false;
        byte[] plain = new byte[AEAD_PLAIN.length];
        if (!aead.open(AEAD_NONCE, AEAD_DATA, sealed, 1, AEAD_SEALED.length, plain, 0)) return false;
        if (!Arrays.equals(AEAD_PLAIN, plain)) return false;
        sealed[9] ^= 1;
        // another object: JDK 17 takes no nonce twice
        return !c.chacha20Poly1305(AEAD_KEY).open(AEAD_NONCE, AEAD_DATA, sealed, 1, AEAD_SEALED.length, plain, 0);
    }

    static boolean x25519(Crypto c) {
        if (!Arrays.equals(SECRET, c.x25519(SCALAR, POINT)) || c.x25519PublicKey(SCALAR).length != 32) return false;
        try {
            c.x25519(SCALAR, new byte[32]);
            return false;
        } catch (Violation v) {
            return true;
        }
    }

    static boolean ed25519(Crypto c) {
        byte[] message = {(byte) 0xaf, (byte) 0x82};
        byte[] key = Arrays.copyOfRange(ED25519_PRIVATE, 32, 64);
        return Arrays.equals(ED25519_SIGNATURE, c.sign(KeyType.ED25519, ED25519_PRIVATE, message))
                && verifies(c, KeyType.ED25519, key, message, ED25519_SIGNATURE);
    }

    static boolean keys(Crypto c) {
        byte[] fresh = c.generate(KeyType.ED25519, 0, Rng.of(bytes -> System.arraycopy(ED25519_PRIVATE, 0, bytes, 0, bytes.length)));
        return Arrays.equals(ED25519_PRIVATE, fresh)
                && Arrays.equals(Arrays.copyOfRange(ED25519_PRIVATE, 32, 64), c.publicKey(KeyType.ED25519, ED25519_PRIVATE));
    }

    static boolean ecdsa(Crypto c) {
        return verifies(c, KeyType.ECDSA, ECDSA_PUBLIC, TEXT, ECDSA_SIGNATURE)
                && verifies(c, KeyType.ECDSA, ECDSA_PUBLIC, TEXT, c.sign(KeyType.ECDSA, ECDSA_PRIVATE, TEXT));
    }

    static boolean secp256k1(Crypto c) {
        return verifies(c, KeyType.SECP256K1, SECP256K1_PUBLIC, TEXT, SECP256K1_SIGNATURE)
                && verifies(c, KeyType.SECP256K1, SECP256K1_PUBLIC, TEXT, c.sign(KeyType.SECP256K1, SECP256K1_PRIVATE, TEXT));
    }

    static boolean rsa(Crypto c) {
        return verifies(c, KeyType.RSA, RSA_PUBLIC, TEXT, RSA_SIGNATURE);
    }

    private static boolean verifies(Crypto c, KeyType type, byte[] key, byte[] message, byte[] signature) {
        byte[] other = Arrays.copyOf(message, message.length);
        other[0] ^= 1;
        return c.verify(type, key, message, signature) && !c.verify(type, key, other, signature);
    }

    private static boolean is(byte[] bytes, String hex) {
        return Arrays.equals(bytes, hex(hex));
    }

    private static byte[] hex(String hex) {
        byte[] out = new byte[hex.length() / 2];
        for (int i = 0; i < out.length; i++) out[i] = (byte) Integer.parseInt(hex.substring(2 * i, 2 * i + 2), 16);
        return out;
    }
}
