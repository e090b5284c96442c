package libp2p.gossipsub;

import java.util.ArrayList;
import java.util.List;
import libp2p.core.Buf;
import libp2p.core.identity.PeerId;
import libp2p.core.proto.ProtoWriter;
import libp2p.multiformats.Nullable;
import libp2p.multiformats.Varint;

/** Gathers what is to be said to a peer into as few RPCs as the size of one allows; a single thing that is too large is left out. */
final class RpcWriter {
    private static final int SLACK = 32; // for the headers around the control message

    private final int sizeMax;
    private final List<byte[]> frames = new ArrayList<>(1);
    private @Nullable Buf outer;
    private @Nullable Buf control;
    private final boolean observed;
    private final List<RpcFacts> facts = new ArrayList<>(0); // of frames
    private RpcFacts now = RpcFacts.NOTHING; // of what is being gathered

    RpcWriter(int sizeMax) {
        this(sizeMax, false);
    }

    /** {@code observed} if {@link #facts} will be asked for. */
    RpcWriter(int sizeMax, boolean observed) {
        this.sizeMax = sizeMax;
        this.observed = observed;
        if (observed) now = RpcFacts.empty(0);
    }

    boolean isEmpty() {
        return frames.isEmpty() && outer == null && control == null;
    }

    /** What is in the {@link #frames}, one for each. */
    List<RpcFacts> facts() {
        cut();
        return facts;
    }

    RpcWriter subscription(String topic, boolean subscribe, boolean requestsPartial, boolean supportsPartial) {
        ProtoWriter w = new ProtoWriter().bool(Fields.SUB_SUBSCRIBE, subscribe).string(Fields.SUB_TOPIC, topic);
        if (subscribe && requestsPartial) w.bool(Fields.SUB_REQUESTS_PARTIAL, true);
        if (subscribe && supportsPartial) w.bool(Fields.SUB_SUPPORTS_PARTIAL, true);
        outer(Fields.RPC_SUBSCRIPTIONS, w.toBytes());
        if (observed) now.subscriptions().add(new RpcFacts.Subscription(topic, subscribe));
        return this;
    }

    RpcWriter ihave(String topic, List<MessageId> ids) {
        control(Fields.CONTROL_IHAVE, ids(new ProtoWriter().string(Fields.IHAVE_TOPIC, topic), Fields.IHAVE_IDS, ids));
        if (observed) now.ihave().add(new RpcFacts.Ids(topic, new ArrayList<>(ids)));
        return this;
    }

    RpcWriter iwant(List<MessageId> ids) {
        control(Fields.CONTROL_IWANT, ids(new ProtoWriter(), Fields.IWANT_IDS, ids));
        if (observed) now.iwant().addAll(ids);
        return this;
    }

    RpcWriter idontwant(List<MessageId> ids) {
        control(Fields.CONTROL_IDONTWANT, ids(new ProtoWriter(), Fields.IWANT_IDS, ids));
        if (observed) now.idontwant().addAll(ids);
        return this;
    }

    RpcWriter graft(String topic) {
        control(Fields.CONTROL_GRAFT, new ProtoWriter().string(Fields.GRAFT_TOPIC, topic).toBytes());
        if (observed) now.graft().add(topic);
        return this;
    }

    /** {@code backoffSeconds} below 0 for a peer of 1.0, which knows neither it nor peers. */
    RpcWriter prune(String topic, List<Rpc.Px> peers, long backoffSeconds) {
        ProtoWriter w = new ProtoWriter().string(Fields.PRUNE_TOPIC, topic);
        for (Rpc.Px p : peers) {
            ProtoWriter px = new ProtoWriter().bytes(Fields.PEER_ID, p.peer().bytes());
            byte[] signedRecord = p.signedRecord();
            if (signedRecord != null) px.bytes(Fields.PEER_RECORD, signedRecord);
            w.message(Fields.PRUNE_PEERS, px);
        }
        if (backoffSeconds >= 0) w.varint(Fields.PRUNE_BACKOFF, backoffSeconds);
        control(Fields.CONTROL_PRUNE, w.toBytes());
        if (observed) {
            List<PeerId> named = new ArrayList<>();
            for (Rpc.Px p : peers) named.add(p.peer());
            now.prune().add(new RpcFacts.Pruned(topic, named));
        }
        return this;
    }

    RpcWriter extensions(Rpc.Extensions e) {
        ProtoWriter w = new ProtoWriter();
        if (e.partial()) w.bool(Fields.EXTENSIONS_PARTIAL, true);
        if (e.choke()) w.bool(Fields.EXTENSIONS_CHOKE, true);
        if (e.test()) w.bool(Fields.EXTENSIONS_TEST, true);
        return control(Fields.CONTROL_EXTENSIONS, w.toBytes());
    }

    RpcWriter partial(String topic, byte[] group, byte @Nullable [] parts, byte @Nullable [] metadata) {
        ProtoWriter w = new ProtoWriter().string(Fields.PARTIAL_TOPIC, topic).bytes(Fields.PARTIAL_GROUP, group);
        if (parts != null) w.bytes(Fields.PARTIAL_MESSAGE, parts);
        if (metadata != null) w.bytes(Fields.PARTIAL_METADATA, metadata);
        return outer(Fields.RPC_PARTIAL, w.toBytes());
    }

    RpcWriter test() {
        return outer(Fields.RPC_TEST, new byte[0]);
    }

    RpcWriter choke(List<String> choke, List<String> unchoke) {
        ProtoWriter w = new ProtoWriter();
        for (String t : choke) w.string(Fields.CHOKE_TOPICS, t);
        for (String t : unchoke) w.string(Fields.UNCHOKE_TOPICS, t);
        return outer(Fields.RPC_CHOKE, w.toBytes());
    }

    private static byte[] ids(ProtoWriter w, int field, List<MessageId> ids) {
        for (MessageId id : ids) w.bytes(field, id.shared());
        return w.toBytes();
    }

    private RpcWriter outer(int field, byte[] value) {
        if (room(ProtoWriter.bytesSize(field, value.length))) outer = append(outer, field, value);
        return this;
    }

    private RpcWriter control(int field, byte[] value) {
        if (room(ProtoWriter.bytesSize(field, value.length))) control = append(control, field, value);
        return this;
    }

    private static Buf append(@Nullable Buf to, int field, byte[] value) {
        Buf b = to == null ? new Buf(ProtoWriter.bytesSize(field, value.length)) : to;
        new ProtoWriter(b).bytes(field, value);
        return b;
    }

    private boolean room(int more) {
        if (more > sizeMax - SLACK) return false;
        if (size(outer) + size(control) + more > sizeMax - SLACK) cut();
        return true;
    }

    private static int size(@Nullable Buf b) {
        return b == null ? 0 : b.size();
    }

    private void cut() {
        Buf o = outer;
        Buf c = control;
        if (o == null && c == null) return;
        int size = size(o) + (c == null ? 0 : ProtoWriter.bytesSize(Fields.RPC_CONTROL, c.size()));
        Buf frame = new Buf(Varint.size(size) + size).putVarint(size);
        if (o != null) o.moveTo(frame, o.size());
        if (c != null) new ProtoWriter(frame).bytes(Fields.RPC_CONTROL, c.array, c.start, c.size());
        frames.add(frame.array);
        if (observed) {
            facts.add(now);
            now = RpcFacts.empty(0);
        }
        outer = null;
        control = null;
    }

    /** The RPCs, each after its length. */
    List<byte[]> frames() {
        cut();
        return frames;
    }
}
