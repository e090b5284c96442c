package libp2p.sim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import libp2p.core.Buf;
import libp2p.core.Rng;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.core.node.Node;
import libp2p.core.node.Protocol;
import libp2p.multiformats.Nullable;

/**
 * A protocol that misbehaves: it answers others' ids, but not as they say. To be put into a world among honest hosts, which must bear it.
 *
 * <p>The kinds here are those that any protocol meets. A liar that knows its protocol extends this class, or is a protocol of its own.
 */
public class Liar implements Protocol {
    private static final int PIECE = 16 * 1024;

    private final List<String> ids;
    private final Supplier<? extends StreamHandler> lies;
    private @Nullable Node started;

    /** Answers streams under these ids with what is supplied. */
    public Liar(List<String> ids, Supplier<? extends StreamHandler> lies) {
        this.ids = new ArrayList<>(ids);
        this.lies = lies;
    }

    /** Takes streams and never says anything. */
    public static Liar silent(String... ids) {
        return new Liar(List.of(ids), Lie::new);
    }

    /** Never reads, either: who writes to it runs out of window. */
    public static Liar deaf(String... ids) {
        return new Liar(List.of(ids), () -> new Lie() {
            @Override
            public void onData(Stream stream, Buf data) {}
        });
    }

    /** Resets each stream at its first byte, with that code. */
    public static Liar resetting(long code, String... ids) {
        return new Liar(List.of(ids), () -> new Lie() {
            @Override
            public void onData(Stream stream, Buf data) {
                stream.reset(code);
            }
        });
    }

    /** Says so many random bytes, by that seed, then that it has finished; reads on. */
    public static Liar garbage(long seed, int bytes, String... ids) {
        long[] streams = {0};
        return new Liar(List.of(ids), () -> {
            Buf all = new Buf(Rng.seeded(Mix.with(seed, streams[0]++)).bytes(bytes));
            return new Lie() {
                @Override
                public void onWritable(Stream stream) {
                    stream.write(all);
                    if (all.isEmpty()) stream.finish();
                }
            };
        });
    }

    /** Says bytes of 0xff without end: the longest length, and never what it announces. */
    public static Liar endless(String... ids) {
        byte[] piece = new byte[PIECE];
        Arrays.fill(piece, (byte) 0xff);
        return new Liar(List.of(ids), () -> new Lie() {
            @Override
            public void onWritable(Stream stream) {
                Buf b = new Buf(piece);
                while (stream.write(b) > 0 && b.isEmpty()) b = new Buf(piece);
            }
        });
    }

    /** Says back what it hears with one bit in each so many bytes turned over. */
    public static Liar corrupting(int every, String... ids) {
        if (every < 1) throw new IllegalArgumentException("one in " + every + " bytes");
        return new Liar(List.of(ids), () -> new Lie() {
            private final Buf waiting = new Buf(0);
            private long count;

            @Override
            public void onData(Stream stream, Buf data) {
                byte[] bytes = data.takeAll();
                for (int i = 0; i < bytes.length; i++) if (++count % every == 0) bytes[i] ^= 1;
                waiting.grow(bytes.length);
                waiting.put(bytes);
                onWritable(stream);
            }

            @Override
            public void onWritable(Stream stream) {
                stream.write(waiting);
            }
        });
    }

    /** Reads all and says nothing: what others begin from. */
    public static class Lie implements StreamHandler {
        @Override
        public void onOpen(Stream stream) {
            onWritable(stream);
        }

        @Override
        public void onData(Stream stream, Buf data) {
            data.skip(data.size());
        }

        @Override
        public void onFinish(Stream stream) {}
    }

    /** The node it runs in. */
    protected final Node node() {
        Node n = started;
        if (n == null) throw new IllegalStateException("the node has not started");
        return n;
    }

    @Override
    public List<String> ids() {
        return ids;
    }

    @Override
    public void start(Node node) {
        started = node;
    }

    @Override
    public StreamHandler accept(Stream stream) {
        return lies.get();
    }
}
