/** The cryptography of libp2p in pure Java: on Android, in WebAssembly, in the simulator, and for what other providers lack. */
package libp2p.bouncycastle;
