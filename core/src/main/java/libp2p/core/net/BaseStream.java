package libp2p.core.net;

import libp2p.core.Buf;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.Violation;
import libp2p.multiformats.Nullable;

/**
 * The part that streams of all muxers and transports have in common: who handles it, what lies unread, and how it ends.
 *
 * <p>The wire below calls {@code opened, arrived, arrivedEnd, arrivedReset, arrivedStop, writable, ended}; it implements {@code transmit,
 * transmitFinish, transmitReset, transmitStop, consumed, removed}. All on the stream's loop.
 */
public abstract class BaseStream implements Stream {

    /** Looks at received bytes before the handler does; how a protocol selection that was answered late is taken out of the way. */
    public interface Filter {
        /** Takes what is its own from {@code data}; true once it is done and the rest is the handler's. Throws Violation. */
        boolean take(Stream stream, Buf data);
    }

    /** Hears of the stream what its connection must know; on the stream's loop. */
    public interface Lifecycle {
        /** A protocol was agreed on, for the first time. */
        void named(BaseStream stream, String protocol);

        /** The stream is over and its place is free. */
        void over(BaseStream stream, CloseReason reason);
    }

    /** Handles a stream until it is known who does. */
    protected static final StreamHandler NOBODY = new StreamHandler() {
        @Override
        public void onData(Stream stream, Buf data) {}

        @Override
        public void onFinish(Stream stream) {}
    };

    /** What a handler can be told, the bytes and the end apart. */
    private enum Event { OPEN, WRITABLE, FINISH, STOP, DRAIN }

    private final Observer observer;
    private @Nullable Lifecycle lifecycle;
    private StreamHandler handler;
    private String protocol = "";
    private String agreeing = "";
    private @Nullable Filter filter;
    private @Nullable Buf unread;
    private @Nullable Runnable offering; // made when first needed, then kept: reading goes on without garbage
    private boolean busy; // a handler is being called
    private boolean giving; // and it is onData
    private boolean serving; // what has arrived is being given out
    private boolean handed; // a handler that is being called has put another in its place, who is told when it returns
    private boolean offerPosted;
    private boolean opening = true;
    private boolean everOpened;
    private boolean peerFinished;
    private boolean finishTold;
    private boolean finished;
    private boolean stopped;
    private @Nullable CloseReason end;
    private boolean closeTold;

    /** A stream whose handler hears of it once {@link #opened} is called. */
    protected BaseStream(StreamHandler handler, Observer observer) {
        this.handler = handler;
        this.observer = observer;
    }

    // ---- what the wire implements

    /** Takes what fits now, and says how much; remembers to call {@link #writable} if that was short. */
    protected abstract int transmit(Buf source);

    /** Sends the half-close, after what was transmitted. */
    protected abstract void transmitFinish();

    /** Sends the reset; nothing is sent afterwards. */
    protected abstract void transmitReset(long code);

    /** Tells the peer to stop sending, where the wire can; what arrives is then discarded here. */
    protected void transmitStop(long code) {}

    /** {@code n} bytes more were read or discarded: credit for the peer. */
    protected abstract void consumed(int n);

    /** The stream is over in both directions, and its place is free. */
    protected abstract void removed(CloseReason reason);

    /** A protocol was agreed on, for the first time. */
    protected void negotiated() {}

    /** The handler is about to be called (true), or has returned; for a wire that checks that effects never call back. */
    protected void handlerCalled(boolean begins) {}

    // ---- what the wire calls

    /** The handler may begin; it hears {@code onOpen} within this call. */
    protected final void opened() {
        tellOpen();
        offer(null);
    }

    /** The same for a stream of the peer's, whose handler is known only now; one that was put in place meanwhile wins. */
    protected final void opened(StreamHandler first) {
        if (handler == NOBODY) handler = first;
        opened();
    }

    /** The same, in a task of its own. */
    protected final void openedSoon() {
        postOffer();
    }

    /** Bytes arrived; those the handler leaves are kept here. */
    protected final void arrived(Buf data) {
        if (end != null) return;
        if (stopped) {
            int n = data.size();
            data.skip(n);
            consumed(n);
            return;
        }
        offer(data);
    }

    /** The peer half-closed. */
    protected final void arrivedEnd() {
        if (peerFinished || end != null) return;
        peerFinished = true;
        offer(null);
    }

    /** The peer reset the stream. */
    protected final void arrivedReset(long code) {
        ended(CloseReason.of(CloseReason.Kind.PEER_RESET, code, ""));
    }

    /** The peer wants no more of our bytes. */
    protected final void arrivedStop(long code) {
        if (finished || end != null) return;
        finished = true;
        tell(Event.STOP, code);
        finishIfDone();
    }

