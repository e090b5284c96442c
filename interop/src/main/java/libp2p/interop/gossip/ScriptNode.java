package libp2p.interop.gossip;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import libp2p.core.Buf;
import libp2p.core.Callback;
import libp2p.core.identity.PeerId;
import libp2p.core.identity.PrivateKey;
import libp2p.core.net.Limits;
import libp2p.gossipsub.Gossip;
import libp2p.gossipsub.GossipConfig;
import libp2p.gossipsub.GossipListener;
import libp2p.gossipsub.Message;
import libp2p.gossipsub.MessageId;
import libp2p.gossipsub.Overlay;
import libp2p.gossipsub.PartialActions;
import libp2p.gossipsub.PublishResult;
import libp2p.gossipsub.RpcLimits;
import libp2p.gossipsub.Timing;
import libp2p.gossipsub.Topic;
import libp2p.gossipsub.TopicConfig;
import libp2p.gossipsub.Validator;
import libp2p.gossipsub.Verdict;
import libp2p.identify.Identify;
import libp2p.jvm.Host;
import libp2p.jvm.JvmCrypto;
import libp2p.jvm.P2pException;
import libp2p.multiformats.Multiaddr;

/**
 * A node that does what a script of libp2p/test-plans' gossipsub-interop says: messages are unsigned, named by their first eight bytes, and
 * each one that comes is told of, copies too.
 */
final class ScriptNode implements AutoCloseable {
    private static final int MESSAGE_MAX = 10 << 20;
    private static final int ID_BYTES = 8;
    private static final JvmCrypto CRYPTO = JvmCrypto.create();
    private static final long CONNECT_SECONDS = 60;
    private static final long RETRY_MILLIS = 200;

    /** Where the nodes of a script are: at {@code node<N>} and one port, or all here, at a port each. */
    record Places(int port, boolean here) {
        static final Places BY_NAME = new Places(9000, false);

        String listen(int node) {
            return here ? "/ip4/127.0.0.1/tcp/" + (port + node) : "/ip4/0.0.0.0/tcp/" + port;
        }

        Multiaddr of(int node) throws Exception {
            if (here) return Multiaddr.of("/ip4/127.0.0.1/tcp/" + (port + node));
            return Multiaddr.of("/ip4/" + InetAddress.getByName("node" + node).getHostAddress() + "/tcp/" + port);
        }
    }

    private final int number;
    private final Places places;
    private final long startMillis;
    private final Receipts receipts;
    private final Map<String, Topic> topics = new ConcurrentHashMap<>(); // asked for by parts, on the loop
    private final Map<String, Long> delays = new HashMap<>();
    private final ScriptParts parts;
    private Host host;
    private Gossip gossip;

    ScriptNode(int number, Places places, long startMillis, Receipts receipts) {
        this.number = number;
        this.places = places;
        this.startMillis = startMillis;
        this.receipts = receipts;
        parts = new ScriptParts(this::send, group -> receipts.complete(number, group));
    }

    private static PrivateKey key(int node) {
        byte[] seed = new byte[32];
        for (int i = 0; i < 4; i++) seed[i] = (byte) (node >> 8 * i);
        return PrivateKey.ofEd25519Seed(seed, CRYPTO);
    }

    private static PeerId id(int node) {
        return PeerId.of(key(node).publicKey(CRYPTO), CRYPTO);
    }

    void run(JsonArray script) throws Exception {
        for (Object each : script) step((JsonObject) each);
    }

    private void step(JsonObject told) throws Exception {
        switch (told.getString("type")) {
            case "ifNodeIDEquals" -> {
                if (told.getInt("nodeID") == number) step(told.getObject("instruction"));
            }
            case "initGossipSub" -> begin(told.getObject("gossipSubParams", new JsonObject()));
            case "connect" -> {
                for (Object to : told.getArray("connectTo")) connect(((Number) to).intValue());
            }
            case "waitUntil" -> {
                long left = startMillis + (long) (told.getDouble("elapsedSeconds") * 1000) - System.currentTimeMillis();
                if (left > 0) Thread.sleep(left);
            }
            case "setTopicValidationDelay" ->
                    delays.put(told.getString("topicID"), (long) (told.getDouble("delaySeconds") * 1e9));
            case "subscribeToTopic" -> topic(told.getString("topicID"), told.getBoolean("partial", false)).subscribe(m -> {});
            case "publish" -> publish(told);
            case "addPartialMessage" -> {
                topic(told.getString("topicID"), true);
                gossip.run(() -> parts.add(told.getString("topicID"), told.getLong("groupID"), told.getInt("parts")));
            }
            case "publishPartial" -> publishParts(told);
            default -> throw new IllegalArgumentException("instruction " + told.getString("type") + " is not known");
        }
    }

