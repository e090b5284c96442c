package libp2p.core.node;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
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

    /** Its lists are never changed, only replaced: most are empty or the node's own, and take no room. */
    private static final class Entry extends KeyTable.Entry {
        private @Nullable Entry before; // in the order in which they came, as the next
        private @Nullable Entry after;
        private Connection best;
        private List<Connection> others = List.of();
        private List<Protocol> speaks = List.of();

        Entry(Connection first) {
            super(first.remote());
            best = first;
        }

        PeerId peer() {
            return (PeerId) key();
        }

        /** Unlimited ones first, then the newest: it is the one most likely to be alive. */
        void add(Connection c) {
            if (!c.limited() || best.limited()) {
                others = with(others, 0, best);
                best = c;
                return;
            }
            int at = 0;
            while (at < others.size() && !others.get(at).limited()) at++;
            others = with(others, at, c);
        }

        /** Takes one out, which is not the only one; says whether it was there. */
        boolean remove(Connection c) {
            if (best == c) {
                best = others.get(0);
                others = without(others, best);
                return true;
            }
            if (!others.contains(c)) return false;
            others = without(others, c);
            return true;
        }

        boolean isOnly(Connection c) {
            return best == c && others.isEmpty();
        }

        List<Connection> all() {
            return with(others, 0, best);
        }
    }

    private final Swarm swarm;
    private List<Protocol> protocols;
    private final KeyTable<Entry> entries = new KeyTable<>();
    private @Nullable Entry first;
    private @Nullable Entry last;
    private final Watch.Cell<List<PeerId>> watch = new Watch.Cell<>(List.of());
    private @Nullable Runnable empty;

    Peers(Swarm swarm, List<Protocol> protocols) {
        this.swarm = swarm;
        this.protocols = protocols;
    }

    void add(Connection c) {
        PeerId peer = c.remote();
        Entry e = entries.find(peer);
        if (e == null) {
            enter(new Entry(c));
            publish();
        } else {
            e.add(c);
        }
        if (!c.inbound()) swarm.peers().add(peer, List.of(c.remoteAddress()), PeerBook.TOLD_NANOS);
        List<String> ids = swarm.peers().protocols(peer);
        for (Protocol p : protocols) swarm.guard("onConnection of ", p, () -> p.onConnection(c));
        for (Protocol p : protocols) if (speaks(p, ids)) spoke(peer, p);
    }

    void remove(Connection c, CloseReason reason) {
        PeerId peer = c.remote();
        Entry e = entries.find(peer);
        if (e == null) return;
        boolean leaves = e.isOnly(c);
        if (!leaves && !e.remove(c)) return;
        if (leaves) {
            leave(e);
            swarm.peers().disconnected(peer);
        }
        for (Protocol p : protocols) swarm.guard("onConnectionClosed of ", p, () -> p.onConnectionClosed(c, reason));
        if (!leaves) return;
        for (Protocol p : e.speaks) swarm.guard("onPeerGone of ", p, () -> p.onPeerGone(peer));
        publish();
        if (isEmpty() && empty != null) empty.run();
    }

    private void enter(Entry e) {
        entries.add(e);
        e.before = last;
        if (last == null) first = e;
        else last.after = e;
        last = e;
    }

    private void leave(Entry e) {
        entries.remove(e);
        if (e.before == null) first = e.after;
        else e.before.after = e.after;
        if (e.after == null) last = e.before;
        else e.after.before = e.before;
    }

    private static <T> List<T> with(List<T> list, int at, T more) {
        if (list.isEmpty()) return List.of(more);
        List<T> all = new ArrayList<>(list);
        all.add(at, more);
        return Collections.unmodifiableList(all);
    }

    private static <T> List<T> without(List<T> list, T gone) {
        if (list.size() == 1) return List.of();
        List<T> rest = new ArrayList<>(list);
        rest.remove(gone);
        return rest.size() == 1 ? List.of(rest.get(0)) : Collections.unmodifiableList(rest);
    }

    /** A stream has shown that the peer speaks a protocol; that of the last is noted, so that nothing is looked up for the next. */
    void spoke(Connection c, Protocol p) {
        if (!(c instanceof BaseConnection)) {
            spoke(c.remote(), p);
            return;
        }
        BaseConnection base = (BaseConnection) c;
        if (base.noted() == p) return;
        spoke(c.remote(), p);
        Entry e = entries.find(c.remote());
        if (e != null && e.speaks.contains(p)) base.note(p);
    }

    /** The peer has shown that it speaks a protocol, by a stream or by its word. */
    void spoke(PeerId peer, Protocol p) {
        Entry e = entries.find(peer);
        if (e == null || e.speaks.contains(p) || !protocols.contains(p)) return;
        e.speaks = e.speaks.size() + 1 == protocols.size() ? protocols : with(e.speaks, e.speaks.size(), p);
        swarm.guard("onPeer of ", p, () -> p.onPeer(peer));
    }

    void learned(Connection c, Identified i) {
        PeerId peer = c.remote();
        Entry e = entries.find(peer);
        String agent = i.agent();
        if (agent != null && c instanceof BaseConnection) {
            BaseConnection base = (BaseConnection) c;
            boolean roomy = startsWithOne(agent, ROOMY);
            if (roomy) base.pace(ROOMY_STREAMS);
            if (roomy || startsWithOne(agent, BEARS_BURSTS)) base.unpaced();
        }
        List<String> ids = i.protocols();
        if (e == null || ids == null) return;
        for (Connection each : e.all()) if (each instanceof BaseConnection base) base.answers(ids);
        for (Protocol p : protocols) {
            if (speaks(p, ids)) {
                spoke(peer, p);
            } else if (e.speaks.contains(p)) {
                e.speaks = without(e.speaks, p);
                for (Connection each : e.all()) if (each instanceof BaseConnection base && base.noted() == p) base.note(null);
                swarm.guard("onPeerGone of ", p, () -> p.onPeerGone(peer));
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
        for (Entry e = first; e != null; e = e.after) e.speaks = List.of();
    }

    List<Connection> of(PeerId peer) {
        @Nullable Entry e = entries.find(peer);
        return e == null ? List.of() : e.all();
    }

    List<Connection> all() {
        List<Connection> all = new ArrayList<>(entries.size());
        for (Entry e = first; e != null; e = e.after) {
            all.add(e.best);
            if (!e.others.isEmpty()) all.addAll(e.others);
        }
        return all;
    }

    boolean has(PeerId peer) {
        return entries.find(peer) != null;
    }

    boolean isEmpty() {
        return first == null;
    }

    /** Runs when the last peer has gone; null for no longer. */
    void whenEmpty(@Nullable Runnable task) {
        empty = task;
    }

    Watch<List<PeerId>> watch() {
        return watch;
    }

    private void publish() {
        List<PeerId> all = new ArrayList<>(entries.size());
        for (Entry e = first; e != null; e = e.after) all.add(e.peer());
        watch.set(all);
    }
}
