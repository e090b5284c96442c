package libp2p.core.node;

import libp2p.core.Buf;
import libp2p.core.Violation;
import libp2p.multiformats.Nullable;
import libp2p.multiformats.Varint;

/**
 * Takes frames, each after its length as an unsigned varint, out of a stream of bytes, however they are cut.
 *
 * <p>A frame's length is checked before anything is kept; what is kept grows by the bytes received. Between frames nothing is held.
 */
public final class Frames {
    private final int sizeMax;
    private int lengthBytes;
    private long length;
    private int size = -1; // of the frame that has begun, once its length is known
    private @Nullable Buf part;

    /** Frames of at most {@code sizeMax} bytes. */
    public Frames(int sizeMax) {
        if (sizeMax < 0) throw new IllegalArgumentException("size " + sizeMax);
        this.sizeMax = sizeMax;
    }

    /**
     * The next frame, lent until the next call, or null once all of {@code data} is taken and none is whole.
     *
     * @throws Violation if a length is malformed or too large
     */
    public @Nullable Buf next(Buf data) {
        if (size < 0 && !readLength(data)) return null;
        Buf held = part;
        if (held == null) {
            if (data.size() >= size) {
                Buf frame = data.slice(size);
                size = -1;
                return frame;
            }
            held = new Buf(data.size());
            part = held;
        }
        int more = Math.min(size - held.size(), data.size());
        held.grow(more);
        data.moveTo(held, more);
        if (held.size() < size) return null;
        part = null;
        size = -1;
        return held;
    }

    /** Whether a frame or its length has begun and is not all there. */
    public boolean begun() {
        return size >= 0 || lengthBytes > 0;
    }

    /** How many bytes a frame of {@code size} takes on a stream, with its length. */
    static int whole(int size) {
        return Varint.size(size) + size;
    }

    private boolean readLength(Buf data) {
        while (!data.isEmpty()) {
            int b = data.u8();
            length |= (long) (b & 0x7f) << 7 * lengthBytes++;
            if (length > sizeMax) throw new Violation("a frame of more than " + sizeMax + " bytes");
            if (b < 0x80) {
                if (b == 0 && lengthBytes > 1) throw new Violation("a length that is not in its shortest form");
                size = (int) length;
                length = 0;
                lengthBytes = 0;
                return true;
            }
            if (lengthBytes == Varint.SIZE_MAX) throw new Violation("a length of more than " + Varint.SIZE_MAX + " bytes");
        }
        return false;
    }
}
