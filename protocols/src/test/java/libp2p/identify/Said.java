package libp2p.identify;

import java.nio.charset.StandardCharsets;
import libp2p.core.Buf;
import libp2p.core.proto.ProtoWriter;

/** Identify messages as a test wants them, right or wrong. */
final class Said {
    private final Buf all = new Buf(64);
    private final Buf message = new Buf(64);

    Said bytes(int field, byte[] value) {
        new ProtoWriter(message).bytes(field, value);
        return this;
    }

    Said text(int field, String value) {
        return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    /** Ends a message; the next begins. */
    Said cut() {
        all.grow(9 + message.size()).putVarint(message.size()).put(message.array, message.start, message.size());
        message.clear();
        return this;
    }

    /** What was said so far, with a last message that is not ended yet. */
    byte[] frames() {
        cut();
        return all.takeAll();
    }
}