    private void begin(JsonObject params) throws Exception {
        gossip = new Gossip(GossipConfig.builder()
                .overlay(overlay(params)).timing(timing(params))
                .rpcLimits(RpcLimits.DEFAULT.bytesMax(MESSAGE_MAX))
                .partial(parts)
                .listener(new GossipListener() {
                    @Override
                    public void delivered(Message m) {
                        receipts.add(number, m, m.receivedFrom());
                    }

                    @Override
                    public void duplicate(Message m, PeerId from) {
                        receipts.add(number, m, from);
                    }
                }).build());
        host = Host.builder().identity(key(number)).listen(places.listen(number))
                .limits(Limits.DEFAULT.with().connectionsPerAddressMax(4096).build())
                .protocol(new Identify(), gossip).start();
        receipts.begun(number, host.id());
    }

    private static Overlay overlay(JsonObject p) {
        Overlay d = Overlay.DEFAULT;
        return new Overlay(p.getInt("D", d.d()), p.getInt("Dlo", d.low()), p.getInt("Dhi", d.high()), p.getInt("Dscore", d.score()),
                p.getInt("Dout", d.out()), p.getInt("Dlazy", d.lazy()), p.getDouble("GossipFactor", d.gossipFactor()));
    }

    private static Timing timing(JsonObject p) {
        Timing d = Timing.DEFAULT;
        return new Timing(p.getLong("HeartbeatInterval", d.heartbeatNanos()), p.getLong("HeartbeatInitialDelay", d.heartbeatInitialNanos()),
                p.getInt("HistoryLength", d.historyBeats()), p.getInt("HistoryGossip", d.gossipBeats()), d.fanoutNanos(), d.seenNanos(),
                d.pruneBackoffNanos(), d.unsubscribeBackoffNanos(), d.graftFloodNanos(), d.iwantFollowupNanos(), d.idontwantBeats(),
                d.opportunisticBeats(), d.directBeats(), d.connectNanos(), d.validationNanos());
    }

    private void connect(int to) throws Exception {
        Multiaddr address = Multiaddr.of(places.of(to) + "/p2p/" + id(to));
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(CONNECT_SECONDS);
        while (true) {
            try {
                host.connect(address.toString());
                return;
            } catch (P2pException e) { // it may not be there yet
                if (System.nanoTime() > until) throw e;
                Thread.sleep(RETRY_MILLIS);
            }
        }
    }

    private Topic topic(String name, boolean partial) {
        return topics.computeIfAbsent(name, t -> {
            TopicConfig config = TopicConfig.unsigned(ScriptNode::named)
                    .limits(1024, MESSAGE_MAX)
                    .validator(validator(delays.getOrDefault(t, 0L)));
            return gossip.topic(t, partial ? config.partial(true) : config);
        });
    }

    private static MessageId named(Message m) {
        return MessageId.of(Arrays.copyOf(m.data(), Math.min(ID_BYTES, m.dataSize())));
    }

    private static Validator validator(long delayNanos) {
        if (delayNanos == 0) return Validator.ACCEPT_ALL;
        return (node, m, done) -> node.loop().schedule(delayNanos, () -> done.done(Verdict.ACCEPT, null));
    }

    private void publish(JsonObject told) throws Exception {
        byte[] data = new byte[Math.max(ID_BYTES, told.getInt("messageSizeBytes"))];
        new Buf(data, 0, 0).putI64(told.getLong("messageID"));
        Topic topic = topic(told.getString("topicID"), false);
        receipts.published(number, told.getLong("messageID"));
        host.await((Callback<PublishResult> done) -> topic.publish(data, done));
    }

    private void publishParts(JsonObject told) throws Exception {
        String topic = told.getString("topicID");
        topic(topic, true);
        JsonArray only = told.getArray("publishToNodeIDs");
        Set<PeerId> to = only == null ? null : only.stream().map(n -> id(((Number) n).intValue())).collect(Collectors.toSet());
        receipts.partsPublished(number, told.getLong("groupID"));
        gossip.run(() -> parts.publish(topic, told.getLong("groupID"), to));
    }

    private void send(String topic, byte[] group, PartialActions actions) {
        topic(topic, true).publishPartial(group, actions, (sent, failure) -> {
            if (failure != null) System.err.println("node " + number + ": parts were not published: " + failure);
        });
    }

    @Override
    public void close() {
        if (host != null) host.close();
    }
}
