package libp2p.sim;

import libp2p.core.CloseReason;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Connection;
import libp2p.core.net.Observer;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;

/** The observer of all hosts of a world: it tells the story to who listens, and stops the world when something of ours is broken. */
final class Witness implements Observer {
    private final Timeline time;

    Witness(Timeline time) {
        this.time = time;
    }

    private boolean deaf() {
        return !time.trace().isHeard();
    }

    private void say(String what) {
        time.trace().say(what);
    }

    @Override
    public void dialing(Multiaddr address, @Nullable PeerId peer) {
        if (deaf()) return;
        say("dials " + address);
    }

    @Override
    public void dialed(Multiaddr address, @Nullable PeerId peer, long nanos, @Nullable CloseReason failure) {
        if (deaf() || failure == null) return;
        say("does not reach " + address + ": " + failure);
    }

    @Override
    public void refused(Multiaddr remote, CloseReason reason) {
        if (deaf()) return;
        say("refuses " + remote + ": " + reason);
    }

    @Override
    public void upgraded(Multiaddr remote, String step, long nanos, @Nullable String protocol) {
        if (deaf()) return;
        say("has done " + step + " with " + remote + ": " + protocol);
    }

    @Override
    public void upgradeFailed(Multiaddr remote, boolean inbound, String step, CloseReason reason) {
        if (deaf()) return;
        say("fails in " + step + " with " + remote + ": " + reason);
    }

    @Override
    public void connected(Connection connection) {
        if (deaf()) return;
        say("is connected " + connection);
    }

    @Override
    public void disconnected(Connection connection, CloseReason reason) {
        if (deaf()) return;
        say("is no longer connected " + connection + ": " + reason);
    }

    @Override
    public void streamOpened(Connection connection, String protocol, boolean inbound) {
        if (deaf()) return;
        say((inbound ? "takes a stream of " : "opens a stream of ") + protocol + ' ' + connection);
    }

    @Override
    public void streamClosed(Connection connection, String protocol, boolean inbound, CloseReason reason) {
        if (deaf()) return;
        say("ends a stream of " + protocol + ' ' + connection + ": " + reason);
    }

    @Override
    public void streamRefused(Connection connection, String protocol, CloseReason reason) {
        if (deaf()) return;
        say("refuses a stream " + connection + ": " + reason);
    }

    @Override
    public void bug(String where, Throwable bug) {
        time.bug(where, bug);
    }
}