    /** The connection drains; in a task of the wire's own. */
    public final void draining() {
        tellOpen();
        if (end == null) tell(Event.DRAIN, 0);
    }

    /** There is room again. */
    protected final void writable() {
        if (end == null && !finished) tell(Event.WRITABLE, 0);
    }

    /** A datagram came. */
    protected final void arrivedDatagram(Buf data) {
        if (end != null || opening) return;
        boolean outer = busy;
        busy = true;
        try {
            handler.onDatagram(this, data);
        } catch (RuntimeException e) {
            failed(e);
        } finally {
            busy = outer;
        }
        handOver();
    }

    /** The stream is over, whatever it was doing; tells the handler within this call, or after it if a handler is being called. */
    public final void ended(CloseReason reason) {
        if (end != null) return;
        over(reason);
        if (busy) loop().execute(this::tellClose);
        else tellClose();
    }

    private void over(CloseReason reason) {
        end = reason;
        unread = null;
        removed(reason);
        if (lifecycle != null) lifecycle.over(this, reason);
    }

    /** Names the protocol of a stream that needs no negotiation. */
    protected final void name(String id) {
        protocol = id;
    }

    /** Names the protocol that is about to be agreed on, for whoever is asked to handle it; {@link #handler} makes it so. */
    public final void agreeing(String id) {
        agreeing = id;
    }

    /** Puts another handler in place of one that has heard nothing yet. */
    protected final void replace(StreamHandler first) {
        handler = first;
    }

    /** Who hears of its naming and its end. */
    public final void lifecycle(Lifecycle owner) {
        lifecycle = owner;
    }

    /** The stream is over, and the handler hears of it in a task of its own; nothing is sent. */
    public final void endedSoon(CloseReason reason) {
        if (end == null) end(reason);
    }

    /** Gives up both directions for a reason of our own; the peer hears its code. {@code onClose} follows. */
    public final void abort(CloseReason reason) {
        fail(reason);
    }

    /** Puts a filter before the handler; what lies unread goes through it too. */
    public final void filter(Filter first) {
        filter = first;
    }

    /** Bytes that arrived and were not read yet. */
    protected final int unreadSize() {
        Buf u = unread;
        return u == null ? 0 : u.size();
    }

    /** Whether nothing can be said any more. */
    protected final boolean finishedSending() {
        return finished || end != null;
    }

    /** Whether the stream is over. */
    protected final boolean isEnded() {
        return end != null;
    }

    /** Whether a handler has heard {@code onOpen}. */
    protected final boolean wasOpened() {
        return everOpened;
    }

    /** Who handles the stream now. */
    protected final StreamHandler handler() {
        return handler;
    }

    // ---- what the handler calls

    @Override
    public final String protocol() {
        return protocol.isEmpty() ? agreeing : protocol;
    }

    @Override
    public final int write(Buf source) {
        if (finished || end != null || source.isEmpty()) return 0;
        return transmit(source);
    }

    @Override
    public final void finish() {
        if (finished || end != null) return;
        finished = true;
        transmitFinish();
        finishIfDone();
    }

    @Override
    public final void reset(long code) {
        if (end != null) return;
        transmitReset(Codes.checked(code));
        end(CloseReason.of(CloseReason.Kind.RESET, code, ""));
    }

    @Override
    public final void stop(long code) {
        if (stopped || end != null) return;
        stopped = true;
        transmitStop(Codes.checked(code));
        filter = null;
        if (!giving) { // else whoever gives settles
            Buf u = unread;
            unread = null;
            if (u != null) consumed(u.size());
        }
        if (peerFinished) {
            finishTold = true;
            finishIfDone();
        }
    }

    @Override
    public final void read() {
        postOffer();
    }

    @Override
    public final void handler(@Nullable String id, StreamHandler next) {
        CloseReason ended = end;
        if (ended != null) {
            loop().execute(() -> next.onClose(this, ended));
            return;
        }
        if (id != null) {
            boolean first = protocol.isEmpty();
            protocol = id;
            if (first) {
                negotiated();
                if (lifecycle != null) lifecycle.named(this, id);
            }
        }
        handler = next;
        opening = true;
        finishTold = false;
        if (busy) handed = true;
        else postOffer();
    }

    // ---- the order of things

    private void postOffer() {
        if (offerPosted || end != null) return;
        offerPosted = true;
        Runnable again = offering;
        if (again == null) {
            again = () -> {
                offerPosted = false;
                tellOpen();
                offer(null);
            };
            offering = again;
        }
        loop().execute(again);
    }

    /** A handler has returned that has put another in its place: that one begins. */
    private void handOver() {
        if (!handed || busy || serving) return;
        handed = false;
        tellOpen();
        offer(null);
    }

