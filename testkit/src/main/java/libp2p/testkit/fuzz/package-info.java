/** Parsers and machines against damaged input, each run decided by its bytes alone. */
package libp2p.testkit.fuzz;
