/** Our node as an application of the cross-implementation test suites, one class for each of their contracts. */
package libp2p.interop.contracts;
