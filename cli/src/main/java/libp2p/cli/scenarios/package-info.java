/** What {@code libp2p sim} can run. */
package libp2p.cli.scenarios;
