/** Contracts to extend, and the small worlds they run in. */
package libp2p.testkit;
