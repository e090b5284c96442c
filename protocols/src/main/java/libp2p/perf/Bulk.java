package libp2p.perf;

import libp2p.core.Buf;
import libp2p.core.net.Stream;

/** A number of bytes of no meaning, to be written to a stream from one block. */
final class Bulk {
    private static final int BLOCK = 64 * 1024;

    private final Buf block;
    private long left;

    Bulk(long size) {
        left = size;
        block = new Buf((int) Math.min(size, BLOCK));
    }

    /** Writes what the stream takes now and returns how much that was. */
    int write(Stream stream) {
        long before = left;
        while (left > 0) {
            block.start = 0;
            block.end = (int) Math.min(left, block.array.length);
            int offered = block.end;
            int taken = stream.write(block);
            left -= taken;
            if (taken < offered || before - left > Integer.MAX_VALUE - BLOCK) break;
        }
        return (int) (before - left);
    }

    boolean isDone() {
        return left == 0;
    }
}
