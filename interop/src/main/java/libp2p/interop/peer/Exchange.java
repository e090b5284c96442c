package libp2p.interop.peer;

import java.io.ByteArrayOutputStream;
import libp2p.core.Buf;
import libp2p.core.Callback;
import libp2p.core.CloseReason;
import libp2p.core.Violation;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;

/** Sends a message and FIN, and reads the answer to its FIN. */
final class Exchange implements StreamHandler {
    private static final int BYTES_MAX = 65536;

    private final Buf message;
    private final Callback<? super byte[]> done;
    private final ByteArrayOutputStream answer = new ByteArrayOutputStream();
    private boolean whole;

    Exchange(byte[] message, Callback<? super byte[]> done) {
        this.message = new Buf(message);
        this.done = done;
    }

    @Override
    public void onOpen(Stream s) {
        onWritable(s);
    }

    @Override
    public void onWritable(Stream s) {
        s.write(message);
        if (message.isEmpty()) s.finish();
    }

    @Override
    public void onData(Stream s, Buf data) {
        if (answer.size() + data.size() > BYTES_MAX) throw new Violation("more than " + BYTES_MAX + " bytes came back");
        answer.writeBytes(data.takeAll());
    }

    @Override
    public void onFinish(Stream s) {
        whole = true;
    }

    @Override
    public void onClose(Stream s, CloseReason reason) {
        if (whole) done.done(answer.toByteArray(), null);
        else done.done(null, reason);
    }
}