    private void tellOpen() {
        if (!opening || end != null) return;
        opening = false;
        everOpened = true;
        tell(Event.OPEN, 0);
    }

    /** Gives the handler what lies unread and then {@code fresh}; keeps what it leaves. Allocates nothing if all is taken. */
    private void offer(@Nullable Buf fresh) {
        if (end != null) {
            if (fresh != null) fresh.skip(fresh.size());
            return;
        }
        Buf data = unread;
        if (data == null) {
            data = fresh;
        } else if (fresh != null) {
            // Moving what is unread to the front is paid for by the many bytes that then fit, however small the pieces.
            if (data.room() < fresh.size()) data.grow(Math.max(fresh.size(), data.size() / 2));
            fresh.moveTo(data, fresh.size());
        }
        if (data != null && !data.isEmpty()) {
            int before = data.size();
            if (!opening && !busy) serve(data);
            settle(data, fresh, before);
        }
        tellFinish();
    }

    /** Gives the handler the bytes, and what it leaves to the one that it puts in its place. */
    private void serve(Buf data) {
        serving = true;
        give(data);
        while (handed && end == null && !stopped) {
            handed = false;
            tellOpen();
            if (!handed && !data.isEmpty() && end == null && !stopped) give(data);
        }
        serving = false;
        if (handed) postOffer(); // it has stopped reading
        handed = false;
    }

    private void give(Buf data) {
        busy = true;
        giving = true;
        try {
            Filter f = filter;
            if (f != null) {
                if (!f.take(this, data)) return;
                if (filter == f) filter = null;
            }
            if (data.isEmpty()) return;
            handlerCalled(true);
            handler.onData(this, data);
        } catch (RuntimeException e) {
            failed(e);
        } finally {
            handlerCalled(false);
            busy = false;
            giving = false;
        }
    }

    private void settle(Buf data, @Nullable Buf fresh, int before) {
        int taken = before - data.size();
        if (end != null || stopped) {
            if (fresh != null) fresh.skip(fresh.size());
            unread = null;
            taken = before;
        } else if (data.isEmpty()) {
            unread = null;
        } else {
            unread = data == fresh ? new Buf(fresh.takeAll()) : data;
        }
        if (taken > 0 && end == null) consumed(taken);
    }

    private void tellFinish() {
        if (!peerFinished || finishTold || opening || busy || end != null) return;
        if (unread != null && filter == null) return; // what a filter has left is cut short for good
        if (stopped) { // who wants no more needs no end of it
            finishTold = true;
            finishIfDone();
            return;
        }
        if (filter != null) {
            fail(CloseReason.of(CloseReason.Kind.UNSUPPORTED, Codes.PROTOCOL_NEGOTIATION_FAILED,
                    "the peer finished before it agreed on a protocol"));
            return;
        }
        finishTold = true;
        tell(Event.FINISH, 0);
        if (isDone()) ended(CloseReason.FINISHED);
    }

    private boolean isDone() {
        return finished && peerFinished && finishTold && end == null;
    }

    private void finishIfDone() {
        if (isDone()) end(CloseReason.FINISHED);
    }

    private void fail(CloseReason reason) {
        if (end != null) return;
        transmitReset(Codes.checked(reason.code()));
        end(reason);
    }

    /** Over, by our own doing: the handler hears of it in a task of its own. */
    private void end(CloseReason reason) {
        over(reason);
        loop().execute(this::tellClose);
    }

    private void tellClose() {
        CloseReason reason = end;
        if (closeTold || reason == null) return;
        closeTold = true;
        boolean outer = busy;
        busy = true;
        try {
            handlerCalled(true);
            handler.onClose(everOpened ? this : null, reason);
        } catch (RuntimeException e) {
            failed(e);
        } finally {
            handlerCalled(false);
            busy = outer;
        }
    }

    /** Calls the handler; what it throws resets this stream and nothing else. */
    private void tell(Event event, long code) {
        boolean outer = busy;
        busy = true;
        try {
            handlerCalled(true);
            switch (event) {
                case OPEN -> handler.onOpen(this);
                case WRITABLE -> handler.onWritable(this);
                case FINISH -> handler.onFinish(this);
                case STOP -> handler.onStop(this, code);
                case DRAIN -> handler.onDrain(this);
            }
        } catch (RuntimeException e) {
            failed(e);
        } finally {
            handlerCalled(false);
            busy = outer;
        }
        handOver();
    }

    private void failed(RuntimeException e) {
        if (e instanceof Violation v) {
            fail(CloseReason.of(v));
        } else {
            observer.bug("stream " + protocol, e);
            fail(CloseReason.bug(e));
        }
    }
}
