package libp2p.core.wire.mux;

import libp2p.core.Buf;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Loop;
import libp2p.core.net.BaseStream;
import libp2p.core.net.Connection;
import libp2p.core.net.StreamHandler;
import libp2p.multiformats.Nullable;

/** One stream of a session; also what gives up its opening. */
public abstract class MuxStream extends BaseStream implements Cancellable {
    private final MuxSession<?> session;

    /** What the session finds it by; set once, when it begins. */
    long key;

    boolean live; // counted, and in the table
    boolean inbound;
    boolean nameless; // counted as without a protocol
    int held; // arrived, and not yet read
    boolean queued; // waits for its turn to write
    @Nullable MuxStream nextWriter;

    /** A stream of the peer's if {@code handler} is null, else one of ours. */
    protected MuxStream(MuxSession<?> session, @Nullable StreamHandler handler) {
        super(handler == null ? NOBODY : handler, session.context().observer());
        this.session = session;
        this.inbound = handler == null;
    }

    /** What the session finds it by. */
    protected final long key() {
        return key;
    }

    /** Whether the peer opened it. */
    public final boolean isInbound() {
        return inbound;
    }

    /** Whether its first frame was sent or received, and the end has not come. */
    public final boolean isLive() {
        return live;
    }

    /** How many bytes arrived that were not read yet. */
    public final int held() {
        return held;
    }

    /** {@code n} bytes were read: credit for the peer, where the muxer has such. */
    protected abstract void credit(int n);

    @Override
    protected final void consumed(int n) {
        held -= n;
        session.read(n);
        credit(n);
    }

    @Override
    public final Connection connection() {
        return session.context().connection();
    }

    @Override
    public final Loop loop() {
        return session.loop();
    }

    @Override
    public final void cancel() {
        loop().execute(this::cancelOpening);
    }

    private void cancelOpening() {
        if (wasOpened()) return;
        if (live) abort(CloseReason.CANCELLED);
        else endedSoon(CloseReason.CANCELLED);
    }

    @Override
    protected final void negotiated() {
        session.negotiated(this);
    }

    @Override
    protected final void removed(CloseReason reason) {
        session.removed(this);
    }

    final void begin() {
        openedSoon();
    }

    final void begin(StreamHandler first) {
        opened(first);
    }

    final void turn() {
        writable();
    }

    final void data(Buf view) {
        held += view.size();
        arrived(view);
    }
}
