package libp2p.core.wire.mux;

import libp2p.core.Buf;
import libp2p.core.wire.Workspace;
import libp2p.multiformats.Nullable;

/**
 * Frames of one session on their way out, in order; a borrowed buffer that is given back as soon as it is empty.
 *
 * <p>Data may fill one record. Control frames always find a place; whoever lets a peer cause them looks at {@link #backlog} first.
 */
public final class Staging {
    private static final int OVERFLOW = 4 * 1024;

    private final Workspace workspace;
    private final int plainMax;
    private @Nullable Buf staged;
    private @Nullable Buf overflow; // what no longer fits into the buffer: control frames while the peer takes nothing

    /** Staging for records of at most {@code plainMax} bytes. */
    public Staging(Workspace workspace, int plainMax) {
        this.workspace = workspace;
        this.plainMax = Math.min(plainMax, Workspace.BUFFER);
    }

    /** Whether nothing waits. */
    public boolean isEmpty() {
        return staged == null;
    }

    /** How many bytes of data frames, headers included, there is room for. */
    public int dataRoom() {
        Buf b = staged;
        return b == null ? plainMax : plainMax - b.size();
    }

    /** How many bytes wait beyond a full record: control frames that the peer did not take. */
    public int backlog() {
        Buf b = staged;
        Buf o = overflow;
        return b == null ? 0 : Math.max(0, b.size() - plainMax) + (o == null ? 0 : o.size());
    }

    /** Where to append a data frame, for which there is room. */
    public Buf data() {
        Buf b = staged;
        if (b == null) {
            b = workspace.borrow();
            staged = b;
        }
        return b;
    }

    /** Where to append a control frame of at most {@code n} bytes. */
    public Buf control(int n) {
        Buf o = overflow;
        if (o == null) {
            Buf b = data();
            if (b.room() >= n) return b;
            o = new Buf(OVERFLOW);
            overflow = o;
        }
        return o.grow(n);
    }

    /** Hands over what fits one record; without a copy if {@code plain} is an empty buffer of the workspace. */
    public void moveTo(Buf plain) {
        Buf b = staged;
        if (b == null) return;
        if (b.size() <= plainMax && overflow == null && plain.isEmpty() && plain.array.length == b.array.length) {
            plain.swap(b);
        } else {
            b.moveTo(plain, plainMax - plain.size());
            b.compact();
            Buf o = overflow;
            if (o != null) {
                o.moveTo(b, o.size());
                if (o.isEmpty()) overflow = null;
            }
            if (!b.isEmpty()) return;
        }
        staged = null;
        workspace.giveBack(b);
    }

    /** Forgets what waits and gives the buffer back. */
    public void dispose() {
        Buf b = staged;
        staged = null;
        overflow = null;
        if (b != null) workspace.giveBack(b);
    }
}
