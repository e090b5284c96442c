/** Echo: says back what it hears; for demonstrations and tests. */
package libp2p.echo;
