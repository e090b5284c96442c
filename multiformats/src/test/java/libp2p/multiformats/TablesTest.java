package libp2p.multiformats;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Our numbers are those of the public tables. */
class TablesTest {
    private static Map<String, Long> codes() {
        Map<String, Long> codes = new HashMap<>();
        for (String[] row : Vectors.rows("multiaddr/multicodec.csv")) {
            codes.put(row[0], Long.decode(row[2]));
        }
        return codes;
    }

    @Test
    void everyProtocolOfTheTableHasItsCodeAndSize() {
        int count = 0;
        for (String[] row : Vectors.rows("multiaddr/protocols.csv")) {
            Proto proto = Proto.of(row[2]);
            assertThat(proto).as(row[2]).isNotNull().isSameAs(Proto.of(Long.parseLong(row[0])));
            assertThat(proto.code()).as(row[2]).isEqualTo(Integer.parseInt(row[0]));
            assertThat(proto.size()).as(row[2]).isEqualTo(row[1].equals("V") ? Proto.VARIABLE : Integer.parseInt(row[1]));
            count++;
        }
        // One row is the former name of p2p.
        assertThat(Proto.values()).hasSize(count - 1);
    }

    @Test
    void protocolsHaveTheCodesOfTheMulticodecTable() {
        Map<String, Long> codes = codes();
        Map<String, String> otherNames = Map.of("memory", "memorytransport");
        for (Proto proto : Proto.values()) {
            assertThat(codes).as(proto.toString())
                .containsEntry(otherNames.getOrDefault(proto.toString(), proto.toString()), (long) proto.code());
        }
    }

    @Test
    void unknownProtocolsHaveNone() {
        assertThat(Proto.of("")).isNull();
        assertThat(Proto.of("TCP")).isNull();
        assertThat(Proto.of(7)).isNull();
        assertThat(Proto.of((1L << 32) + Proto.TCP.code())).isNull();
    }

    @Test
    void theMulticodecNumbersAreThoseOfTheTable() {
        assertThat(codes())
            .containsEntry("cidv1", (long) Multicodec.CIDV1)
            .containsEntry("raw", (long) Multicodec.RAW)
            .containsEntry("dag-pb", (long) Multicodec.DAG_PB)
            .containsEntry("dag-cbor", (long) Multicodec.DAG_CBOR)
            .containsEntry("libp2p-key", (long) Multicodec.LIBP2P_KEY)
            .containsEntry("ed25519-pub", (long) Multicodec.ED25519_PUB)
            .containsEntry("ipns-record", (long) Multicodec.IPNS_RECORD)
            .containsEntry("libp2p-peer-record", (long) Multicodec.LIBP2P_PEER_RECORD)
            .containsEntry("libp2p-relay-rsvp", (long) Multicodec.LIBP2P_RELAY_RSVP);
    }

    @Test
    void theHashNumbersAreThoseOfTheTable() {
        assertThat(codes())
            .containsEntry("identity", (long) Multihash.IDENTITY)
            .containsEntry("sha1", (long) Multihash.SHA1)
            .containsEntry("sha2-256", (long) Multihash.SHA2_256)
            .containsEntry("sha2-384", (long) Multihash.SHA2_384)
            .containsEntry("sha2-512", (long) Multihash.SHA2_512)
            .containsEntry("sha3-224", (long) Multihash.SHA3_224)
            .containsEntry("sha3-256", (long) Multihash.SHA3_256)
            .containsEntry("sha3-384", (long) Multihash.SHA3_384)
            .containsEntry("sha3-512", (long) Multihash.SHA3_512)
            .containsEntry("keccak-256", (long) Multihash.KECCAK_256)
            .containsEntry("blake3", (long) Multihash.BLAKE3)
            .containsEntry("blake2b-256", (long) Multihash.BLAKE2B_256)
            .containsEntry("blake2s-256", (long) Multihash.BLAKE2S_256);
    }
}
