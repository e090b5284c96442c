/** Speed and size of a node, beside what the machine could do without it. Not published. */
package libp2p.bench;
