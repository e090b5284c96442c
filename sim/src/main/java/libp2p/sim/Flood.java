package libp2p.sim;

import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;
import libp2p.core.Buf;
import libp2p.core.Violation;
import libp2p.core.net.Connection;
import libp2p.core.net.OpenOptions;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.core.node.Node;
import libp2p.core.node.Protocol;
import libp2p.multiformats.Nullable;

/**
 * Tells every neighbour what it hears for the first time: the simplest way to reach all, a stream for each message and neighbour.
 *
 * <p>What the size and the speed of a world are measured with, and a protocol to begin from. Messages are numbers, with a payload of any
 * bytes that is passed on with them.
 */
public final class Flood implements Protocol {
    /** The protocol id. */
    public static final String ID = "/libp2p-sim/flood/1.0.0";

    /** Bytes of the longest payload. */
    public static final int PAYLOAD_MAX = 64 * 1024;

    /** Messages that are remembered; one that comes again after so many others is taken for a new one. */
    public static final int SEEN_MAX = 1024;

    private static final List<String> IDS = List.of(ID);
    private static final int NUMBER = 8;

    private final LongConsumer heard;
    private long[] seen = new long[2]; // the last of them
    private long seenCount;
    private @Nullable Node started;

    /** Calls {@code heard} with the number of each message, once, but not with those of its own. */
    public Flood(LongConsumer heard) {
        this.heard = heard;
    }

    /** Tells all of a message, unless it was heard before; from anywhere, once the node has started. */
    public void publish(long number, byte[] payload) {
        if (payload.length > PAYLOAD_MAX) throw new IllegalArgumentException("payload of " + payload.length + " bytes");
        byte[] message = new Buf(NUMBER + payload.length).putI64(number).put(payload).takeAll();
        node().loop().execute(() -> {
            if (isNew(number)) tell(message, null);
        });
    }

    private boolean isNew(long number) {
        int known = (int) Math.min(seenCount, seen.length);
        for (int i = 1; i <= known; i++) if (seen[(int) ((seenCount - i) % seen.length)] == number) return false; // the newest first
        if (known == seen.length && known < SEEN_MAX) seen = Arrays.copyOf(seen, Math.min(SEEN_MAX, 2 * known));
        seen[(int) (seenCount++ % seen.length)] = number;
        return true;
    }

    private Node node() {
        Node node = started;
        if (node == null) throw new IllegalStateException("the node has not started");
        return node;
    }

    private void tell(byte[] message, @Nullable Connection not) {
        for (Connection c : node().connections()) {
            if (c != not) c.open(IDS, OpenOptions.LIMITED, new Telling(message));
        }
    }

    @Override
    public List<String> ids() {
        return IDS;
    }

    @Override
    public void start(Node node) {
        started = node;
    }

    @Override
    public StreamHandler accept(Stream stream) {
        return new Hearing();
    }

    /** A message on its way to one neighbour. */
    private static final class Telling implements StreamHandler {
        private final Buf message;

        Telling(byte[] message) {
            this.message = new Buf(message);
        }

        @Override
        public void onOpen(Stream stream) {
            onWritable(stream);
        }

        @Override
        public void onWritable(Stream stream) {
            stream.write(message);
            if (message.isEmpty()) stream.finish();
        }

        @Override
        public void onData(Stream stream, Buf data) {
            data.skip(data.size()); // nothing is to be said
        }

        @Override
        public void onFinish(Stream stream) {}
    }

    /** A message of a neighbour's. */
    private final class Hearing implements StreamHandler {
        private final Buf message = new Buf(NUMBER);

        @Override
        public void onData(Stream stream, Buf data) {
            if (message.size() + data.size() > NUMBER + PAYLOAD_MAX) {
                throw new Violation("a message of more than " + PAYLOAD_MAX + " bytes");
            }
            message.grow(data.size());
            data.moveTo(message, data.size());
        }

        @Override
        public void onFinish(Stream stream) {
            stream.finish();
            if (message.size() < NUMBER) return;
            byte[] whole = message.takeAll();
            long number = new Buf(whole).i64();
            if (!isNew(number)) return;
            heard.accept(number);
            tell(whole, stream.connection());
        }
    }
}
