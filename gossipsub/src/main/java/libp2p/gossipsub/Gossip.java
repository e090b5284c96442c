package libp2p.gossipsub;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Watch;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Connection;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.core.node.Node;
import libp2p.core.node.Protocol;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;

/**
 * Publish and subscribe: GossipSub 1.0 to 1.3, and floodsub with peers that know no better.
 *
 * <p>One per node. {@link #topic} gives topics; what is asked of them and of this may be asked from any thread once the node has started,
 * and is answered on the node's loop, unless said otherwise. See docs/gossipsub.md.
 */
public final class Gossip implements Protocol {
    private final GossipConfig config;
    private @Nullable Node node;
    private @Nullable Router router;
    private @Nullable RpcReaders readers;

    /** With the field's defaults. */
    public Gossip() {
        this(GossipConfig.DEFAULT);
    }

    /** With a configuration of its own. */
    public Gossip(GossipConfig config) {
        this.config = config;
    }

    // ---- topics

    /** A topic of ours, handled so from now on; it is joined when someone listens to it or relays it. */
    public Topic topic(String name, TopicConfig handling) {
        Topic t = new Topic(this, name);
        run(r -> {
            TopicState s = r.state.topic(name);
            if (s == null) return; // there are too many; whoever uses it hears of that
            r.state.handle(s, handling);
            TopicScoreParams score = handling.score();
            if (score != null) r.state.scores.params(name, score);
            if (s.joined) readers().joined(r.state);
        });
        return t;
    }

    /** A signed topic with the defaults. */
    public Topic topic(String name) {
        return topic(name, TopicConfig.SIGNED);
    }

    /**
     * Publishes several messages in turns: each goes out once before any goes out twice. For messages of which all are needed, such as
     * samples of data. Fails as one, before anything is sent.
     */
    public Cancellable publish(List<Draft> drafts, PublishOptions options, Callback<? super List<PublishResult>> done) {
        Batch batch = new Batch(router(), new ArrayList<>(drafts), options, done);
        return run(r -> batch.begin(), r -> batch.cancel());
    }

    // ---- peers

    /** Runs a task on the node's loop, where listeners such as {@link GossipMetrics} may be read. */
    public void run(Runnable task) {
        node().loop().execute(task);
    }

    /** Who is in which topics. */
    public Cancellable peers(Callback<? super Map<PeerId, List<String>>> done) {
        return ask(r -> {
            Map<PeerId, List<String>> all = new LinkedHashMap<>();
            for (Peer p : r.state.peers.values()) {
                List<String> topics = new ArrayList<>();
                for (TopicState t : p.topics) topics.add(t.name);
                all.put(p.id, topics);
            }
            done.done(all, null);
        });
    }

    /** The scores of all known peers as of the last heartbeat; may be read from any thread. They are kept from the first call on. */
    public Watch<Map<PeerId, Double>> scores() {
        run(r -> r.heartbeat.wantScores());
        return router().heartbeat.scores();
    }

    /** What a peer's score is made of; null if it is not known. */
    public Cancellable explain(PeerId peer, Callback<@Nullable PeerScore> done) {
        return ask(r -> done.done(r.state.scores.explain(peer), null));
    }

    /** From now on peers are scored so; what they did so far counts. */
    public void scores(ScoreParams params) {
        run(r -> r.state.scores.params(params));
    }

    /** From now on what peers do in these topics counts so; other topics stay as they are. */
    public void topicScores(Map<String, TopicScoreParams> params) {
        Map<String, TopicScoreParams> copy = new LinkedHashMap<>(params);
        run(r -> {
            for (Map.Entry<String, TopicScoreParams> e : copy.entrySet()) r.state.scores.params(e.getKey(), e.getValue());
        });
    }

    /** The application's penalty for what a peer did (P7). */
    public void penalise(PeerId peer, double amount) {
        run(r -> r.state.scores.penalise(peer, amount));
    }

    /** Keeps the peer connected and exchanges all messages with it, outside of meshes and whatever its score; it should have us so too. */
    public void addDirect(PeerId peer, List<Multiaddr> addresses) {
        run(r -> r.addDirect(peer, addresses));
    }

    /** Ends that. */
    public void removeDirect(PeerId peer) {
        run(r -> r.removeDirect(peer));
    }

    /** Hears nothing of the peer and nothing that it wrote, or does so again. */
    public void blacklist(PeerId peer, boolean yes) {
        run(r -> r.blacklist(peer, yes));
    }

    // ---- as a protocol

    @Override
    public List<String> ids() {
        return config.ids;
    }

    @Override
    public void start(Node started) {
        RpcReaders all = new RpcReaders(started, config);
        Router r = new Router(started, config, all);
        readers = all;
        router = r;
        node = started;
        r.start();
    }

    @Override
    public boolean onConnectionLoop() {
        return true;
    }

    @Override
    public StreamHandler accept(Stream stream) {
        return router().messages().accept();
    }

    @Override
    public void onConnection(Connection connection) {
        router().onConnection(connection);
    }

    @Override
    public void onConnectionClosed(Connection connection, CloseReason reason) {
        router().onConnection(connection);
    }

    @Override
    public void onPeer(PeerId peer) {
        router().onPeer(peer);
    }

    @Override
    public void onPeerGone(PeerId peer) {
        router().onPeerGone(peer);
    }

    @Override
    public void stop() {
        router().stop();
    }

    // ---- for the parts

    Router router() {
        Router r = router;
        if (r == null) throw new IllegalStateException("the node has not started");
        return r;
    }

    private RpcReaders readers() {
        RpcReaders all = readers;
        if (all == null) throw new IllegalStateException("the node has not started");
        return all;
    }

    Node node() {
        Node n = node;
        if (n == null) throw new IllegalStateException("the node has not started");
        return n;
    }

    void run(Consumer<Router> task) {
        Router r = router();
        node().loop().execute(() -> task.accept(r));
    }

    /** The same, for what is over at once. */
    Cancellable ask(Consumer<Router> task) {
        run(task);
        return Cancellable.NONE;
    }

    /** The same, for what can be given up. */
    Cancellable run(Consumer<Router> task, Consumer<Router> undo) {
        run(task);
        return () -> run(undo);
    }
}
