package libp2p.interop.gossip;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;
import libp2p.core.Buf;
import libp2p.core.CloseReason;
import libp2p.core.identity.PeerId;
import libp2p.core.net.OpenOptions;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.core.node.Frames;
import libp2p.core.node.Node;
import libp2p.core.node.Protocol;
import libp2p.core.proto.ProtoReader;
import libp2p.core.proto.ProtoWriter;
import libp2p.multiformats.Nullable;

/**
 * A peer that is in the mesh of whom it meets, sends what it is given, and of what comes takes the numbers of messages: the least that a
 * peer can be, so that it costs little and the same whoever is measured.
 */
final class LoadPeer implements Protocol {
    static final String ID = "/meshsub/1.2.0";
    private static final int FRAME_MAX = 1 << 20;
    // rpc.proto of specs/pubsub
    private static final int RPC_SUBSCRIPTIONS = 1;
    private static final int RPC_PUBLISH = 2;
    private static final int RPC_CONTROL = 3;
    private static final int CONTROL_GRAFT = 3;
    private static final int MESSAGE_DATA = 2;
    private static final int MESSAGE_TOPIC = 4;

    private final LongConsumer arrived;
    private final Map<PeerId, Line> lines = new ConcurrentHashMap<>();
    private @Nullable Node node;

    /** {@code arrived} hears the number of each message that comes, on the loop of this peer. */
    LoadPeer(LongConsumer arrived) {
        this.arrived = arrived;
    }

    /** What the topic's members say first. */
    private static byte[] hello(String topic) {
        ProtoWriter subscription = new ProtoWriter().bool(1, true).string(2, topic);
        ProtoWriter graft = new ProtoWriter().string(1, topic);
        return framed(new ProtoWriter().message(RPC_SUBSCRIPTIONS, subscription)
                .message(RPC_CONTROL, new ProtoWriter().message(CONTROL_GRAFT, graft)));
    }

    /** A message that begins with its number. */
    static byte[] message(String topic, long number, int size) {
        byte[] data = new byte[size];
        new Buf(data, 0, 0).putI64(number);
        return framed(new ProtoWriter().message(RPC_PUBLISH, new ProtoWriter().bytes(MESSAGE_DATA, data).string(MESSAGE_TOPIC, topic)));
    }

    private static byte[] framed(ProtoWriter rpc) {
        byte[] raw = rpc.toBytes();
        return new Buf(raw.length + 5).putVarint(raw.length).put(raw).takeAll();
    }

    /** Opens a stream to a connected peer and joins its mesh of the topic. */
    void join(PeerId peer, String topic) {
        Node n = node;
        if (n == null) throw new IllegalStateException("not started");
        Line line = new Line();
        lines.put(peer, line);
        n.loop().execute(() -> {
            line.queue.add(new Buf(hello(topic)));
            n.open(peer, List.of(ID), OpenOptions.DEFAULT, line);
        });
    }

    void send(PeerId peer, byte[] frame) {
        Node n = node;
        Line line = lines.get(peer);
        if (n == null || line == null) throw new IllegalStateException("not joined");
        n.loop().execute(() -> {
            line.queue.add(new Buf(frame));
            line.drain();
        });
    }

    @Override
    public List<String> ids() {
        return List.of(ID);
    }

    @Override
    public void start(Node started) {
        node = started;
    }

    @Override
    public StreamHandler accept(Stream stream) {
        return new Intake();
    }

    private final class Intake implements StreamHandler {
        private final Frames frames = new Frames(FRAME_MAX);

        @Override
        public void onData(Stream s, Buf data) {
            for (Buf f = frames.next(data); f != null; f = frames.next(data)) read(f);
        }

        private void read(Buf frame) {
            ProtoReader in = new ProtoReader(frame);
            for (int field = in.next(); field != 0; field = in.next()) {
                if (field != RPC_PUBLISH) continue;
                ProtoReader message = new ProtoReader(in.view(FRAME_MAX));
                for (int part = message.next(); part != 0; part = message.next()) {
                    if (part == MESSAGE_DATA) arrived.accept(message.view(FRAME_MAX).i64());
                }
            }
        }

        @Override
        public void onFinish(Stream s) {
            s.finish();
        }
    }

    private static final class Line implements StreamHandler {
        private final ArrayDeque<Buf> queue = new ArrayDeque<>();
        private @Nullable Stream stream;

        private void drain() {
            Stream s = stream;
            while (s != null && !queue.isEmpty()) {
                s.write(queue.peek());
                if (!queue.peek().isEmpty()) return;
                queue.remove();
            }
        }

        @Override
        public void onOpen(Stream s) {
            stream = s;
            drain();
        }

        @Override
        public void onData(Stream s, Buf data) {
            data.skip(data.size());
        }

        @Override
        public void onWritable(Stream s) {
            drain();
        }

        @Override
        public void onFinish(Stream s) {}

        @Override
        public void onClose(@Nullable Stream s, CloseReason reason) {
            stream = null;
            System.err.println("a stream of the load has ended: " + reason);
        }
    }
}
