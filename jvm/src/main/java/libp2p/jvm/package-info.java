/** Sockets, threads, name resolution and the JVM's cryptography: what turns the engine into a host that applications use. */
package libp2p.jvm;
