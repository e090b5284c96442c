package libp2p.bouncycastle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HexFormat;
import libp2p.core.Crypto;
import libp2p.core.Rng;
import libp2p.core.Violation;
import libp2p.core.identity.KeyType;
import libp2p.core.identity.PeerId;
import libp2p.core.identity.PrivateKey;
import libp2p.core.identity.PublicKey;
import libp2p.multiformats.Base;
import libp2p.multiformats.Cid;
import libp2p.multiformats.FormatException;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Multihash;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PeerIdTest {
    private static final Crypto CRYPTO = new BouncyCastleCrypto();
    // the examples of specs/peer-ids/peer-ids.md
    private static final String CID = "bafzbeie5745rpv2m6tjyuugywy4d5ewrqgqqhfnf445he3omzpjbx5xqxe";
    private static final String HASHED = "QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N";
    private static final String INLINED = "12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA";

    @Test
    void theSpecificationsExamplesAreReadAndWrittenAgain() {
        assertThat(PeerId.of(HASHED)).hasToString(HASHED);
        assertThat(PeerId.of(INLINED)).hasToString(INLINED);
        assertThat(PeerId.of(CID).toCid()).isEqualTo(CID);
        assertThat(PeerId.of(CID)).isEqualTo(PeerId.of(HASHED)).hasSameHashCodeAs(PeerId.of(HASHED));
        assertThat(PeerId.of(PeerId.of(INLINED).toCid())).isEqualTo(PeerId.of(INLINED));
    }

    @ParameterizedTest
    @EnumSource(Base.class)
    void aCidIsReadInAnyBase(Base base) {
        String text = Cid.v1(0x72, Multihash.parse(PeerId.of(HASHED).bytes())).toString(base);
        assertThat(PeerId.of(text)).isEqualTo(PeerId.of(HASHED));
    }

    @ParameterizedTest
    @EnumSource(KeyType.class)
    void shortKeysAreTheirOwnNamesAndLongOnesAreHashed(KeyType type) {
        PublicKey key = PrivateKey.generate(type, CRYPTO, Rng.seeded(1)).publicKey(CRYPTO);
        PeerId id = PeerId.of(key, CRYPTO);
        boolean inlined = type == KeyType.ED25519 || type == KeyType.SECP256K1;
        assertThat(id.bytes()[0]).isEqualTo((byte) (inlined ? Multihash.IDENTITY : Multihash.SHA2_256));
        assertThat(id.publicKey()).isEqualTo(inlined ? key : null);
        assertThat(id.matches(key, CRYPTO)).isTrue();
        assertThat(id.matches(PrivateKey.generate(type, CRYPTO, Rng.seeded(2)).publicKey(CRYPTO), CRYPTO)).isFalse();
        assertThat(PeerId.of(id.toString())).isEqualTo(id);
        assertThat(PeerId.of(id.toCid())).isEqualTo(id);
        assertThat(PeerId.of(id.bytes())).isEqualTo(id);
    }

    /** go-libp2p's record fixture (go-libp2p-core, peer/record_test.go). */
    @Test
    void aKeyOfGoHasTheNameThatGoGivesIt() {
        byte[] key = HexFormat.of().parseHex("0801122011bba3ed1721948cefb4e50b0a0bb5cad8a6b52dc7b1a40f4f6652105c91e2c4");
        assertThat(PeerId.of(PublicKey.decode(key), CRYPTO)).hasToString("12D3KooWB1b3qZxWJanuhtseF3DmPggHCtG36KZ9ixkqHtdKH9fh");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "",
        "Q",
        "1",
        "hello",
        "QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5", // cut short
        "QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5O0", // not base58
        "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi", // a CID of other content
        "zQmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N" // base58 with a multibase prefix, and no CID of version 1
    })
    void textOfAnotherFormIsRefused(String text) {
        assertThatThrownBy(() -> PeerId.of(text)).isInstanceOf(FormatException.class);
    }

    @Test
    void onlyWholeSha256AndShortInlinedBytesAreNames() {
        assertThat(PeerId.of(Multihash.of(Multihash.IDENTITY, new byte[42]).bytes()).publicKey()).isNull();
        refused(Multihash.of(Multihash.IDENTITY, new byte[43]).bytes());
        refused(Multihash.of(Multihash.IDENTITY, new byte[0]).bytes());
        refused(Multihash.of(Multihash.SHA2_256, new byte[31]).bytes());
        refused(Multihash.of(Multihash.SHA2_512, new byte[32]).bytes());
        refused(Multihash.of(Multihash.SHA2_512, new byte[64]).bytes());
        refused(new byte[0]);
        refused(new byte[100_000]);
    }

    private static void refused(byte[] bytes) {
        assertThatThrownBy(() -> PeerId.decode(bytes)).isInstanceOf(Violation.class);
        assertThatThrownBy(() -> PeerId.of(bytes)).isInstanceOf(FormatException.class);
    }

    @Test
    void anAddressTellsWhoAnswersThere() {
        PeerId relay = PeerId.of(HASHED);
        PeerId peer = PeerId.of(INLINED);
        assertThat(PeerId.of(Multiaddr.of("/ip4/1.2.3.4/tcp/1"))).isNull();
        assertThat(PeerId.of(Multiaddr.of("/ip4/1.2.3.4/tcp/1/p2p/" + peer))).isEqualTo(peer);
        assertThat(PeerId.of(Multiaddr.of("/ip4/1.2.3.4/tcp/1/p2p/" + relay + "/p2p-circuit"))).isNull();
        assertThat(PeerId.of(Multiaddr.of("/ip4/1.2.3.4/tcp/1/p2p/" + relay + "/p2p-circuit/p2p/" + peer))).isEqualTo(peer);
    }

    @Test
    void peersAreOrderedByTheirBytes() {
        PeerId inlined = PeerId.of(INLINED);
        PeerId hashed = PeerId.of(HASHED);
        assertThat(inlined).isLessThan(hashed).isEqualByComparingTo(PeerId.of(inlined.bytes())).isNotEqualTo(hashed);
    }

    @Test
    void anyBytesAreANameOrAViolation() {
        Rng rng = Rng.seeded(3);
        byte[][] seeds = {PeerId.of(INLINED).bytes(), PeerId.of(HASHED).bytes()};
        for (byte[] seed : seeds) {
            for (int i = 0; i < seed.length; i++) refused(Arrays.copyOf(seed, i));
            for (int i = 0; i < 20_000; i++) {
                byte[] b = Arrays.copyOf(seed, seed.length);
                b[rng.nextInt(8)] = (byte) rng.nextInt(256);
                try {
                    PeerId id = PeerId.decode(b);
                    assertThat(PeerId.of(id.toString()).bytes()).isEqualTo(b);
                    assertThat(id.publicKey() == null || id.matches(id.publicKey(), CRYPTO)).isTrue();
                } catch (Violation v) {
                    assertThat(v.getMessage()).isNotEmpty();
                }
            }
        }
    }
}
