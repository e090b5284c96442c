package libp2p.core.node;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Connection;
import libp2p.core.net.Dial;
import libp2p.core.net.Role;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;

/**
 * One dial under way: names are resolved, addresses ranked and tried in turn, the first connection wins and the other attempts are given
 * up.
 *
 * <p>Several who want the same peer share one. On the node's loop.
 */
final class Dialing {
    private final Swarm swarm;
    private final @Nullable PeerId peer;
    private final List<Waiter> waiters = new ArrayList<>();
    private final List<CloseReason> failures = new ArrayList<>();
    private final List<Cancellable> attempts = new ArrayList<>();
    private final ArrayList<DialRanker.Ranked> queue = new ArrayList<>();
    private final LinkedHashSet<Multiaddr> usable = new LinkedHashSet<>(); // tried, or in the queue
    private final List<Cancellable> names = new ArrayList<>(1);
    private Cancellable deadline = Cancellable.NONE;
    private Cancellable next = Cancellable.NONE;
    private long began;
    private int resolving;
    private int trying;
    private boolean over;

    private record Waiter(Callback<? super Connection> done) {}

    Dialing(Swarm swarm, @Nullable PeerId peer) {
        this.swarm = swarm;
        this.peer = peer;
    }

    /** Adds someone who waits for it; the last to give up ends it. */
    Cancellable join(Callback<? super Connection> done) {
        Waiter w = new Waiter(done);
        waiters.add(w);
        return () -> swarm.loop().execute(() -> {
            if (!waiters.remove(w)) return;
            done.done(null, CloseReason.CANCELLED);
            if (waiters.isEmpty()) end(null, CloseReason.CANCELLED);
        });
    }

    void begin(List<Multiaddr> addresses) {
        began = swarm.loop().nanoTime();
        deadline = swarm.loop().schedule(swarm.limits().dialNanos(),
                () -> end(null, CloseReason.of(CloseReason.Kind.TIMED_OUT, "no connection in time")));
        add(addresses);
    }

    /** Tries these as well, if they were not yet. */
    void add(List<Multiaddr> addresses) {
        resolving++;
        names.add(swarm.names().resolve(addresses, peer, (resolved, failure) -> {
            resolving--;
            if (over) return;
            if (failure != null) failures.add(failure);
            attemptAll(resolved == null ? List.of() : resolved);
        }));
    }

    private void attemptAll(List<Multiaddr> resolved) {
        List<Multiaddr> fresh = new ArrayList<>();
        for (Multiaddr a : resolved) {
            CloseReason no = swarm.mayDial(peer, a);
            if (no != null) failures.add(no);
            else if (usable.size() < swarm.limits().dialsPerPeerMax() && usable.add(a)) fresh.add(a);
        }
        long since = swarm.loop().nanoTime() - began;
        for (DialRanker.Ranked r : DialRanker.rank(fresh)) queue.add(new DialRanker.Ranked(r.address(), since + r.delayNanos()));
        advance();
    }

    /** Starts the attempts that are due; the next one early if none is under way. */
    private void advance() {
        next.cancel();
        while (!over && !queue.isEmpty() && trying < swarm.limits().dialsConcurrentMax()) {
            DialRanker.Ranked r = queue.get(0);
            long wait = began + r.delayNanos() - swarm.loop().nanoTime();
            if (wait > 0 && trying > 0) {
                next = swarm.loop().schedule(wait, this::advance);
                return;
            }
            queue.remove(0);
            attempt(r.address());
        }
        if (!over && queue.isEmpty() && trying == 0 && resolving == 0) {
            CloseReason none =
                    CloseReason.of(CloseReason.Kind.UNREACHABLE, failures.isEmpty() ? "no address is known" : "no address answered");
            end(null, none.because(new ArrayList<>(failures)));
        }
    }

    private void attempt(Multiaddr address) {
        trying++;
        attempts.add(swarm.dialOne(new Dial(address, peer, Role.INITIATOR, false, 0), (connection, failure) -> {
            trying--;
            if (connection != null) {
                if (over) connection.close(CloseReason.of(CloseReason.Kind.CANCELLED, "another address was faster"));
                else end(connection, null);
                return;
            }
            if (failure != null) {
                failures.add(new CloseReason(failure.kind(), failure.code(), address + ": " + failure.detail(), failure.causes()));
            }
            advance();
        }));
    }

    void end(@Nullable Connection connection, @Nullable CloseReason failure) {
        if (over) return;
        over = true;
        deadline.cancel();
        for (Cancellable n : names) n.cancel();
        next.cancel();
        for (Cancellable a : attempts) a.cancel();
        swarm.dialled(peer, this);
        for (Waiter w : waiters.toArray(new Waiter[0])) w.done.done(connection, failure);
        waiters.clear();
    }
}
