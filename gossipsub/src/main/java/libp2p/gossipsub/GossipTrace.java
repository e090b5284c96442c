package libp2p.gossipsub;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import libp2p.core.Buf;
import libp2p.core.identity.PeerId;
import libp2p.core.proto.ProtoWriter;
import libp2p.multiformats.Varint;

/**
 * Writes what happens as go-libp2p-pubsub's trace events (its pb/trace.proto), for the tools that read those.
 *
 * <p>Each event is given after its length, as go's {@code PBTracer} has it in files. On the node's loop; {@code out} must not block.
 */
public final class GossipTrace implements GossipListener {
    private static final int TYPE = 1;
    private static final int PEER = 2;
    private static final int TIME = 3;
    // The number of an event's type is that of its field less 4.
    private static final int PUBLISH = 4;
    private static final int REJECT = 5;
    private static final int DUPLICATE = 6;
    private static final int DELIVER = 7;
    private static final int ADD_PEER = 8;
    private static final int REMOVE_PEER = 9;
    private static final int RECEIVE = 10;
    private static final int SEND = 11;
    private static final int DROP = 12;
    private static final int JOIN = 13;
    private static final int LEAVE = 14;
    private static final int GRAFT = 15;
    private static final int PRUNE = 16;

    private byte[] self = {};
    private final LongSupplier epochNanos;
    private final Consumer<byte[]> out;

    /** {@code epochNanos} gives nanoseconds since 1970. */
    public GossipTrace(LongSupplier epochNanos, Consumer<byte[]> out) {
        this.epochNanos = epochNanos;
        this.out = out;
    }

    private void event(int field, ProtoWriter detail) {
        byte[] event = new ProtoWriter()
                .varint(TYPE, field - PUBLISH)
                .bytes(PEER, self)
                .varint(TIME, epochNanos.getAsLong())
                .message(field, detail)
                .toBytes();
        Buf framed = new Buf(Varint.size(event.length) + event.length);
        out.accept(framed.putVarint(event.length).put(event).array);
    }

    @Override
    public void started(PeerId id) {
        self = id.bytes();
    }

    @Override
    public void published(Message m) {
        event(PUBLISH, new ProtoWriter().bytes(1, m.id().shared()).string(2, m.topic()));
    }

    @Override
    public void rejected(Message m, Rejection why) {
        event(REJECT, new ProtoWriter().bytes(1, m.id().shared()).bytes(2, m.receivedFrom().bytes()).string(3, why.label())
                .string(4, m.topic()));
    }

    @Override
    public void duplicate(Message m, PeerId from) {
        event(DUPLICATE, new ProtoWriter().bytes(1, m.id().shared()).bytes(2, from.bytes()).string(3, m.topic()));
    }

    @Override
    public void delivered(Message m) {
        event(DELIVER, new ProtoWriter().bytes(1, m.id().shared()).string(2, m.topic()).bytes(3, m.receivedFrom().bytes()));
    }

    @Override
    public void peerReady(PeerId peer, String protocol) {
        event(ADD_PEER, new ProtoWriter().bytes(1, peer.bytes()).string(2, protocol));
    }

    @Override
    public void peerGone(PeerId peer) {
        event(REMOVE_PEER, new ProtoWriter().bytes(1, peer.bytes()));
    }

    @Override
    public void joined(String topic) {
        event(JOIN, new ProtoWriter().string(1, topic));
    }

    @Override
    public void left(String topic) {
        event(LEAVE, new ProtoWriter().string(2, topic));
    }

    @Override
    public void grafted(PeerId peer, String topic) {
        event(GRAFT, new ProtoWriter().bytes(1, peer.bytes()).string(2, topic));
    }

    @Override
    public void pruned(PeerId peer, String topic, PruneReason why) {
        event(PRUNE, new ProtoWriter().bytes(1, peer.bytes()).string(2, topic));
    }

    @Override
    public boolean rpcs() {
        return true;
    }

    @Override
    public void received(PeerId from, RpcFacts rpc) {
        event(RECEIVE, new ProtoWriter().bytes(1, from.bytes()).message(2, meta(rpc)));
    }

    @Override
    public void sent(PeerId to, RpcFacts rpc) {
        event(SEND, new ProtoWriter().bytes(1, to.bytes()).message(2, meta(rpc)));
    }

    @Override
    public void dropped(PeerId to, RpcFacts rpc) {
        event(DROP, new ProtoWriter().bytes(1, to.bytes()).message(2, meta(rpc)));
    }

    private static ProtoWriter meta(RpcFacts rpc) {
        ProtoWriter w = new ProtoWriter();
        for (RpcFacts.Named m : rpc.messages()) w.message(1, new ProtoWriter().bytes(1, m.id().shared()).string(2, m.topic()));
        for (RpcFacts.Subscription s : rpc.subscriptions()) w.message(2, new ProtoWriter().bool(1, s.subscribe()).string(2, s.topic()));
        ProtoWriter control = new ProtoWriter();
        for (RpcFacts.Ids h : rpc.ihave()) control.message(1, ids(new ProtoWriter().string(1, h.topic()), 2, h.ids()));
        if (!rpc.iwant().isEmpty()) control.message(2, ids(new ProtoWriter(), 1, rpc.iwant()));
        for (String t : rpc.graft()) control.message(3, new ProtoWriter().string(1, t));
        for (RpcFacts.Pruned p : rpc.prune()) {
            ProtoWriter prune = new ProtoWriter().string(1, p.topic());
            for (PeerId peer : p.peers()) prune.bytes(2, peer.bytes());
            control.message(4, prune);
        }
        if (!rpc.idontwant().isEmpty()) control.message(5, ids(new ProtoWriter(), 1, rpc.idontwant()));
        byte[] c = control.toBytes();
        return c.length == 0 ? w : w.bytes(3, c);
    }

    private static ProtoWriter ids(ProtoWriter w, int field, List<MessageId> ids) {
        for (MessageId id : ids) w.bytes(field, id.shared());
        return w;
    }
}
