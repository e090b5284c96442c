package libp2p.bench;

import libp2p.core.Buf;
import libp2p.core.CloseReason;
import libp2p.core.Loop;
import libp2p.core.net.Pipe;
import libp2p.core.net.PipeHandler;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;

/** One end of a pipe in memory that allocates nothing once it exists: what is in its buffer is what the other end wrote. */
final class MemoryPipe implements Pipe {
    private static final Multiaddr ADDRESS = Multiaddr.of("/memory/1");

    private final Loop loop;
    private final Buf arrived = new Buf(HELD_MIN);
    private final Runnable pump = this::pump;
    private final Runnable writable = this::writable;
    private @Nullable MemoryPipe other;
    private @Nullable PipeHandler handler;
    private boolean posted;
    private boolean shortWrite;

    private MemoryPipe(Loop loop) {
        this.loop = loop;
    }

    /** The two ends. */
    static MemoryPipe[] pair(Loop loop) {
        MemoryPipe a = new MemoryPipe(loop);
        MemoryPipe b = new MemoryPipe(loop);
        a.other = b;
        b.other = a;
        return new MemoryPipe[] {a, b};
    }

    private MemoryPipe other() {
        MemoryPipe o = other;
        if (o == null) throw new IllegalStateException("half a pipe");
        return o;
    }

    private void post() {
        if (posted) return;
        posted = true;
        loop.execute(pump);
    }

    private void pump() {
        posted = false;
        PipeHandler h = handler;
        if (h == null || arrived.isEmpty()) return;
        h.onData(this, arrived);
        arrived.compact();
        MemoryPipe from = other();
        if (from.shortWrite && arrived.size() <= HELD_MIN / 2) {
            from.shortWrite = false;
            loop.execute(from.writable);
        }
    }

    private void writable() {
        PipeHandler h = handler;
        if (h != null) h.onWritable(this);
    }

    @Override
    public int write(Buf source) {
        MemoryPipe to = other();
        int n = source.moveTo(to.arrived, source.size());
        shortWrite |= !source.isEmpty();
        to.post();
        return n;
    }

    @Override
    public Loop loop() {
        return loop;
    }

    @Override
    public Multiaddr localAddress() {
        return ADDRESS;
    }

    @Override
    public Multiaddr remoteAddress() {
        return ADDRESS;
    }

    @Override
    public boolean limited() {
        return false;
    }

    @Override
    public void handler(PipeHandler next) {
        handler = next;
        post();
    }

    @Override
    public void read() {
        post();
    }

    @Override
    public void finish() {}

    @Override
    public void close(CloseReason reason) {}
}
