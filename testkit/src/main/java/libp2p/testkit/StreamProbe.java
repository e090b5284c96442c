package libp2p.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import libp2p.core.Buf;
import libp2p.core.CloseReason;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.multiformats.Nullable;

/** Handles one stream as a test says, and remembers what it heard. */
public final class StreamProbe implements StreamHandler {
    /** Under which id it puts the stream when it opens, so that the stream counts as negotiated. */
    public static final String ID = "/probe";

    private final Buf received = new Buf(64);
    private final Buf toWrite = new Buf(64);
    private final List<CloseReason> closes = new ArrayList<>();
    private @Nullable Stream stream;
    private boolean reads = true;
    private boolean echoes;
    private boolean finishes; // once all is written
    private boolean peerFinished;
    private int opens;
    private int closedNull;
    private int dataCalls;
    private int writables;

    /** A probe that reads all and writes nothing. */
    public StreamProbe() {}

    /** Streams that peers open are handled by new probes, kept in {@code all} and set up by {@code like}. */
    public static Function<Stream, StreamHandler> each(List<StreamProbe> all, Function<StreamProbe, StreamProbe> like) {
        return s -> {
            StreamProbe p = like.apply(new StreamProbe());
            all.add(p);
            return p;
        };
    }

    /** Leaves unread what arrives. */
    public StreamProbe idle() {
        reads = false;
        return this;
    }

    /** Writes back what it reads, finishes when the peer does. */
    public StreamProbe echo() {
        echoes = true;
        return this;
    }

    /** The stream; null before it opened. */
    public @Nullable Stream stream() {
        return stream;
    }

    /** All that was read. */
    public byte[] received() {
        return new Buf(received.array, received.start, received.end).takeAll();
    }

    /** How much was read. */
    public int receivedSize() {
        return received.size();
    }

    /** Writes as fast as the stream takes it. */
    public StreamProbe write(byte[] bytes) {
        toWrite.grow(bytes.length).put(bytes);
        pump();
        return this;
    }

    /** Finishes when all is written. */
    public StreamProbe finish() {
        finishes = true;
        pump();
        return this;
    }

    /** What waits to be written. */
    public int unwritten() {
        return toWrite.size();
    }

    /** Reads from now on. */
    public void read() {
        reads = true;
        if (stream != null) stream.read();
    }

    /** Reads no more from now on. */
    public void pause() {
        reads = false;
    }

    /** Whether the peer has finished, and all was read. */
    public boolean peerFinished() {
        return peerFinished;
    }

    /** How often it was told of its opening. */
    public int opens() {
        return opens;
    }

    /** How often data came. */
    public int dataCalls() {
        return dataCalls;
    }

    /** How often room came. */
    public int writables() {
        return writables;
    }

    /** How it ended; as often as it was told. */
    public List<CloseReason> closes() {
        return closes;
    }

    /** How it ended. */
    public CloseReason closed() {
        if (closes.size() != 1) throw new AssertionError("onClose came " + closes.size() + " times: " + closes);
        return closes.get(0);
    }

    /** Whether it ended without a stream. */
    public boolean closedUnopened() {
        return closedNull == 1;
    }

    private void pump() {
        Stream s = stream;
        if (s == null || !closes.isEmpty()) return;
        while (!toWrite.isEmpty() && s.write(toWrite) > 0) {}
        if (toWrite.isEmpty()) {
            toWrite.clear();
            if (finishes) s.finish();
        } else {
            toWrite.compact();
        }
    }

    @Override
    public void onOpen(Stream s) {
        stream = s;
        if (s.protocol().isEmpty()) {
            s.handler(ID, this);
            return;
        }
        opens++;
        pump();
    }

    @Override
    public void onData(Stream s, Buf data) {
        dataCalls++;
        if (!reads) return;
        if (echoes) {
            if (!toWrite.isEmpty()) return;
            while (!data.isEmpty() && s.write(data) > 0) {}
            return;
        }
        received.grow(data.size());
        data.moveTo(received, data.size());
    }

    @Override
    public void onWritable(Stream s) {
        writables++;
        if (echoes) s.read();
        pump();
    }

    @Override
    public void onFinish(Stream s) {
        peerFinished = true;
        if (echoes) finish();
    }

    @Override
    public void onClose(@Nullable Stream s, CloseReason reason) {
        closes.add(reason);
        if (s == null) closedNull++;
    }
}
