package libp2p.core.wire;

import java.util.List;
import libp2p.core.Buf;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Violation;
import libp2p.core.net.Limits;
import libp2p.core.net.Pipe;
import libp2p.core.net.PipeHandler;
import libp2p.core.net.Role;
import libp2p.core.net.Scope;
import libp2p.core.net.StreamHandler;
import libp2p.multiformats.Nullable;

/**
 * A secured, multiplexed connection over a pipe: received bytes are opened record by record and given to the muxer, what the muxer has to
 * send is sealed and written.
 *
 * <p>It borrows buffers only while a record is half taken or half sent; an idle connection owns none.
 */
final class Wire extends KnownConnection implements PipeHandler {
    /** How many records are sent before other connections of the loop have their turn. */
    private static final int RECORDS_PER_TURN = 16;

    /** Records are gathered to this size before they are written: a call of the system each is dear where records are small. */
    private static final int WRITE_TARGET = 68 * 1024;

    /** How long a farewell may wait for the peer to take what was sent before it. */
    private static final long FAREWELL_NANOS = 1_000_000_000L;

    private final Pipe pipe;
    private final Security.Session session;
    private final Workspace workspace;
    private final Runnable release;
    private final boolean tapped;
    private Muxer.@Nullable Session muxer;
    private @Nullable Buf plain; // opened, and not yet taken by the muxer
    private @Nullable Buf out; // sealed, and not yet taken by the pipe
    private boolean flushPosted;
    private boolean recordCut; // the pipe holds a part of a record
    private long sentAt;
    private long receivedAt;
    private Cancellable watchdog = Cancellable.NONE;
    private boolean watching;
    private @Nullable CloseReason closing;
    private boolean gone;

    Wire(Facts facts, Surroundings node, Scope scope, Pipe pipe, Security.Session session, Workspace workspace, Runnable release) {
        super(facts, node, scope);
        this.pipe = pipe;
        this.session = session;
        this.workspace = workspace;
        this.release = release;
        this.tapped = node.observer().taps();
    }

    private Limits limits() {
        return surroundings().limits();
    }

    /** Begins; takes over what the upgrade still has to send, and what it has opened beyond its own. */
    void start(Muxer chosen, Role role, Buf unsent, @Nullable Buf opened) {
        if (unsent.isEmpty()) workspace.giveBack(unsent);
        else out = unsent;
        if (opened != null && opened.isEmpty()) workspace.giveBack(opened);
        else plain = opened;
        Muxer.Context context = new Muxer.Context(
                this,
                role == Role.INITIATOR,
                s -> inboundStream(),
                this::postFlush,
                this::resume,
                reason -> pipe.loop().execute(() -> closeRaw(reason)),
                session.plainMax(),
                workspace,
                limits(),
                scope(),
                surroundings().observer());
        muxer = chosen.start(context);
        pipe.handler(this);
        postFlush();
        if (plain != null) resume();
    }

    private Muxer.Session streams() {
        Muxer.Session m = muxer;
        if (m == null) throw new IllegalStateException("not started");
        return m;
    }

    // ---- receiving

    private void resume() {
        pipe.loop().execute(() -> {
            if (closing != null) return;
            receive(new Buf(0));
            pipe.read();
        });
    }

    @Override
    public void onData(Pipe p, Buf data) {
        if (closing != null) data.skip(data.size());
        else receive(data);
    }

    private void receive(Buf data) {
        Buf b = plain == null ? workspace.borrow() : plain;
        plain = null;
        try {
            receive(data, b);
        } catch (Violation v) {
            closeRaw(CloseReason.of(v));
        } catch (RuntimeException e) {
            surroundings().observer().bug("connection " + this, e);
            closeRaw(CloseReason.bug(e));
        } finally {
            if (b.isEmpty() || closing != null) {
                workspace.giveBack(b);
                recordCut = !data.isEmpty() && closing == null;
            } else {
                plain = b;
                recordCut = false; // it is we who wait, not the peer
            }
        }
        receivedAt = loop().nanoTime();
        if (recordCut) watch();
    }

    private void receive(Buf data, Buf b) {
        while (closing == null) {
            if (!b.isEmpty()) {
                if (tapped) surroundings().observer().tap(this, true, new Buf(b.array, b.start, b.end));
                streams().receive(b);
                if (!b.isEmpty()) return; // until readReady
                b.clear();
            }
            if (!session.open(data, b)) return;
        }
    }

    @Override
    public void onFinish(Pipe p) {
        ended(CloseReason.of(CloseReason.Kind.LOST, "the peer hung up"));
    }

