package libp2p.core.node;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import libp2p.core.CloseReason;
import libp2p.core.Watch;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Connection;
import libp2p.core.wire.BaseConnection;
import libp2p.multiformats.Nullable;

/** The connected peers: their connections, and which of the node's protocols each is known to speak. On the node's loop. */
final class Peers {
    /** Software whose peers bear many streams of one protocol at once, and bursts of them; others may cut beyond 32, as js-libp2p does. */
    private static final List<String> ROOMY = List.of("java-libp2p/", "go-libp2p", "kubo/", "rust-libp2p");

    /** Software that is known not to be built on js-libp2p, whose mplex cuts the connection when streams are opened in bursts. */
    private static final List<String> BEARS_BURSTS =
            List.of("teku/", "jvm-libp2p", "nim-libp2p", "nimbus", "lighthouse/", "prysm/", "py-libp2p");

    private static final int ROOMY_STREAMS = 256;

    private static final class Entry {
        private final List<Connection> connections = new ArrayList<>(1);
        private final LinkedHashSet<Protocol> speaks = new LinkedHashSet<>(4);
    }

    private final Swarm swarm;
    private List<Protocol> protocols;
    private final Map<PeerId, Entry> entries = new LinkedHashMap<>();
    private final Watch.Cell<List<PeerId>> watch = new Watch.Cell<>(List.of());
    private Runnable empty = () -> {};

    Peers(Swarm swarm, List<Protocol> protocols) {
        this.swarm = swarm;
        this.protocols = protocols;
    }

    void add(Connection c) {
        Entry e = entries.get(c.remote());
        if (e == null) {
            e = new Entry();
            entries.put(c.remote(), e);
            publish();
        }
        // Unlimited ones first, then the newest: it is the one most likely to be alive.
        int at = 0;
        if (c.limited()) while (at < e.connections.size() && !e.connections.get(at).limited()) at++;
        e.connections.add(at, c);
        swarm.peers().connected(c.remote());
        if (!c.inbound()) swarm.peers().add(c.remote(), List.of(c.remoteAddress()), PeerBook.TOLD_NANOS);
        for (Protocol p : protocols) swarm.guard("onConnection of " + p.ids(), () -> p.onConnection(c));
        for (Protocol p : protocols) if (speaks(p, swarm.peers().protocols(c.remote()))) spoke(c.remote(), "", p);
    }

    void remove(Connection c, CloseReason reason) {
        Entry e = entries.get(c.remote());
        if (e == null || !e.connections.remove(c)) return;
        swarm.peers().disconnected(c.remote());
        for (Protocol p : protocols) swarm.guard("onConnectionClosed of " + p.ids(), () -> p.onConnectionClosed(c, reason));
        if (!e.connections.isEmpty()) return;
        entries.remove(c.remote());
        for (Protocol p : e.speaks) swarm.guard("onPeerGone of " + p.ids(), () -> p.onPeerGone(c.remote()));
        publish();
        if (entries.isEmpty()) empty.run();
    }

    /** The peer has shown that it speaks a protocol, by a stream or by its word. */
    void spoke(PeerId peer, String id, Protocol p) {
        Entry e = entries.get(peer);
        if (e == null || !protocols.contains(p) || !e.speaks.add(p)) return;
        swarm.guard("onPeer of " + p.ids(), () -> p.onPeer(peer));
    }

    void learned(Connection c, Identified i) {
        Entry e = entries.get(c.remote());
        String agent = i.agent();
        if (agent != null && c instanceof BaseConnection) {
            BaseConnection base = (BaseConnection) c;
            boolean roomy = startsWithOne(agent, ROOMY);
            if (roomy) base.pace(ROOMY_STREAMS);
            if (roomy || startsWithOne(agent, BEARS_BURSTS)) base.unpaced();
        }
        List<String> ids = i.protocols();
        if (e == null || ids == null) return;
        for (Connection each : e.connections) if (each instanceof BaseConnection base) base.answers(ids);
        for (Protocol p : protocols) {
            if (speaks(p, ids)) {
                spoke(c.remote(), "", p);
            } else if (e.speaks.remove(p)) {
                swarm.guard("onPeerGone of " + p.ids(), () -> p.onPeerGone(c.remote()));
            }
        }
    }

    private static boolean startsWithOne(String agent, List<String> names) {
        for (String name : names) if (agent.regionMatches(true, 0, name, 0, name.length())) return true;
        return false;
    }

    private static boolean speaks(Protocol p, List<String> ids) {
        for (String id : ids) if (p.speaks(id)) return true;
        return false;
    }

    /** From now on no protocol is told of anything. */
    void stop() {
        protocols = List.of();
        for (Entry e : entries.values()) e.speaks.clear();
    }

    List<Connection> of(PeerId peer) {
        @Nullable Entry e = entries.get(peer);
        return e == null ? List.of() : new ArrayList<>(e.connections);
    }

    List<Connection> all() {
        List<Connection> all = new ArrayList<>();
        for (Entry e : entries.values()) all.addAll(e.connections);
        return all;
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    /** Runs when the last peer has gone. */
    void whenEmpty(Runnable task) {
        empty = task;
    }

    Watch<List<PeerId>> watch() {
        return watch;
    }

    private void publish() {
        watch.set(new ArrayList<>(entries.keySet()));
    }
}
