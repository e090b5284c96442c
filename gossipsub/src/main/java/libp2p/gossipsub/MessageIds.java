package libp2p.gossipsub;

import libp2p.core.Crypto;
import libp2p.multiformats.Nullable;

/**
 * How the messages of a topic are named; all peers of the topic must do it alike.
 *
 * <p>Called once for each message, when it has come and is not a copy, byte for byte, of one that came before; copies are known by their
 * bytes and cost no call. May {@link Message#attach} what it made of the message for the validator, such as the payload decompressed.
 * Runs on the loop of the connection that the message came on, so several at once where there are several loops, and must not block.
 * Data may be malformed; what is thrown is a bug, and ends the stream that the message came on.
 */
@FunctionalInterface
public interface MessageIds {
    /** The id of the message, whose {@link Message#id} is not there yet. */
    MessageId of(Message message);

    /** Author and number, the default where messages are signed (specs/pubsub/README.md, "Message Identification"). */
    MessageIds ORIGIN = message -> {
        byte[] from = bytes(message.fromBytes());
        byte[] seqno = bytes(message.seqnoBytes());
        byte[] id = new byte[from.length + seqno.length];
        System.arraycopy(from, 0, id, 0, from.length);
        System.arraycopy(seqno, 0, id, from.length, seqno.length);
        return MessageId.own(id);
    };

    /** The SHA-256 of the payload, for messages that are not signed. */
    static MessageIds sha256(Crypto crypto) {
        return message -> MessageId.own(crypto.sha256(message.data()));
    }

    private static byte[] bytes(byte @Nullable [] value) {
        return value == null ? new byte[0] : value;
    }
}
