package libp2p.ping;

import libp2p.core.Buf;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.Violation;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.multiformats.Nullable;

/** Says whole pings back, however they are cut, and reads on only when the last one is written. */
final class Responder implements StreamHandler {
    private final Ping ping;
    private final Buf block = new Buf(Ping.SIZE); // without room: whole, and being written
    private boolean counted;
    private boolean finished; // the peer
    private boolean draining;

    Responder(Ping ping) {
        this.ping = ping;
    }

    @Override
    public void onOpen(Stream stream) {
        counted = true;
        ping.arrived(stream);
    }

    @Override
    public void onData(Stream stream, Buf data) {
        while (block.room() > 0 || written(stream)) {
            data.moveTo(block, block.room());
            if (block.room() > 0) return;
        }
    }

    @Override
    public void onWritable(Stream stream) {
        if (block.room() > 0 || !written(stream)) return;
        if (finished) stream.finish();
        else stream.read();
    }

    /** Peers keep the stream for their next ping; there will be none. A ping that is half here is answered first. */
    @Override
    public void onDrain(Stream stream) {
        draining = true;
        if (block.isEmpty()) stream.reset(Codes.SHUTDOWN);
    }

    @Override
    public void onFinish(Stream stream) {
        if (block.room() > 0 && !block.isEmpty()) throw new Violation("the peer finished within a ping");
        finished = true;
        if (block.room() > 0) stream.finish();
    }

    @Override
    public void onClose(@Nullable Stream stream, CloseReason reason) {
        if (counted && stream != null) ping.left(stream);
    }

    private boolean written(Stream stream) {
        stream.write(block);
        if (!block.isEmpty()) return false;
        block.clear();
        if (draining) stream.finish();
        return true;
    }
}
