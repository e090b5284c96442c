package libp2p.gossipsub;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import libp2p.core.Watch;
import libp2p.core.node.Messages;
import libp2p.core.node.Node;

/** Makes the reader of each loop, and tells all of them which topics we have joined. */
final class RpcReaders implements Supplier<Messages.Intake<Rpc>> {
    private final Node node;
    private final GossipConfig config;
    private final Watch.Cell<Map<String, TopicConfig>> topics = new Watch.Cell<>(Map.of());

    RpcReaders(Node node, GossipConfig config) {
        this.node = node;
        this.config = config;
    }

    @Override
    public RpcReader get() {
        Recent recent = new Recent(config.limits.recentMax(), config.limits.recentBytesMax(), node.random().nextLong());
        return new RpcReader(config.rpcLimits, topics, recent);
    }

    /** What we have joined from now on. */
    void joined(State state) {
        Map<String, TopicConfig> now = new HashMap<>(); // looked into, never walked through
        for (TopicState t : state.ours) {
            TopicConfig c = t.config;
            if (t.joined && c != null) now.put(t.name, c);
        }
        topics.set(now);
    }
}
