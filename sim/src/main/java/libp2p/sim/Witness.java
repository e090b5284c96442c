package libp2p.sim;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import libp2p.core.CloseReason;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Connection;
import libp2p.core.net.Observer;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;

/**
 * The observer of all hosts of a world: it tells the story and gives the data to who listens, and stops the world when something of ours is
 * broken.
 */
final class Witness implements Observer {
    private final World world;
    private final Timeline time;
    private final Map<PeerId, Integer> numbers = new HashMap<>(); // of hosts, as far as they were asked for
    private @Nullable Consumer<? super Datum> data;

    Witness(World world) {
        this.world = world;
        this.time = world.timeline();
    }

    void data(@Nullable Consumer<? super Datum> listener) {
        data = listener;
    }

    private boolean deaf() {
        return data == null && !time.trace().isHeard();
    }

    private boolean tells() {
        return time.trace().isHeard();
    }

    private void say(String what) {
        time.trace().say(what);
    }

    private void give(Datum.Kind kind, @Nullable PeerId peer, boolean inbound, String what, long value, @Nullable CloseReason reason) {
        Consumer<? super Datum> d = data;
        if (d == null) return;
        SimHost host = time.current();
        int number = host == null ? -1 : host.index();
        d.accept(new Datum(time.now(), number, kind, peer == null ? -1 : number(peer), inbound, what, value,
                reason == null ? "" : reason.toString()));
    }

    /** Of the host that is that peer, or was; -1 if none is. */
    int number(PeerId peer) {
        Integer known = numbers.get(peer);
        if (known != null) return known;
        for (SimHost h : world.hosts()) numbers.put(h.id(), h.index());
        return numbers.getOrDefault(peer, -1);
    }

    @Override
    public void dialing(Multiaddr address, @Nullable PeerId peer) {
        if (deaf()) return;
        if (tells()) say("dials " + address);
        give(Datum.Kind.DIALING, peer, false, address.toString(), 0, null);
    }

    @Override
    public void dialed(Multiaddr address, @Nullable PeerId peer, long nanos, @Nullable CloseReason failure) {
        if (deaf()) return;
        if (tells() && failure != null) say("does not reach " + address + ": " + failure);
        give(Datum.Kind.DIALED, peer, false, address.toString(), nanos, failure);
    }

    @Override
    public void refused(Multiaddr remote, CloseReason reason) {
        if (deaf()) return;
        if (tells()) say("refuses " + remote + ": " + reason);
        give(Datum.Kind.REFUSED, null, true, remote.toString(), 0, reason);
    }

    @Override
    public void upgraded(Multiaddr remote, String step, long nanos, @Nullable String protocol) {
        if (deaf()) return;
        if (tells()) say("has done " + step + " with " + remote + ": " + protocol);
        give(Datum.Kind.UPGRADED, null, false, protocol == null ? step : step + " " + protocol, nanos, null);
    }

    @Override
    public void upgradeFailed(Multiaddr remote, boolean inbound, String step, CloseReason reason) {
        if (deaf()) return;
        if (tells()) say("fails in " + step + " with " + remote + ": " + reason);
        give(Datum.Kind.UPGRADE_FAILED, null, inbound, step, 0, reason);
    }

    @Override
    public void connected(Connection connection) {
        if (deaf()) return;
        if (tells()) say("is connected " + connection);
        give(Datum.Kind.CONNECTED, connection.remote(), connection.inbound(), connection.remoteAddress().toString(), 0, null);
    }

    @Override
    public void disconnected(Connection connection, CloseReason reason) {
        if (deaf()) return;
        if (tells()) say("is no longer connected " + connection + ": " + reason);
        give(Datum.Kind.DISCONNECTED, connection.remote(), connection.inbound(), connection.remoteAddress().toString(), 0, reason);
    }

    @Override
    public void streamOpened(Connection connection, String protocol, boolean inbound) {
        if (deaf()) return;
        if (tells()) say((inbound ? "takes a stream of " : "opens a stream of ") + protocol + ' ' + connection);
        give(Datum.Kind.STREAM_OPENED, connection.remote(), inbound, protocol, 0, null);
    }

    @Override
    public void streamClosed(Connection connection, String protocol, boolean inbound, CloseReason reason) {
        if (deaf()) return;
        if (tells()) say("ends a stream of " + protocol + ' ' + connection + ": " + reason);
        give(Datum.Kind.STREAM_CLOSED, connection.remote(), inbound, protocol, 0, reason);
    }

    @Override
    public void streamRefused(Connection connection, String protocol, CloseReason reason) {
        if (deaf()) return;
        if (tells()) say("refuses a stream " + connection + ": " + reason);
        give(Datum.Kind.STREAM_REFUSED, connection.remote(), true, protocol, 0, reason);
    }

    @Override
    public void message(Connection connection, String protocol, boolean inbound, int size) {
        if (deaf()) return;
        if (tells()) say((inbound ? "hears a message of " : "sends a message of ") + size + " bytes, " + protocol + ' ' + connection);
        give(Datum.Kind.MESSAGE, connection.remote(), inbound, protocol, size, null);
    }

    @Override
    public void decided(String protocol, String decision, @Nullable PeerId peer, long value) {
        if (deaf()) return;
        if (tells()) say("decides " + decision + " in " + protocol + (peer == null ? "" : " about " + peer) + ", " + value);
        give(Datum.Kind.DECIDED, peer, false, protocol + " " + decision, value, null);
    }

    @Override
    public void bug(String where, Throwable bug) {
        time.bug(where, bug);
    }
}
