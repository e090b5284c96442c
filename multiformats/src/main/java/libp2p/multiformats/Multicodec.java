package libp2p.multiformats;

/**
 * The multicodec numbers that libp2p needs beside those of {@link Proto} and {@link Multihash}.
 *
 * <p>Source: multiformats/multicodec, table.csv.
 */
public final class Multicodec {
    /** CID version 1. */
    public static final int CIDV1 = 0x01;
    /** Raw binary: the content of a CID that nobody describes. */
    public static final int RAW = 0x55;
    /** MerkleDAG protobuf: the content of each CID version 0. */
    public static final int DAG_PB = 0x70;
    /** MerkleDAG CBOR. */
    public static final int DAG_CBOR = 0x71;
    /** The content of a peer id in the form of a CID. */
    public static final int LIBP2P_KEY = 0x72;
    /** Ed25519 public key. */
    public static final int ED25519_PUB = 0xed;
    /** IPNS record. */
    public static final int IPNS_RECORD = 0x0300;
    /** Payload type of a signed peer record. */
    public static final int LIBP2P_PEER_RECORD = 0x0301;
    /** Payload type of a relay reservation voucher. */
    public static final int LIBP2P_RELAY_RSVP = 0x0302;

    private Multicodec() {}
}
