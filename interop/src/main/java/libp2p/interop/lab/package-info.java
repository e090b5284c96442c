/** The lab: puts two peers together, has them do something, compares what they say they saw, and writes down the outcome. */
package libp2p.interop.lab;
