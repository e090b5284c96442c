package libp2p.core.wire;

import java.util.ArrayDeque;
import libp2p.core.Buf;
import libp2p.core.Loop;
import libp2p.core.Rng;

/**
 * What belongs to a loop and is lent to the connections that live there: its randomness, and buffers.
 *
 * <p>A connection borrows a buffer only while it holds a half-received record or an unsent tail, so an idle one owns none. Used on its loop
 * only.
 */
public final class Workspace {
    /** The room of every buffer: two of the largest records, so that one can always be completed. */
    public static final int BUFFER = 128 * 1024;

    /** How many idle buffers are kept for the next borrower. */
    public static final int KEPT_MAX = 32;

    private final Loop loop;
    private final Rng rng;
    private final ArrayDeque<Buf> idle;
    private int lent;

    /** The workspace of a loop. */
    public Workspace(Loop loop, Rng rng) {
        this(loop, rng, new ArrayDeque<>());
    }

    /** The workspace of a loop that shares a thread, and therefore idle buffers, with the loop of another. */
    public Workspace(Loop loop, Rng rng, Workspace other) {
        this(loop, rng, other.idle);
    }

    private Workspace(Loop loop, Rng rng, ArrayDeque<Buf> idle) {
        this.loop = loop;
        this.rng = rng;
        this.idle = idle;
    }

    /** The loop it belongs to. */
    public Loop loop() {
        return loop;
    }

    /** The loop's randomness. */
    public Rng rng() {
        return rng;
    }

    /** An empty buffer of {@link #BUFFER} room, to be given back. */
    public Buf borrow() {
        lent++;
        Buf b = idle.pollLast();
        return b == null ? new Buf(BUFFER) : b.clear();
    }

    /** Takes a buffer back; whoever gave it must not touch it again. */
    public void giveBack(Buf buf) {
        if (buf.array.length != BUFFER) throw new IllegalArgumentException("not a buffer of this workspace: " + buf);
        lent--;
        if (idle.size() < KEPT_MAX) idle.addLast(buf);
    }

    /** How many buffers are out. */
    public int lent() {
        return lent;
    }
}
