package libp2p.gossipsub;

import java.nio.charset.StandardCharsets;
import libp2p.core.Buf;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.Crypto;
import libp2p.core.Violation;
import libp2p.core.identity.Identity;
import libp2p.core.identity.PeerId;
import libp2p.core.identity.PublicKey;
import libp2p.core.node.Node;
import libp2p.multiformats.Nullable;

/** Signatures of messages (specs/pubsub/README.md, "Message Signing"). */
final class Signing {
    private static final String PREFIX = "libp2p-pubsub:";

    static final int PREFIX_SIZE = PREFIX.length();

    private static final int SEQNO_SIZE = 8;

    private Signing() {}

    static void prefix(Buf out) {
        out.put(PREFIX.getBytes(StandardCharsets.US_ASCII));
    }

    /** What is wrong with the message's fields under the policy; null if nothing is that can be told without arithmetic. */
    static @Nullable Rejection fault(Message m, SignPolicy policy) {
        if (policy == SignPolicy.STRICT_NO_SIGN) {
            if (m.signature() != null || m.key() != null) return Rejection.UNEXPECTED_SIGNATURE;
            return m.fromBytes() != null || m.seqnoBytes() != null ? Rejection.UNEXPECTED_AUTHOR : null;
        }
        byte[] seqno = m.seqnoBytes();
        if (m.signature() == null || m.fromBytes() == null || seqno == null) return Rejection.MISSING_SIGNATURE;
        return m.from() == null || seqno.length != SEQNO_SIZE ? Rejection.INVALID_SIGNATURE : null;
    }

    /** Whether the message's author has signed it; pure, and slow. */
    static boolean verify(Message m, Crypto crypto) {
        PeerId from = m.from();
        byte[] signature = m.signature();
        if (from == null || signature == null) return false;
        PublicKey key = from.publicKey();
        byte[] said = m.key();
        if (said != null) {
            try {
                key = PublicKey.decode(said);
            } catch (Violation v) {
                return false;
            }
            if (!from.matches(key, crypto)) return false;
        }
        return key != null && key.verify(crypto, m.signed(), signature);
    }

    /** Signs a message of ours and calls back on the node's loop. */
    static Cancellable sign(Node node, String topic, byte[] data, byte[] seqno, RpcLimits limits, Callback<? super Message> done) {
        Identity self = node.identity();
        byte[] from = self.id().bytes();
        byte[] bare = Message.encode(topic, data, from, seqno, null, null);
        Buf signed = new Buf(PREFIX_SIZE + bare.length);
        prefix(signed);
        signed.put(bare);
        byte[] key = self.id().publicKey() == null ? self.publicKey().encode() : null; // go leaves it out where the id has it inside
        return self.sign(signed.array, node.loop(), (signature, failure) -> {
            if (signature == null) {
                done.done(null, failure);
                return;
            }
            done.done(Message.make(topic, data, from, seqno, signature, key, self.id(), node.loop().nanoTime(), limits), null);
        });
    }
}
