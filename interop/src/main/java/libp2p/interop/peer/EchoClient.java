package libp2p.interop.peer;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import libp2p.core.Buf;
import libp2p.core.Callback;
import libp2p.core.CloseReason;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;

/** Sends seeded bytes to an echo while it reads what comes back, and hashes both. */
final class EchoClient implements StreamHandler {
    static final int CHUNK = 65536;

    /** The hashes of what was sent and of what came back, in hexadecimal. */
    record Result(long received, String sentSha256, String receivedSha256) {}

    private final Cipher bytes;
    private final Callback<? super Result> done;
    private final MessageDigest sent = sha256();
    private final MessageDigest heard = sha256();
    private final Buf chunk;
    private final byte[] zeros;
    private long left;
    private long received;
    private boolean whole;

    EchoClient(long seed, long size, int chunkSize, Callback<? super Result> done) {
        this.bytes = keyStream(seed);
        this.left = size;
        this.chunk = new Buf(chunkSize);
        this.zeros = new byte[chunkSize];
        this.done = done;
    }

    /** The pseudo-random bytes of a seed: AES-256-CTR, key = SHA-256 of the seed's decimal text, counter from zero. */
    static Cipher keyStream(long seed) {
        try {
            byte[] key = sha256().digest(Long.toString(seed).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            Cipher c = Cipher.getInstance("AES/CTR/NoPadding");
            c.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new IvParameterSpec(new byte[16]));
            return c;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void onOpen(Stream s) {
        onWritable(s);
    }

    @Override
    public void onWritable(Stream s) {
        while (true) {
            if (chunk.isEmpty()) {
                if (left == 0) {
                    s.finish();
                    return;
                }
                byte[] next = bytes.update(zeros, 0, (int) Math.min(zeros.length, left));
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
        if (!whole || left > 0 || !chunk.isEmpty()) done.done(null, reason);
        else done.done(new Result(received, hex.formatHex(sent.digest()), hex.formatHex(heard.digest())), null);
    }
}
