package libp2p.bouncycastle;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import libp2p.core.Crypto;
import libp2p.core.Rng;
import libp2p.core.identity.KeyForms;
import libp2p.core.identity.KeyType;
import libp2p.testkit.CryptoContract;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BouncyCastleCryptoTest extends CryptoContract {
    @Override
    protected Crypto crypto() {
        return new BouncyCastleCrypto();
    }

    /** RFC 6979 A.2.5, SHA-256, "sample". */
    @Test
    void ecdsaSignsAsRfc6979Says() {
        byte[] scalar = hex("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721");
        byte[] signature = crypto().sign(KeyType.ECDSA, KeyForms.p256PrivateOf(scalar, null), "sample".getBytes(StandardCharsets.US_ASCII));
        assertThat(signature)
                .isEqualTo(KeyForms.ecdsaOf(
                        hex("efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"),
                        hex("f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8")));
    }

    @ParameterizedTest
    @EnumSource(KeyType.class)
    void theSameSeedGivesTheSameKeyAndSignature(KeyType type) {
        byte[] key = crypto().generate(type, 2048, Rng.seeded(1));
        assertThat(crypto().generate(type, 2048, Rng.seeded(1))).isEqualTo(key);
        assertThat(crypto().sign(type, key, new byte[] {1})).isEqualTo(crypto().sign(type, key, new byte[] {1}));
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }
}
