package libp2p.perf;

import java.util.List;
import libp2p.core.Buf;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.Violation;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Connection;
import libp2p.core.net.OpenOptions;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.core.node.Node;
import libp2p.multiformats.Nullable;

/** One measurement. The fields up to {@code over} belong to the node's loop, the others to the connection's. */
final class Run implements StreamHandler {
    private final Perf perf;
    private final Node node;
    private final PeerId peer;
    private final Perf.Progress progress;
    private final Callback<? super Perf.Result> done;
    private final long upload;
    private final long download;
    private @Nullable Connection connection;
    private Cancellable under = Cancellable.NONE; // a connect or an open
    private boolean over;

    private final Bulk bulk;
    private final Buf header = new Buf(8);
    private @Nullable Stream stream;
    private @Nullable Stall stall;
    private Cancellable ticks = Cancellable.NONE;
    private boolean dropped;
    private boolean finished;
    private long uploaded;
    private long downloaded;
    private long beganNanos;
    private long turnedNanos;
    private boolean turned; // all is uploaded, and by now the peer has read it

    Run(
            Perf perf,
            Node node,
            PeerId peer,
            @Nullable Connection connection,
            long upload,
            long download,
            Perf.Progress progress,
            Callback<? super Perf.Result> done) {
        if (upload < 0 || download < 0) throw new IllegalArgumentException("a negative size");
        this.perf = perf;
        this.node = node;
        this.peer = peer;
        this.connection = connection;
        this.upload = upload;
        this.download = download;
        this.progress = progress;
        this.done = done;
        bulk = new Bulk(upload);
        header.putI64(download);
    }

    PeerId peer() {
        return peer;
    }

    // ---- on the node's loop

    void begin() {
        Connection to = connection;
        if (to != null) {
            under = to.open(List.of(Perf.ID), OpenOptions.DEFAULT, this);
            return;
        }
        under = node.connect(peer, (c, failure) -> {
            if (over) return;
            if (c == null) {
                settle(null, failure);
                return;
            }
            connection = c;
            under = c.open(List.of(Perf.ID), OpenOptions.DEFAULT, this);
        });
    }

    void giveUp(CloseReason reason) {
        if (over) return;
        under.cancel();
        Connection on = connection;
        if (on != null) on.loop().execute(this::drop);
        settle(null, reason);
    }

    private void settle(Perf.@Nullable Result result, @Nullable CloseReason failure) {
        if (over) return;
        over = true;
        perf.ended(this);
        done.done(result, failure);
    }

    private void told(long up, long down) {
        if (!over) progress.moved(up, down);
    }

    // ---- on the connection's loop

    private void drop() {
        dropped = true;
        if (stream != null) stream.reset(Codes.NONE);
    }

    @Override
    public void onOpen(Stream opened) {
        stream = opened;
        if (dropped) {
            opened.reset(Codes.NONE);
            return;
        }
        stall = new Stall(opened, perf.params().stallNanos());
        beganNanos = opened.loop().nanoTime();
        tick(opened);
        onWritable(opened);
    }

    @Override
    public void onWritable(Stream to) {
        if (finished) return;
        to.write(header);
        if (!header.isEmpty()) return;
        int n = bulk.write(to);
        uploaded += n;
        moved(n);
        if (!bulk.isDone()) return;
        finished = true;
        to.finish();
        if (upload == 0) turn(to);
    }

    @Override
    public void onData(Stream from, Buf data) {
        if (!finished) throw new Violation("the peer sends before it has read");
        turn(from);
        downloaded += data.size();
        if (downloaded > download) throw new Violation("the peer sends more than it was asked for");
        moved(data.size());
        data.skip(data.size());
    }

    @Override
    public void onFinish(Stream from) {
        if (!finished || downloaded < download) throw new Violation("the peer finished after " + downloaded + " bytes of " + download);
        turn(from);
        long end = from.loop().nanoTime();
        Perf.Result result = new Perf.Result(
                uploaded, upload == 0 ? 0 : turnedNanos - beganNanos, downloaded, download == 0 ? 0 : end - turnedNanos);
        long up = uploaded;
        long down = downloaded;
        node.loop().execute(() -> {
            told(up, down);
            settle(result, null);
        });
    }

    @Override
    public void onClose(@Nullable Stream closed, CloseReason reason) {
        ticks.cancel();
        boolean stalled = stall != null && stall.stalled();
        if (stall != null) stall.cancel();
        node.loop().execute(() -> settle(null, stalled ? CloseReason.of(CloseReason.Kind.TIMED_OUT, "nothing moved") : reason));
    }

    private void turn(Stream on) {
        if (turned) return;
        turned = true;
        turnedNanos = on.loop().nanoTime();
    }

    private void moved(int n) {
        if (stall != null) stall.moved(n);
    }

    private void tick(Stream on) {
        ticks = on.loop().schedule(perf.params().progressNanos(), () -> {
            long up = uploaded;
            long down = downloaded;
            node.loop().execute(() -> told(up, down));
            tick(on);
        });
    }
}
