/** The cryptography of libp2p in pure Java, by BouncyCastle's lightweight API. */
module libp2p.bouncycastle {
    requires transitive libp2p.core;
    requires org.bouncycastle.provider;

    exports libp2p.bouncycastle;
}
