/** The engine as JavaScript and WebAssembly. */
module libp2p.web {
    requires libp2p.sim;
}
