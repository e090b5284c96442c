package libp2p.identify;

import java.util.function.Consumer;
import libp2p.core.Buf;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.multiformats.Nullable;

/** Writes our frames to a stream and finishes it; whoever does not take them in time is reset. On the stream's loop. */
final class Sender implements StreamHandler {
    private final long timeoutNanos;
    private final Consumer<Sender> opened;
    private final Consumer<CloseReason> closed;
    private @Nullable Stream stream;
    private @Nullable Buf rest;
    private boolean sent;
    private Cancellable timer = Cancellable.NONE;

    /** {@code opened} is to call {@link #send}. */
    Sender(long timeoutNanos, Consumer<Sender> opened, Consumer<CloseReason> closed) {
        this.timeoutNanos = timeoutNanos;
        this.opened = opened;
        this.closed = closed;
    }

    void send(Buf frames) {
        Stream s = stream;
        if (s == null) return;
        sent = true;
        rest = frames;
        onWritable(s);
    }

    void refuse(long code) {
        if (stream != null) stream.reset(code);
    }

    @Override
    public void onOpen(Stream on) {
        stream = on;
        timer = on.loop().schedule(timeoutNanos, () -> on.reset(Codes.NONE));
        opened.accept(this);
    }

    @Override
    public void onWritable(Stream on) {
        Buf b = rest;
        if (b == null) return;
        on.write(b);
        if (!b.isEmpty()) return;
        rest = null;
        on.finish();
    }

    /** The protocol has nothing for the reader to say. */
    @Override
    public void onData(Stream on, Buf data) {
        data.skip(data.size());
    }

    @Override
    public void onFinish(Stream on) {}

    /** What is not ready by then will never be. */
    @Override
    public void onDrain(Stream on) {
        if (!sent) on.reset(Codes.SHUTDOWN);
    }

    @Override
    public void onClose(@Nullable Stream on, CloseReason reason) {
        timer.cancel();
        stream = null;
        rest = null;
        closed.accept(reason);
    }
}
