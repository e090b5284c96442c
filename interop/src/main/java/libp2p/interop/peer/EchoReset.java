package libp2p.interop.peer;

import libp2p.core.Buf;
import libp2p.core.Callback;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;

/** Sends a little to an echo, waits until it is back, and resets the stream. */
final class EchoReset implements StreamHandler {
    private static final int SIZE = 1024;

    private final Callback<? super Void> done;
    private int missing = SIZE;

    EchoReset(Callback<? super Void> done) {
        this.done = done;
    }

    @Override
    public void onOpen(Stream s) {
        s.write(new Buf(SIZE).put(new byte[SIZE])); // which any window has room for
    }

    @Override
    public void onData(Stream s, Buf data) {
        missing -= data.size();
        data.skip(data.size());
        if (missing == 0) s.reset(Codes.NONE);
    }

    @Override
    public void onFinish(Stream s) {
        s.reset(Codes.NONE);
    }

    @Override
    public void onClose(Stream s, CloseReason reason) {
        done.done(null, missing == 0 ? null : reason);
    }
}
