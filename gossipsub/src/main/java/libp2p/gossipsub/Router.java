package libp2p.gossipsub;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Connection;
import libp2p.core.node.Messages;
import libp2p.core.node.Node;
import libp2p.core.node.PeerBook;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;

/**
 * The machine: peers that come and go, what they say, and the heartbeat. Each part of it is a class; this one says in which order.
 *
 * <p>On the node's loop. Sources: specs/pubsub/README.md, gossipsub-v1.0.md to v1.3.md.
 */
final class Router implements Messages.Receiver<Rpc> {
    final State state;
    final Sender sender;
    final Membership membership;
    final TopicListeners listeners;
    final Publishing publishing;
    final Validation validation;
    final Control control;
    final Heartbeat heartbeat;
    final Extensions extensions;
    private final Messages<Rpc> messages;
    private Cancellable timer = Cancellable.NONE;

    Router(Node node, GossipConfig config, RpcReaders readers) {
        state = new State(node, config);
        Messages.Params params = new Messages.Params(
                config.rpcLimits.bytesMax(), Sender.lanes(config.limits), 64 * 1024, 256 * 1024, 4, 100_000_000L);
        messages = new Messages<>(node, config.ids, params, readers, this);
        sender = new Sender(state, messages);
        listeners = new TopicListeners(state);
        publishing = new Publishing(state, sender);
        membership = new Membership(state, sender, listeners, publishing, readers);
        validation = new Validation(state, sender, publishing, listeners);
        control = new Control(state, sender, membership, publishing);
        extensions = new Extensions(state, sender, publishing);
        heartbeat = new Heartbeat(state, sender, membership, extensions);
        heartbeat.validations(validation::sweep);
    }

    Messages<Rpc> messages() {
        return messages;
    }

    // ---- the beginning and the end

    void start() {
        state.listener.started(state.self());
        for (Map.Entry<PeerId, List<Multiaddr>> d : state.config.direct.entrySet()) {
            state.node.peers().add(d.getKey(), d.getValue(), PeerBook.FOR_EVER);
            state.exchange.connect(d.getKey(), List.of());
        }
        timer = state.node.loop().schedule(state.config.timing.heartbeatInitialNanos(), () -> beat(state.now()));
    }

    private void beat(long due) {
        long next = due + state.config.timing.heartbeatNanos();
        timer = state.node.loop().schedule(Math.max(0, next - state.now()), () ->
                beat(Math.max(next, state.now() - state.config.timing.heartbeatNanos())));
        long began = state.now();
        heartbeat.beat();
        for (TopicState t : new ArrayList<>(state.ours)) publishing.retry(t);
        state.listener.heartbeat(state.now() - began);
    }

    void stop() {
        timer.cancel();
        publishing.stop();
        for (TopicState t : new ArrayList<>(state.ours)) membership.leaveForGood(t);
        sender.flush();
        messages.stop();
    }

    // ---- peers

    void onPeer(PeerId id) {
        if (!state.peers.containsKey(id)) {
            GossipLimits limits = state.config.limits;
            int unwantedMax = limits.idontwantsPerBeatMax() * limits.idontwantIdsMax();
            Peer p = new Peer(id, new Unwanted(
                    limits.idontwantsPerBeatMax(), limits.idontwantIdsHeardMax(), state.config.timing.idontwantBeats(), unwantedMax));
            state.peers.put(id, p);
            state.scores.join(id);
            state.locate(p);
            if (state.gater != null) {
                state.gater.join(p.source);
                p.gaterSource = p.source;
            }
        }
        if (!state.blacklist.contains(id)) messages.open(id);
    }

    void onConnection(Connection c) {
        messages.connected(c);
        Peer p = state.peers.get(c.remote());
        if (p != null) state.locate(p);
    }

    void onPeerGone(PeerId id) {
        messages.close(id);
        Peer p = state.peers.remove(id);
        if (p == null) return;
        if (p.ready) unready(p);
        membership.gone(p);
        state.promises.forgive(id);
        String source = p.gaterSource;
        if (state.gater != null && source != null) state.gater.leave(source, state.now());
        state.scores.leave(id, state.now());
    }

    @Override
    public void onReady(PeerId id, Connection connection, String protocol) {
        Peer p = state.peers.get(id);
        Version v = Version.of(protocol);
        if (p == null || v == null) return;
        p.ready = true;
        p.version = v;
        p.outbound = !connection.inbound();
        state.locate(p);
        state.listener.peerReady(id, protocol);
        sender.hello(p);
        for (TopicState t : new ArrayList<>(p.topics)) {
            membership.mayGraft(p, t);
            publishing.retry(t);
        }
    }

    @Override
    public void onUnready(PeerId id, CloseReason reason) {
        Peer p = state.peers.get(id);
        if (p != null) unready(p);
    }

    private void unready(Peer p) {
        p.ready = false;
        p.forgetSayings();
        membership.unreachable(p);
        extensions.gone(p);
        state.listener.peerGone(p.id);
    }

    @Override
    public void onInbound(PeerId id, Connection connection, String protocol) {
        onPeer(id); // it speaks, whatever identify says
        Peer p = state.peers.get(id);
        if (p == null) return;
        p.firstRpc = true;
        membership.forgetTopics(p); // a new stream begins with all of them
    }

    @Override
    public void onInboundClosed(PeerId id, CloseReason reason) {
        Peer p = state.peers.get(id);
        if (p == null) return;
        p.extensions = Rpc.Extensions.NONE;
        membership.forgetTopics(p);
    }

    // ---- what they say

    @Override
    public void onMessage(PeerId id, Connection connection, Rpc rpc, int size) {
        Peer p = state.peers.get(id);
        if (p == null) return;
        if (state.blacklist.contains(id)) {
            membership.hear(p, rpc.subscriptions); // it may be forgiven
            return;
        }
        RpcInspector inspector = state.config.inspector;
        if (state.listener.rpcs() || inspector != null) {
            RpcFacts facts = RpcFacts.of(rpc);
            state.listener.received(id, facts);
            if (inspector != null && !inspector.accepts(id, facts)) return;
        }
        membership.hear(p, rpc.subscriptions);
        boolean direct = state.isDirect(p);
        if (!direct && state.score(p) < state.thresholds().graylist()) {
            state.listener.throttled(id, "graylist");
            p.firstRpc = false;
            return;
        }
        extensions.hear(p, rpc);
        if (!rpc.copies.isEmpty()) validation.copies(p, rpc.copies);
        if (!rpc.messages.isEmpty()) validation.take(p, rpc.messages, direct);
        if (rpc.hasControl()) control.hear(p, rpc);
    }

    // ---- at run time

    void addDirect(PeerId id, List<Multiaddr> addresses) {
        state.direct.add(id);
        if (!addresses.isEmpty()) state.node.peers().add(id, addresses, PeerBook.FOR_EVER);
        @Nullable Peer p = state.peers.get(id);
        if (p == null) state.exchange.connect(id, List.of());
        else membership.pruneEverywhere(p, GossipListener.PruneReason.EXCESS);
    }

    void removeDirect(PeerId id) {
        state.direct.remove(id);
    }

    void blacklist(PeerId id, boolean yes) {
        Peer p = state.peers.get(id);
        if (yes && state.blacklist.add(id)) {
            messages.close(id);
            if (p != null && p.ready) unready(p);
        } else if (!yes && state.blacklist.remove(id) && p != null) {
            messages.open(id);
        }
    }
}
