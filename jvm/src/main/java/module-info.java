/** Sockets, threads, name resolution and the JVM's cryptography: what turns the engine into a host that applications use. */
module libp2p.jvm {
    requires transitive libp2p.core;
    requires libp2p.bouncycastle;
    requires static org.conscrypt;
    requires org.dnsjava;
    requires org.slf4j;

    uses libp2p.core.Crypto;
    uses libp2p.core.net.Transport;
    uses libp2p.core.wire.Security;

    exports libp2p.jvm;
}
