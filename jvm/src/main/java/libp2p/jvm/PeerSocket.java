package libp2p.jvm;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Arrays;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Connection;
import libp2p.multiformats.FormatException;
import libp2p.multiformats.Nullable;
import libp2p.multiformats.Varint;

/**
 * To a peer and a protocol what a socket is to a host and a port: a stream that blocks its threads.
 *
 * <p>One thread may read while another writes. What ends the stream shows as a {@link P2pException} with the reason; an interrupt resets
 * the stream and shows as {@link java.io.InterruptedIOException}. On a loop's thread, what would wait throws {@link IllegalStateException}.
 */
public final class PeerSocket implements Closeable {
    private static final int PIECE = 8 * 1024;
    private static final int VARINT_MAX = 9;

    private final SocketBridge bridge;
    private final PeerId remote;
    private final Connection connection;
    private final String protocol;
    private final InputStream in = new In();
    private final OutputStream out = new Out();
    private volatile long timeoutNanos;

    PeerSocket(SocketBridge bridge, PeerId remote, Connection connection, String protocol) {
        this.bridge = bridge;
        this.remote = remote;
        this.connection = connection;
        this.protocol = protocol;
    }

    /** Who is at the other end. */
    public PeerId remote() {
        return remote;
    }

    /** The connection that the stream was opened on. */
    public Connection connection() {
        return connection;
    }

    /** The protocol id that both agreed on. */
    public String protocol() {
        return protocol;
    }

    /** What the peer says; ends when it has finished. Closing it is {@link #stopReading} with code 0. */
    public InputStream in() {
        return in;
    }

    /** What we say; writes go out at once, and wait while the peer takes nothing. Closing it is {@link #finish}. */
    public OutputStream out() {
        return out;
    }

    /** We have said all; reading goes on. Does not wait. */
    public void finish() throws IOException {
        bridge.finish();
    }

    /** Gives up both ways; the peer hears the code where the wire can carry it. */
    public void reset(long code) {
        bridge.reset(code);
    }

    /** Reads no more, drops what comes, and tells the peer where the wire has a word for that; writing goes on. */
    public void stopReading(long code) {
        bridge.stopReading(code);
    }

    /**
     * Bounds each wait of a read or write from now on, which then fails with TIMED_OUT and leaves the stream as it is; zero waits
     * forever.
     */
    public PeerSocket timeout(Duration perOperation) {
        if (perOperation.isNegative()) throw new IllegalArgumentException("negative " + perOperation);
        timeoutNanos = perOperation.toNanos();
        return this;
    }

    /**
     * Reads a message that its length comes before, as an unsigned varint; null if the peer has finished instead.
     *
     * <p>One longer than {@code sizeMax} bytes, or a length that is none, resets the stream and fails with VIOLATION.
     */
    public byte @Nullable [] readMessage(int sizeMax) throws IOException {
        byte[] prefix = new byte[VARINT_MAX];
        int n = 0;
        do {
            int got = bridge.read(prefix, n, 1, timeoutNanos);
            if (got < 0 && n == 0) return null;
            if (got < 0) throw new EOFException("the peer finished within a message");
            n++;
        } while (prefix[n - 1] < 0 && n < VARINT_MAX);
        long size;
        try {
            size = Varint.read(prefix, 0, n);
        } catch (FormatException e) {
            throw violation(String.valueOf(e.getMessage()));
        }
        if (size > sizeMax) throw violation("a message of " + size + " bytes, at most " + sizeMax + " are allowed");
        return readFully((int) size);
    }

    private P2pException violation(String what) {
        bridge.reset(Codes.PROTOCOL_VIOLATION);
        return new P2pException(CloseReason.of(CloseReason.Kind.VIOLATION, Codes.PROTOCOL_VIOLATION, what));
    }

    /** Grows by what was received, not by what was announced. */
    private byte[] readFully(int size) throws IOException {
        byte[] bytes = new byte[Math.min(size, PIECE)];
        int have = 0;
        while (have < size) {
            if (have == bytes.length) bytes = Arrays.copyOf(bytes, (int) Math.min(size, 2L * have));
            int got = bridge.read(bytes, have, bytes.length - have, timeoutNanos);
            if (got < 0) throw new EOFException("the peer finished within a message");
            have += got;
        }
        return bytes;
    }

    /** Writes a message with its length before it, as an unsigned varint. */
    public void writeMessage(byte[] message) throws IOException {
        byte[] prefix = new byte[VARINT_MAX];
        int n = Varint.write(message.length, prefix, 0);
        bridge.write(prefix, 0, n, true, timeoutNanos);
        bridge.write(message, 0, message.length, false, timeoutNanos);
    }

    /** Says what was written and no more, and drops what the peer still says. */
    void closeAfterAnswer() {
        bridge.closeAfterAnswer();
    }

    /** Resets the stream unless both sides have finished and all was read. */
    @Override
    public void close() {
        bridge.close();
    }

    @Override
    public String toString() {
        return protocol + " with " + remote;
    }

    private final class In extends InputStream {
        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return bridge.read(one, 0, 1, timeoutNanos) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] to, int at, int n) throws IOException {
            check(to, at, n);
            return bridge.read(to, at, n, timeoutNanos);
        }

        @Override
        public int available() {
            return bridge.available();
        }

        @Override
        public void close() {
            bridge.stopReading(0);
        }
    }

    private final class Out extends OutputStream {
        @Override
        public void write(int b) throws IOException {
            bridge.write(new byte[] {(byte) b}, 0, 1, false, timeoutNanos);
        }

        @Override
        public void write(byte[] from, int at, int n) throws IOException {
            check(from, at, n);
            if (n > 0) bridge.write(from, at, n, false, timeoutNanos);
        }

        @Override
        public void close() throws IOException {
            bridge.finish();
        }
    }

    private static void check(byte[] array, int at, int n) {
        if ((at | n) < 0 || n > array.length - at) throw new IndexOutOfBoundsException(n + " bytes at " + at + " of " + array.length);
    }
}
