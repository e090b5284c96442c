/** Networks of nodes that gossip, told what to do by scripts, and the load of one node: what implementations do beside each other. */
package libp2p.interop.gossip;
