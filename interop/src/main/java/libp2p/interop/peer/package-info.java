/** Our node as one of the peers of the lab: interop/peers/README.md has the contract that it speaks. */
package libp2p.interop.peer;
