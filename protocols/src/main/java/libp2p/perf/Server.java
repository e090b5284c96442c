package libp2p.perf;

import libp2p.core.Buf;
import libp2p.core.CloseReason;
import libp2p.core.Violation;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.multiformats.Nullable;

/** The side that is measured: reads how much to send and all that is uploaded, then sends. On the connection's loop. */
final class Server implements StreamHandler {
    private static final int HEADER = 8;

    private final Perf perf;
    private final Buf header = new Buf(HEADER);
    private @Nullable Stall stall;
    private @Nullable Bulk download;

    Server(Perf perf) {
        this.perf = perf;
    }

    @Override
    public void onOpen(Stream stream) {
        perf.arrived(stream);
        stall = new Stall(stream, perf.params().stallNanos());
    }

    @Override
    public void onData(Stream stream, Buf data) {
        moved(data.size());
        data.moveTo(header, header.room());
        if (header.room() == 0 && download == null) {
            long size = header.i64();
            long most = perf.params().downloadMax();
            if (size < 0 || size > most) throw new Violation("more than " + most + " bytes to send");
            download = new Bulk(size);
        }
        data.skip(data.size());
    }

    @Override
    public void onFinish(Stream stream) {
        if (download == null) throw new Violation("the peer finished without saying how much to send");
        send(stream, download);
    }

    @Override
    public void onWritable(Stream stream) {
        if (download != null) send(stream, download);
    }

    @Override
    public void onClose(@Nullable Stream stream, CloseReason reason) {
        if (stall == null || stream == null) return;
        stall.cancel();
        perf.left(stream);
    }

    private void send(Stream stream, Bulk bulk) {
        moved(bulk.write(stream));
        if (bulk.isDone()) stream.finish();
    }

    private void moved(int n) {
        if (stall != null) stall.moved(n);
    }
}
