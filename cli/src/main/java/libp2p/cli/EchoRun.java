package libp2p.cli;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import libp2p.core.Buf;
import libp2p.core.Callback;
import libp2p.core.CloseReason;
import libp2p.core.Rng;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;

/** One run against a peer's echo: sends and reads at once, with back-pressure both ways, and hashes both. */
final class EchoRun implements StreamHandler {
    private static final int CHUNK = 32 * 1024;

    /** The hashes of what was sent and of what came back, in hexadecimal. */
    record Result(long received, String sentSha256, String receivedSha256) {}

    private final Rng bytes;
    private final Callback<? super Result> done;
    private final MessageDigest sent = sha256();
    private final MessageDigest heard = sha256();
    private final Buf chunk = new Buf(CHUNK);
    private long left;
    private long received;
    private boolean whole;

    EchoRun(long seed, long size, Callback<? super Result> done) {
        this.bytes = Rng.seeded(seed);
        this.left = size;
        this.done = done;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void onOpen(Stream s) {
        pump(s);
    }

    @Override
    public void onWritable(Stream s) {
        pump(s);
    }

    private void pump(Stream s) {
        while (true) {
            if (chunk.isEmpty()) {
                if (left == 0) {
                    s.finish();
                    return;
                }
                byte[] next = bytes.bytes((int) Math.min(CHUNK, left));
                left -= next.length;
                sent.update(next);
                chunk.clear().put(next);
            }
            s.write(chunk);
            if (!chunk.isEmpty()) return;
        }
    }

    @Override
    public void onData(Stream s, Buf data) {
        heard.update(data.array, data.start, data.size());
        received += data.size();
        data.skip(data.size());
    }

    @Override
    public void onFinish(Stream s) {
        whole = true;
    }

    @Override
    public void onClose(Stream s, CloseReason reason) {
        HexFormat hex = HexFormat.of();
        if (whole && left == 0) done.done(new Result(received, hex.formatHex(sent.digest()), hex.formatHex(heard.digest())), null);
        else done.done(null, reason);
    }
}
