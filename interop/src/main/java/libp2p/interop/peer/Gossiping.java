package libp2p.interop.peer;

import com.grack.nanojson.JsonObject;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.identity.PeerId;
import libp2p.gossipsub.Gossip;
import libp2p.gossipsub.Message;
import libp2p.gossipsub.PublishResult;
import libp2p.gossipsub.Topic;
import libp2p.interop.peer.JavaPeer.Lines;
import libp2p.jvm.Host;

/** The commands of gossipsub. */
final class Gossiping {
    private static final long MESH_POLL_MILLIS = 20;

    private final Host host;
    private final Gossip gossip;
    private final Lines lines;
    private final Map<String, Cancellable> subscriptions = new ConcurrentHashMap<>();

    Gossiping(Host host, Gossip gossip, Lines lines) {
        this.host = host;
        this.gossip = gossip;
        this.lines = lines;
    }

    Map<String, Object> subscribe(JsonObject told) {
        String name = told.getString("topic");
        subscriptions.computeIfAbsent(name, t -> gossip.topic(t).subscribe(this::tell));
        return Map.of();
    }

    private void tell(Message m) {
        lines.say(Lines.fields("event", "message", "topic", m.topic(), "from", String.valueOf(m.from()),
                "data", HexFormat.of().formatHex(m.data()), "id", m.id().toString()));
    }

    Map<String, Object> unsubscribe(JsonObject told) {
        Cancellable subscription = subscriptions.remove(told.getString("topic"));
        if (subscription == null) throw new IllegalStateException("not subscribed to " + told.getString("topic"));
        subscription.cancel();
        return Map.of();
    }

    Map<String, Object> publish(JsonObject told) throws Exception {
        Topic topic = gossip.topic(told.getString("topic"));
        byte[] data = HexFormat.of().parseHex(told.getString("data"));
        PublishResult r = host.await((Callback<PublishResult> done) -> topic.publish(data, done));
        return Lines.fields("messageId", r.id().toString(), "peers", r.sent().stream().map(PeerId::toString).toList());
    }

    /** Answers when the peer is in our mesh of the topic. */
    Map<String, Object> awaitMesh(JsonObject told) throws Exception {
        PeerId peer = PeerId.of(told.getString("peer"));
        Topic topic = gossip.topic(told.getString("topic"));
        while (true) {
            List<PeerId> mesh = host.await((Callback<List<PeerId>> done) -> topic.mesh(done));
            if (mesh.contains(peer)) return Map.of();
            Thread.sleep(MESH_POLL_MILLIS);
        }
    }
}
