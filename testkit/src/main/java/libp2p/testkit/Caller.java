package libp2p.testkit;

import java.io.ByteArrayOutputStream;
import libp2p.core.Buf;
import libp2p.core.CloseReason;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.multiformats.Nullable;

/** One end of a stream in the hand of a test: sends what it is told to, good or bad, and remembers what came. */
public final class Caller implements StreamHandler {
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private final Buf unsent = new Buf(0);
    private @Nullable Stream stream;
    private @Nullable CloseReason closed;
    private boolean finishing;
    private boolean peerFinished;
    private boolean deaf;

    /** Sends bytes, now or as soon as they fit. */
    public Caller send(byte[] bytes) {
        unsent.grow(bytes.length).put(bytes);
        return flush();
    }

    /** Half-closes after what was sent. */
    public Caller finish() {
        finishing = true;
        return flush();
    }

    /** Resets the stream. */
    public Caller reset(long code) {
        if (stream != null) stream.reset(code);
        return this;
    }

    /** Reads nothing from now on (true), or what has come and comes (false). */
    public Caller deaf(boolean yes) {
        deaf = yes;
        if (!yes && stream != null) stream.read();
        return this;
    }

    /** All that came. */
    public byte[] received() {
        return received.toByteArray();
    }

    /** How many bytes wait to be taken by the stream. */
    public int unsent() {
        return unsent.size();
    }

    /** Whether the peer has half-closed. */
    public boolean peerFinished() {
        return peerFinished;
    }

    /** Whether it has been opened. */
    public boolean isOpen() {
        return stream != null && closed == null;
    }

    /** Why it ended; null while it has not. */
    public @Nullable CloseReason closed() {
        return closed;
    }

    @Override
    public void onOpen(Stream s) {
        stream = s;
        flush();
    }

    @Override
    public void onData(Stream s, Buf data) {
        if (deaf) return;
        byte[] bytes = data.takeAll();
        received.write(bytes, 0, bytes.length);
    }

    @Override
    public void onWritable(Stream s) {
        flush();
    }

    @Override
    public void onFinish(Stream s) {
        peerFinished = true;
    }

    @Override
    public void onClose(@Nullable Stream s, CloseReason reason) {
        if (closed != null) throw new IllegalStateException("closed twice");
        closed = reason;
    }

    private Caller flush() {
        Stream s = stream;
        if (s == null || closed != null) return this;
        s.write(unsent);
        if (finishing && unsent.isEmpty()) s.finish();
        return this;
    }
}
