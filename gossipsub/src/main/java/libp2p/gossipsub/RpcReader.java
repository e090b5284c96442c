package libp2p.gossipsub;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import libp2p.core.Buf;
import libp2p.core.Violation;
import libp2p.core.Watch;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Connection;
import libp2p.core.node.Messages;
import libp2p.core.proto.ProtoReader;
import libp2p.multiformats.Nullable;

/** Reads the RPCs that come on the connections of one loop: counts first, then knows copies by their bytes, then names what is new. */
final class RpcReader implements Messages.Intake<Rpc> {
    private final RpcLimits limits;
    private final Watch<Map<String, TopicConfig>> topics;
    private final Recent recent;

    RpcReader(RpcLimits limits, Watch<Map<String, TopicConfig>> topics, Recent recent) {
        this.limits = limits;
        this.topics = topics;
        this.recent = recent;
    }

    @Override
    public Rpc read(Connection connection, Buf frame) {
        return read(connection.remote(), frame, connection.loop().nanoTime());
    }

    Rpc read(PeerId from, Buf frame, long nanos) {
        RpcCounts.check(frame, limits);
        Rpc rpc = new Rpc(frame.size());
        ProtoReader in = new ProtoReader(frame);
        for (int field = in.next(); field != 0; field = in.next()) {
            switch (field) {
                case Fields.RPC_SUBSCRIPTIONS -> subscription(in.message(limits.bytesMax()), rpc);
                case Fields.RPC_PUBLISH -> message(in.view(limits.bytesMax()), from, nanos, rpc);
                case Fields.RPC_CONTROL -> control(in.message(limits.bytesMax()), rpc);
                case Fields.RPC_PARTIAL -> rpc.partial = partial(in.message(limits.bytesMax()), from);
                case Fields.RPC_TEST -> rpc.test = true;
                case Fields.RPC_CHOKE -> choke(in.message(limits.bytesMax()), rpc);
                default -> {}
            }
        }
        return rpc;
    }

    private void subscription(ProtoReader in, Rpc rpc) {
        String topic = null;
        boolean subscribe = false;
        boolean requests = false;
        boolean supports = false;
        for (int field = in.next(); field != 0; field = in.next()) {
            switch (field) {
                case Fields.SUB_SUBSCRIBE -> subscribe = in.bool();
                case Fields.SUB_TOPIC -> topic = in.string(limits.topicBytesMax());
                case Fields.SUB_REQUESTS_PARTIAL -> requests = in.bool();
                case Fields.SUB_SUPPORTS_PARTIAL -> supports = in.bool();
                default -> {}
            }
        }
        // "If requestsPartial is true, this is assumed to be true" (extensions.proto)
        if (topic != null) rpc.subscriptions = Rpc.with(rpc.subscriptions,
                new Rpc.Subscription(topic, subscribe, requests, requests || supports));
    }

    private void message(Buf raw, PeerId from, long nanos, Rpc rpc) {
        Message known = recent.find(raw);
        if (known != null) {
            rpc.copies = Rpc.with(rpc.copies, known);
            return;
        }
        TopicConfig config = topics.value().get(topic(raw));
        if (config == null) {
            rpc.strange++;
            return;
        }
        Message m = Message.read(raw, from, nanos, limits);
        m.name(config.ids().of(m));
        recent.add(m);
        rpc.messages = Rpc.with(rpc.messages, m);
    }

    /** The topic of a message of which nothing else is made yet. */
    private String topic(Buf raw) {
        ProtoReader in = new ProtoReader(new Buf(raw.array, raw.start, raw.end));
        for (int field = in.next(); field != 0; field = in.next()) {
            if (field == Fields.MESSAGE_TOPIC) return in.string(limits.topicBytesMax());
        }
        throw new Violation("a message without a topic");
    }

    private void control(ProtoReader in, Rpc rpc) {
        for (int field = in.next(); field != 0; field = in.next()) {
            switch (field) {
                case Fields.CONTROL_IHAVE -> ihave(in.message(limits.bytesMax()), rpc);
                case Fields.CONTROL_IWANT -> rpc.iwant = ids(in.message(limits.bytesMax()), Fields.IWANT_IDS, rpc.iwant);
                case Fields.CONTROL_GRAFT -> {
                    ProtoReader graft = in.message(limits.bytesMax());
                    for (int f = graft.next(); f != 0; f = graft.next()) {
                        if (f == Fields.GRAFT_TOPIC) rpc.graft = Rpc.with(rpc.graft, graft.string(limits.topicBytesMax()));
                    }
                }
                case Fields.CONTROL_PRUNE -> prune(in.message(limits.bytesMax()), rpc);
                case Fields.CONTROL_IDONTWANT -> rpc.idontwant = ids(in.message(limits.bytesMax()), Fields.IWANT_IDS, rpc.idontwant);
                case Fields.CONTROL_EXTENSIONS -> rpc.extensions = extensions(in.message(limits.bytesMax()));
                default -> {}
            }
        }
    }

