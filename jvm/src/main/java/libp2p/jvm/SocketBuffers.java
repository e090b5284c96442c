package libp2p.jvm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import libp2p.core.Buf;
import libp2p.core.net.Pipe;
import libp2p.multiformats.Nullable;

/**
 * The buffers that the sockets of one loop share: one outside the heap for the system calls, and heap buffers that are borrowed.
 *
 * <p>A pipe borrows one while it holds unread bytes; an idle one owns none. Used on its loop only.
 */
final class SocketBuffers {
    /** The room of each buffer. */
    static final int SIZE = Pipe.HELD_MIN;

    /** How many idle buffers are kept for the next borrower. */
    static final int KEPT_MAX = 16;

    private final ArrayDeque<Buf> idle = new ArrayDeque<>();
    private @Nullable ByteBuffer direct;
    private int lent;

    /** How many sockets wait for their peers to close. */
    int lingering;

    /** An empty buffer of {@link #SIZE} room, to be given back. */
    Buf borrow() {
        lent++;
        Buf b = idle.pollLast();
        return b == null ? new Buf(SIZE) : b.clear();
    }

    /** Takes a buffer back; whoever gave it must not touch it again. */
    void giveBack(Buf buf) {
        lent--;
        // A handler may have exchanged the array for one of its own.
        if (buf.array.length == SIZE && idle.size() < KEPT_MAX) idle.addLast(buf);
    }

    /** How many buffers are out. */
    int lent() {
        return lent;
    }

    /** Reads once, as much as there is room for; as {@link SocketChannel#read(ByteBuffer)}. */
    @BeyondAndroid26("methods of ByteBuffer that give a Buffer there")
    int read(SocketChannel from, Buf to) throws IOException {
        ByteBuffer d = direct();
        d.clear().limit(Math.min(SIZE, to.room()));
        int n = from.read(d);
        if (n <= 0) return n;
        d.flip();
        d.get(to.array, to.end, n);
        to.end += n;
        return n;
    }

    /** Writes what the socket takes, and takes that from the source; says whether it took all. */
    @BeyondAndroid26("methods of ByteBuffer that give a Buffer there")
    boolean write(SocketChannel to, Buf source) throws IOException {
        ByteBuffer d = direct();
        while (!source.isEmpty()) {
            int n = Math.min(SIZE, source.size());
            d.clear();
            d.put(source.array, source.start, n);
            d.flip();
            int taken = to.write(d);
            source.start += taken;
            if (taken < n) return false;
        }
        return true;
    }

    void free() {
        idle.clear();
        direct = null;
    }

    private ByteBuffer direct() {
        ByteBuffer d = direct;
        if (d == null) {
            d = ByteBuffer.allocateDirect(SIZE);
            direct = d;
        }
        return d;
    }
}
