/** The words that everything else is said in: buffers, loops, callbacks, reasons, randomness and the crypto that a platform provides. */
package libp2p.core;