    private void ihave(ProtoReader in, Rpc rpc) {
        String topic = "";
        List<MessageId> ids = new ArrayList<>(4);
        int before = 0;
        for (Rpc.IHave h : rpc.ihave) before += h.ids().size();
        for (int field = in.next(); field != 0; field = in.next()) {
            if (field == Fields.IHAVE_TOPIC) topic = in.string(limits.topicBytesMax());
            else if (field == Fields.IHAVE_IDS) id(in, ids, limits.idsMax() - before);
        }
        rpc.ihave = Rpc.with(rpc.ihave, new Rpc.IHave(topic, ids));
    }

    private List<MessageId> ids(ProtoReader in, int idField, List<MessageId> before) {
        List<MessageId> ids = before.isEmpty() ? new ArrayList<>(4) : before;
        for (int field = in.next(); field != 0; field = in.next()) if (field == idField) id(in, ids, limits.idsMax());
        return ids;
    }

    private void id(ProtoReader in, List<MessageId> to, int max) {
        Buf id = in.view(limits.bytesMax());
        if (to.size() < max && id.size() <= limits.idBytesMax()) to.add(MessageId.own(id.takeAll()));
    }

    private void prune(ProtoReader in, Rpc rpc) {
        String topic = "";
        List<Rpc.Px> peers = List.of();
        long backoff = 0;
        for (int field = in.next(); field != 0; field = in.next()) {
            switch (field) {
                case Fields.PRUNE_TOPIC -> topic = in.string(limits.topicBytesMax());
                case Fields.PRUNE_PEERS -> {
                    Rpc.Px px = px(in.message(limits.bytesMax()));
                    if (px != null) peers = Rpc.with(peers, px);
                }
                case Fields.PRUNE_BACKOFF -> backoff = in.varint();
                default -> {}
            }
        }
        rpc.prune = Rpc.with(rpc.prune, new Rpc.Prune(topic, peers, backoff));
    }

    private Rpc.@Nullable Px px(ProtoReader in) {
        PeerId peer = null;
        byte[] signedRecord = null;
        for (int field = in.next(); field != 0; field = in.next()) {
            if (field == Fields.PEER_ID) {
                byte[] id = in.bytes(limits.bytesMax());
                try {
                    peer = PeerId.decode(id);
                } catch (Violation v) {
                    return null; // go passes on ids that it has not looked at
                }
            } else if (field == Fields.PEER_RECORD) {
                signedRecord = in.bytes(limits.bytesMax());
            }
        }
        return peer == null ? null : new Rpc.Px(peer, signedRecord);
    }

    private static Rpc.Extensions extensions(ProtoReader in) {
        boolean partial = false;
        boolean test = false;
        boolean choke = false;
        for (int field = in.next(); field != 0; field = in.next()) {
            switch (field) {
                case Fields.EXTENSIONS_PARTIAL -> partial = in.bool();
                case Fields.EXTENSIONS_TEST -> test = in.bool();
                case Fields.EXTENSIONS_CHOKE -> choke = in.bool();
                default -> {}
            }
        }
        return new Rpc.Extensions(partial, test, choke);
    }

    private PartialMessage partial(ProtoReader in, PeerId from) {
        String topic = "";
        byte[] group = {};
        byte[] parts = null;
        byte[] metadata = null;
        for (int field = in.next(); field != 0; field = in.next()) {
            switch (field) {
                case Fields.PARTIAL_TOPIC -> topic = in.string(limits.topicBytesMax());
                case Fields.PARTIAL_GROUP -> group = in.bytes(limits.idBytesMax());
                case Fields.PARTIAL_MESSAGE -> parts = in.bytes(limits.bytesMax());
                case Fields.PARTIAL_METADATA -> metadata = in.bytes(limits.bytesMax());
                default -> {}
            }
        }
        return new PartialMessage(from, topic, group, parts, metadata);
    }

    private void choke(ProtoReader in, Rpc rpc) {
        for (int field = in.next(); field != 0; field = in.next()) {
            if (field == Fields.CHOKE_TOPICS && rpc.choke.size() < limits.graftsMax()) {
                rpc.choke = Rpc.with(rpc.choke, in.string(limits.topicBytesMax()));
            } else if (field == Fields.UNCHOKE_TOPICS && rpc.unchoke.size() < limits.graftsMax()) {
                rpc.unchoke = Rpc.with(rpc.unchoke, in.string(limits.topicBytesMax()));
            }
        }
    }
}
