/** The protobuf wire format, written and read by hand. */
package libp2p.core.proto;
