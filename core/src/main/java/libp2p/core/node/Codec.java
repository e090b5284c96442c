package libp2p.core.node;

import libp2p.core.Buf;
import libp2p.multiformats.Varint;

/**
 * How messages of one kind are written to bytes and read back; pure, and so legal on any loop.
 *
 * <p>In a stream each message follows its length, an unsigned varint.
 *
 * @param <M> an immutable message
 */
public interface Codec<M> {
    /** The largest message in bytes, without its length; larger ones are neither sent nor taken. */
    int sizeMax();

    /** How many bytes {@link #write} will append. */
    int size(M message);

    /** Appends the message; there is room for it. */
    void write(M message, Buf out);

    /** Reads the message, which is all of the data, lent for this call; throws {@link libp2p.core.Violation} and nothing else. */
    M read(Buf data);

    /** The message after its length, in a buffer of its own; {@link IllegalArgumentException} if it is larger than {@link #sizeMax}. */
    default Buf frame(M message) {
        int size = size(message);
        if (size < 0 || size > sizeMax()) throw new IllegalArgumentException("a message of " + size + " bytes, of at most " + sizeMax());
        Buf frame = new Buf(Varint.size(size) + size);
        frame.putVarint(size);
        write(message, frame);
        if (frame.room() != 0) throw new IllegalStateException("a message of another size than it said");
        return frame;
    }
}