    @Override
    public void onClose(Pipe p, CloseReason reason) {
        ended(reason);
    }

    // ---- sending

    private void postFlush() {
        if (flushPosted) return;
        flushPosted = true;
        pipe.loop().execute(() -> {
            flushPosted = false;
            flush();
        });
    }

    @Override
    public void onWritable(Pipe p) {
        flush();
    }

    private void flush() {
        if (gone) return;
        try {
            if (!write()) return;
            for (int n = 0; n < RECORDS_PER_TURN; n++) {
                boolean more = seal();
                if ((!more || !gathers()) && !write()) return;
                if (!more) return;
            }
            if (write()) postFlush();
        } catch (RuntimeException e) {
            surroundings().observer().bug("connection " + this, e);
            closeRaw(CloseReason.bug(e));
        } finally {
            if (closing != null && out == null && !gone) hangUp();
        }
    }

    /** Gives the pipe what is sealed; says whether it took all. */
    private boolean write() {
        Buf o = out;
        if (o == null) return true;
        if (pipe.write(o) > 0) sentAt = loop().nanoTime();
        if (!o.isEmpty()) {
            watch();
            return false;
        }
        out = null;
        workspace.giveBack(o);
        return true;
    }

    /** Whether another record goes into the same write. */
    private boolean gathers() {
        Buf o = out;
        return o == null || o.size() + session.sealedSize(session.plainMax()) <= WRITE_TARGET;
    }

    /** Seals the muxer's next bytes behind what is there, if there are any; says whether there may be more. */
    private boolean seal() {
        Buf p = workspace.borrow();
        boolean more = streams().transmit(p);
        boolean some = !p.isEmpty();
        if (some) {
            if (tapped) surroundings().observer().tap(this, false, new Buf(p.array, p.start, p.end));
            Buf o = out;
            if (o == null) {
                o = workspace.borrow();
                out = o;
                sentAt = loop().nanoTime();
            }
            session.seal(p, o);
        }
        workspace.giveBack(p);
        return more;
    }

    // ---- stalls

    /** Looks from time to time, as long as something is half done, whether it moves. */
    private void watch() {
        if (watching) return;
        watching = true;
        watchdog = loop().schedule(Math.min(limits().writeStallNanos(), limits().readStallNanos()) / 2, this::look);
    }

    private void look() {
        watching = false;
        if (gone || closing != null) return;
        long now = loop().nanoTime();
        if (out != null && now - sentAt >= limits().writeStallNanos()) {
            ended(CloseReason.of(CloseReason.Kind.TIMED_OUT, "the peer takes nothing of what is sent"));
        } else if (recordCut && now - receivedAt >= limits().readStallNanos()) {
            closeRaw(CloseReason.of(CloseReason.Kind.TIMED_OUT, "the peer stopped in the middle of a record"));
        } else if (out != null || recordCut) {
            watch();
        }
    }

    // ---- streams and ends

    @Override
    protected Cancellable openRaw(StreamHandler handler) {
        return streams().open(handler);
    }

    @Override
    protected void unpacedRaw() {
        if (closing == null) streams().unpaced();
    }

    @Override
    protected void drainRaw(long code) {
        if (closing == null) streams().drain(code);
    }

    /** Says goodbye: what is staged is sent first, then the muxer's farewell, then the pipe is closed. */
    @Override
    protected void closeRaw(CloseReason reason) {
        if (closing != null) return;
        closing = reason;
        watchdog.cancel();
        streams().close(reason);
        over(reason);
        watchdog = loop().schedule(FAREWELL_NANOS, this::hangUp);
        postFlush();
    }

    private void hangUp() {
        if (gone) return;
        Buf o = out;
        if (o == null) {
            o = workspace.borrow();
            session.close(o);
        }
        pipe.write(o);
        workspace.giveBack(o);
        out = null;
        CloseReason reason = closing;
        leave();
        pipe.close(reason == null ? CloseReason.FINISHED : reason);
    }

    /** The pipe is of no more use. */
    private void ended(CloseReason how) {
        if (gone) return;
        CloseReason said = streams().goodbye();
        CloseReason reason = said == null ? how : said.because(List.of(how));
        if (closing == null) {
            closing = reason;
            streams().close(reason);
            over(reason);
        }
        Buf o = out;
        out = null;
        if (o != null) workspace.giveBack(o);
        leave();
        pipe.close(reason);
    }

    private void leave() {
        gone = true;
        watchdog.cancel();
        Buf p = plain;
        plain = null;
        if (p != null) workspace.giveBack(p);
        streams().dispose();
        session.dispose();
        release.run();
    }
}
