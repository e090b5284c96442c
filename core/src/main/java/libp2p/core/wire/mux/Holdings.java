package libp2p.core.wire.mux;

import libp2p.core.net.Limits;
import libp2p.core.net.Scope;

/**
 * What the streams of a session hold or have promised in all: unread bytes, and windows beyond the first.
 *
 * <p>The budget is charged with the larger of the two, since bytes that arrive under a grown window were promised already.
 */
public final class Holdings {
    private final Limits limits;
    private final Scope scope;
    private long unread;
    private long grown;
    private long reserved;

    Holdings(Limits limits, Scope scope) {
        this.limits = limits;
        this.scope = scope;
    }

    /** Bytes arrived (or, negative, were read); {@link #fits} follows. */
    void hold(int n) {
        unread += n;
    }

    /** Grows a window by {@code n}, if that stays within the sum and the budget. */
    public boolean grow(int n) {
        if (unread + grown + n > limits.bytesUnreadPerConnectionMax()) return false;
        grown += n;
        if (settle()) return true;
        grown -= n;
        return false;
    }

    /** A window is gone that had grown by {@code n}. */
    public void shrink(int n) {
        grown -= n;
        settle();
    }

    /** Whether what is held stays within the sum and the budget, which is settled. */
    boolean fits() {
        return unread <= limits.bytesUnreadPerConnectionMax() && settle();
    }

    private boolean settle() {
        long due = Math.max(unread, grown);
        if (due > reserved) {
            if (!scope.reserve(Scope.Resource.BYTES, due - reserved)) return false;
            reserved = due;
        } else if (due < reserved) {
            scope.release(Scope.Resource.BYTES, reserved - due);
            reserved = due;
        }
        return true;
    }
}
