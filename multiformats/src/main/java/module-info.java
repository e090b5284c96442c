/** The self-describing formats of libp2p: varint, multibase, multihash, CID and multiaddr. */
module libp2p.multiformats {
    exports libp2p.multiformats;
}
