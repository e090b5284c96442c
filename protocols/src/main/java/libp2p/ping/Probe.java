package libp2p.ping;

import java.util.List;
import libp2p.core.Buf;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.Violation;
import libp2p.core.net.Connection;
import libp2p.core.net.OpenOptions;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.multiformats.Nullable;

/** A stream of ours: one ping at a time is out on it. On the connection's loop, but for what says otherwise. */
final class Probe implements StreamHandler {
    final Connection connection;
    int pongs; // on the node's loop
    private final Line line;
    private @Nullable Stream stream;
    private byte @Nullable [] awaited; // the ping that is out, or waits for the stream to open
    private Buf unsent = new Buf(0);
    private int matched;
    private long sentNanos;
    private boolean dropped;

    Probe(Line line, Connection connection) {
        this.line = line;
        this.connection = connection;
    }

    // ---- from the node's loop

    void open(byte[] first, long deadlineNanos) {
        awaited = first; // before the connection's loop hears of this object
        connection.open(List.of(Ping.ID), OpenOptions.LIMITED.deadline(deadlineNanos), this);
    }

    void send(byte[] payload) {
        connection.loop().execute(() -> {
            awaited = payload;
            if (stream != null) begin(stream);
        });
    }

    /** No more pings: says so to the peer. */
    void finish() {
        connection.loop().execute(() -> {
            if (stream != null) stream.finish();
        });
    }

    /** Gives up, whatever is out. */
    void drop() {
        connection.loop().execute(() -> {
            dropped = true;
            if (stream != null) stream.reset(Codes.NONE);
        });
    }

    // ---- on the connection's loop

    @Override
    public void onOpen(Stream opened) {
        stream = opened;
        if (dropped) opened.reset(Codes.NONE);
        else begin(opened);
    }

    private void begin(Stream to) {
        byte[] payload = awaited;
        if (payload == null) return;
        unsent = new Buf(payload);
        matched = 0;
        sentNanos = to.loop().nanoTime();
        to.write(unsent);
    }

    @Override
    public void onWritable(Stream to) {
        to.write(unsent);
    }

    @Override
    public void onData(Stream from, Buf data) {
        while (!data.isEmpty()) {
            byte[] payload = awaited;
            if (payload == null) throw new Violation("more came back than was sent");
            boolean right = matched < unsent.start && (payload[matched] & 0xff) == data.u8();
            if (!right) throw new Violation("another ping came back than was sent");
            if (++matched < payload.length) continue;
            awaited = null;
            long nanos = from.loop().nanoTime() - sentNanos;
            line.onNodeLoop(() -> line.pong(this, nanos));
        }
    }

    @Override
    public void onFinish(Stream from) {
        from.finish();
    }

    @Override
    public void onClose(@Nullable Stream closed, CloseReason reason) {
        stream = null;
        line.onNodeLoop(() -> line.closed(this, reason));
    }
}
