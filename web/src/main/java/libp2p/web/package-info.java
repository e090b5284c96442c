/** The engine as JavaScript and WebAssembly; so far worlds of the simulator, to see that they run the same there. */
package libp2p.web;
