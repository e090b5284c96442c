package libp2p.sim;

import libp2p.core.Buf;
import libp2p.core.CloseReason;
import libp2p.core.Loop;
import libp2p.core.net.Pipe;
import libp2p.core.net.PipeHandler;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;

/** One end of a byte pipe, which the node upgrades as it does a TCP connection; the fidelity BYTES. */
final class SimPipe implements Pipe, Line, Chunk.Port {
    /** Bytes that may be on their way or unread in one direction: a reader that waits for {@link Pipe#HELD_MIN} gets them. */
    private static final int WINDOW = 2 * HELD_MIN;

    private final Life life;
    private final SimHost remoteHost;
    private final Multiaddr local;
    private final Multiaddr remote;
    private final @Nullable Flow flow; // through NATs
    private @Nullable SimPipe far;
    private @Nullable PipeHandler handler;
    private @Nullable Chunk out; // what this turn sends
    private @Nullable Buf held; // arrived, and not read
    private long lastArrival;
    private int room = WINDOW;
    private int read; // and not told the peer yet
    private boolean wanting;
    private boolean offering; // a task is on its way
    private boolean finished;
    private boolean peerFinished;
    private boolean finishTold;
    private @Nullable CloseReason end;
    private boolean closeTold;

    SimPipe(Life life, SimHost remoteHost, Multiaddr local, Multiaddr remote, @Nullable Flow flow) {
        this.life = life;
        this.remoteHost = remoteHost;
        this.local = local;
        this.remote = remote;
        this.flow = flow;
        life.pipes().add(this);
    }

    /** The two are the ends of one pipe. */
    void join(SimPipe other) {
        far = other;
        other.far = this;
    }

    private Chunk out() {
        Chunk c = out;
        if (c == null) {
            c = new Chunk(this, remoteHost);
            out = c;
            life.host().timeline().departing(c);
        }
        return c;
    }

    // ---- the pipe

    @Override
    public Loop loop() {
        return life;
    }

    @Override
    public Multiaddr localAddress() {
        return local;
    }

    @Override
    public Multiaddr remoteAddress() {
        return remote;
    }

    @Override
    public boolean limited() {
        return false;
    }

    @Override
    public void handler(PipeHandler next) {
        handler = next;
        read();
    }

    @Override
    public int write(Buf source) {
        if (finished || end != null) return 0;
        int n = Math.min(room, source.size());
        if (n < source.size()) wanting = true;
        if (n == 0) return 0;
        room -= n;
        out().carry(source, n);
        return n;
    }

    @Override
    public void read() {
        if (offering) return;
        offering = true;
        life.execute(() -> {
            offering = false;
            if (end != null) tellClose();
            else offer(null);
        });
    }

    @Override
    public void finish() {
        if (finished || end != null) return;
        finished = true;
        out().finishes = true;
    }

    @Override
    public void close(CloseReason reason) {
        if (end != null) return;
        out().reset = reason.code();
        over(reason);
    }

    private void over(CloseReason reason) {
        end = reason;
        life.pipes().remove(this);
        held = null;
        read();
    }

    // ---- what arrives

    @Override
    public Line line() {
        return this;
    }

    @Override
    public void departed() {
        out = null;
    }

    @Override
    public void arrived(Chunk c) {
        SimPipe there = far;
        if (there == null || there.life.isOver()) remoteHost.world().network().unknown(this);
        else if (there.end == null) there.hear(c);
    }

    private void hear(Chunk c) {
        if (c.credit > 0) credited(c.credit);
        if (c.hasBytes()) offer(c.bytes());
        if (c.finishes) peerFinished = true;
        offerFinish();
        if (c.reset != Chunk.NONE && end == null) over(CloseReason.of(CloseReason.Kind.LOST, "the other end closed"));
    }

    private void credited(int n) {
        room += n;
        PipeHandler h = handler;
        if (!wanting || h == null) return;
        wanting = false;
        call(() -> h.onWritable(this));
    }

    /** Gives the handler what lies unread and then {@code fresh}; keeps what it leaves. */
    private void offer(@Nullable Buf fresh) {
        Buf data = held;
        if (data == null) {
            data = fresh;
        } else if (fresh != null) {
            data.grow(fresh.size());
            fresh.moveTo(data, fresh.size());
        }
        PipeHandler h = handler;
        if (data != null && !data.isEmpty() && h != null) {
            Buf all = data;
            int before = all.size();
            call(() -> h.onData(this, all));
            if (end != null) return;
            consumed(before - all.size());
        }
        if (data == null || data.isEmpty()) held = null;
        else held = data == fresh ? new Buf(fresh.array, fresh.start, fresh.end) : data; // a chunk's bytes are its own
        offerFinish();
    }

    private void consumed(int n) {
        read += n;
        if (read < WINDOW / 2) return;
        out().credit += read;
        read = 0;
    }

    private void offerFinish() {
        PipeHandler h = handler;
        if (!peerFinished || finishTold || held != null || end != null || h == null) return;
        finishTold = true;
        call(() -> h.onFinish(this));
    }

    private void tellClose() {
        PipeHandler h = handler;
        CloseReason reason = end;
        if (closeTold || h == null || reason == null) return;
        closeTold = true;
        call(() -> h.onClose(this, reason));
    }

    private void call(Runnable handling) {
        life.host().timeline().enter();
        try {
            handling.run();
        } finally {
            life.host().timeline().leave();
        }
    }

    // ---- the line

    @Override
    public SimHost from() {
        return life.host();
    }

    @Override
    public SimHost to() {
        return remoteHost;
    }

    @Override
    public long lastArrival() {
        return lastArrival;
    }

    @Override
    public void lastArrival(long time) {
        lastArrival = time;
    }

    @Override
    public @Nullable Flow flow() {
        return flow;
    }

    @Override
    public @Nullable Line back() {
        return far;
    }

    @Override
    public void lost(CloseReason reason) {
        if (!life.isOver() && end == null) over(reason);
    }
}
