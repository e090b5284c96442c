/** Small programs to read and to start from. */
package libp2p.examples;
