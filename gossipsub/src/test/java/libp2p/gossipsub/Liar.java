package libp2p.gossipsub;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import libp2p.core.CloseReason;
import libp2p.core.Rng;
import libp2p.core.Watch;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Connection;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.core.node.Messages;
import libp2p.core.node.Node;
import libp2p.core.node.Protocol;

/** A peer that joins a topic and the meshes of all it meets, passes nothing on, and floods them with what its kind of lie is. */
final class Liar implements Protocol, Messages.Receiver<Rpc> {
    /** What it floods with. */
    enum Kind { SILENCE, IHAVE, IWANT, IDONTWANT, GRAFT, EXCHANGE }

    private static final int PER_BEAT = 12; // more than are heard
    private static final int IDS = 20;

    private final Kind kind;
    private final String topic;
    private final List<PeerId> accomplices;
    private final Map<PeerId, Boolean> ready = new LinkedHashMap<>();
    private final List<MessageId> heard = new ArrayList<>();
    private Node node;
    private Messages<Rpc> messages;

    Liar(Kind kind, String topic, List<PeerId> accomplices) {
        this.kind = kind;
        this.topic = topic;
        this.accomplices = accomplices;
    }

    @Override
    public List<String> ids() {
        return List.of(Version.V1_2.id());
    }

    @Override
    public void start(Node started) {
        node = started;
        Messages.Lane lane = new Messages.Lane(200, 1 << 20);
        Messages.Params params = new Messages.Params(1 << 20, List.of(lane), 64 * 1024, 1 << 20, 4, 100_000_000L);
        Watch<Map<String, TopicConfig>> topics = new Watch<>(new java.util.HashMap<>(Map.of(topic, Net.PLAIN)));
        messages = new Messages<>(started, ids(), params, () -> new RpcReader(RpcLimits.DEFAULT, topics, new Recent(16, 1 << 16, 1)), this);
        beat();
    }

    private void beat() {
        node.loop().schedule(1_000_000_000L, this::beat);
        for (PeerId p : new ArrayList<>(ready.keySet())) for (int i = 0; i < PER_BEAT && kind != Kind.SILENCE; i++) lie(p);
    }

    private void lie(PeerId p) {
        Rng rng = node.random();
        RpcWriter w = new RpcWriter(1 << 20);
        switch (kind) {
            case IHAVE -> w.ihave(topic, invented(rng, IDS));
            case IWANT -> w.iwant(heard.isEmpty() ? invented(rng, IDS) : heard);
            case IDONTWANT -> w.idontwant(invented(rng, IDS));
            case GRAFT -> w.prune(topic, List.of(), 1).graft(topic);
            case EXCHANGE -> {
                List<Rpc.Px> px = new ArrayList<>();
                for (PeerId a : accomplices) if (px.size() < 16 && rng.nextInt(4) == 0) px.add(new Rpc.Px(a, null));
                w.prune(topic, px, 1).graft(topic);
            }
            default -> {}
        }
        say(p, w);
    }

    private static List<MessageId> invented(Rng rng, int n) {
        List<MessageId> ids = new ArrayList<>();
        for (int i = 0; i < n; i++) ids.add(MessageId.of(rng.bytes(32)));
        return ids;
    }

    private void say(PeerId p, RpcWriter w) {
        for (byte[] f : w.frames()) messages.send(p, f, 0, null, Long.MAX_VALUE);
    }

    @Override
    public boolean onConnectionLoop() {
        return true;
    }

    @Override
    public StreamHandler accept(Stream stream) {
        return messages.accept();
    }

    @Override
    public void onPeer(PeerId peer) {
        messages.open(peer);
    }

    @Override
    public void onPeerGone(PeerId peer) {
        messages.close(peer);
        ready.remove(peer);
    }

    @Override
    public void onReady(PeerId peer, Connection connection, String protocol) {
        ready.put(peer, true);
        say(peer, new RpcWriter(1 << 20).subscription(topic, true, false, false).graft(topic));
    }

    @Override
    public void onUnready(PeerId peer, CloseReason reason) {
        ready.remove(peer);
    }

    @Override
    public void onMessage(PeerId peer, Connection connection, Rpc rpc, int size) {
        for (Message m : rpc.messages) if (heard.size() < 50) heard.add(m.id());
    }
}
