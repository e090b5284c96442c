/** The {@code libp2p} command. */
package libp2p.cli;
