package libp2p.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Connection;
import libp2p.core.net.Gater;
import libp2p.core.net.Limits;
import libp2p.core.node.Swarm;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;
import org.junit.jupiter.api.Test;

/** Whoever has a say in a node's connections is asked by every transport, at the same places; and so is the node's budget. */
abstract class TransportGating extends TransportNodes {
    private static final int TRIES_MAX = 1000;

    private static final String NO = "the test says no";

    TransportGating(Stack stack) {
        super(stack);
    }

    /** Where a gater is asked. */
    private enum Place {
        PEER,
        ADDRESS,
        ACCEPT,
        SECURED_OUTGOING,
        SECURED_INCOMING
    }

    /** Says no at one place, and remembers where else it was asked, and about whom. */
    private static final class Asked implements Gater {
        private final Place refuses;
        private final Queue<Place> places = new ConcurrentLinkedQueue<>();
        private final Queue<PeerId> peers = new ConcurrentLinkedQueue<>();
        private final Queue<Multiaddr> addresses = new ConcurrentLinkedQueue<>();

        Asked(Place refuses) {
            this.refuses = refuses;
        }

        private @Nullable CloseReason answer(Place place, @Nullable PeerId peer, @Nullable Multiaddr address) {
            places.add(place);
            if (peer != null) peers.add(peer);
            if (address != null) addresses.add(address);
            return place == refuses ? CloseReason.of(CloseReason.Kind.REFUSED, Codes.GATED, NO) : null;
        }

        @Override
        public @Nullable CloseReason dial(PeerId peer) {
            return answer(Place.PEER, peer, null);
        }

        @Override
        public @Nullable CloseReason dial(@Nullable PeerId peer, Multiaddr address) {
            return answer(Place.ADDRESS, peer, address);
        }

        @Override
        public @Nullable CloseReason accept(Multiaddr local, Multiaddr remote) {
            return answer(Place.ACCEPT, null, local);
        }

        @Override
        public @Nullable CloseReason secured(PeerId peer, Multiaddr remote, boolean inbound) {
            return answer(inbound ? Place.SECURED_INCOMING : Place.SECURED_OUTGOING, peer, remote);
        }
    }

    /** Makes the nodes and has one dial the other, as applications do. */
    private CloseReason refused(Gater near, Gater far) {
        dialer = node(stack, World.RECKLESS, near);
        listener = node(stack, World.RECKLESS, far);
        World.Result<Connection> made = reach(dialer, listener);
        if (made.isFailure()) return made.failure();
        // The dialler may be first to have it all: then it hears of the end.
        World.Result<CloseReason> end = endOf(dialer, made.value());
        until(dialer.loop(), end::isDone);
        return end.value();
    }

    private World.Result<Connection> reach(Swarm from, Swarm to) {
        Multiaddr address = address(to);
        World.Result<Connection> made = new World.Result<>();
        on(from.loop(), () -> from.connect(to.identity().id(), List.of(address), made));
        until(from.loop(), made::isDone);
        return made;
    }

    @Test
    void interceptPeerDial() {
        Asked gater = new Asked(Place.PEER);
        assertThat(refused(gater, Gater.OPEN).toString()).contains(NO);
        assertThat(gater.places).containsExactly(Place.PEER);
        assertThat(gater.peers).containsExactly(listener.identity().id());
    }

    @Test
    void interceptAddrDial() {
        Asked gater = new Asked(Place.ADDRESS);
        assertThat(refused(gater, Gater.OPEN).toString()).contains(NO);
        assertThat(gater.places).containsExactly(Place.PEER, Place.ADDRESS);
        assertThat(gater.addresses).containsExactly(address(listener));
    }

    @Test
    void interceptSecuredOutgoing() {
        Asked gater = new Asked(Place.SECURED_OUTGOING);
        assertThat(refused(gater, Gater.OPEN).toString()).contains(NO);
        assertThat(gater.places).containsExactly(Place.PEER, Place.ADDRESS, Place.SECURED_OUTGOING);
        assertThat(gater.peers).containsOnly(listener.identity().id());
    }

    @Test
    void interceptAccept() {
        Asked gater = new Asked(Place.ACCEPT);
        refused(Gater.OPEN, gater);
        assertThat(gater.places).isNotEmpty().containsOnly(Place.ACCEPT); // over UDP a client asks again
        until(listener.loop(), () -> listener.connections().isEmpty());
    }

    @Test
    void interceptSecuredIncoming() {
        Asked gater = new Asked(Place.SECURED_INCOMING);
        refused(Gater.OPEN, gater);
        assertThat(gater.places).containsExactly(Place.ACCEPT, Place.SECURED_INCOMING);
        assertThat(gater.peers).containsExactly(dialer.identity().id());
        until(listener.loop(), () -> listener.connections().isEmpty());
    }

    @Test
    void resourceManagerIsUsedByTheDialer() {
        dialer = node(Limits.DEFAULT.with().connectionsOutboundMax(1).build());
        listener = node(Limits.DEFAULT);
        Swarm third = node(Limits.DEFAULT);
        for (int round = 0; round < 3; round++) {
            Connection c = reachOnceFree(listener);
            assertThat(reach(dialer, third).isFailure()).isTrue();
            close(c);
        }
        reachOnceFree(third);
    }

    @Test
    void resourceManagerIsUsedByTheListener() {
        dialer = node(Limits.DEFAULT);
        listener = node(Limits.DEFAULT.with().connectionsInboundMax(1).build());
        Swarm third = node(Limits.DEFAULT);
        for (int round = 0; round < 3; round++) {
            Connection c = reach(dialer, listener).value();
            until(listener.loop(), () -> listener.connections().size() == 1);
            World.Result<Connection> second = reach(third, listener);
            if (!second.isFailure()) {
                World.Result<CloseReason> end = endOf(third, second.value());
                until(third.loop(), end::isDone);
            }
            List<Connection> there = on(listener.loop(), listener::connections);
            assertThat(there).hasSize(1);
            close(c);
            until(listener.loop(), () -> listener.connections().isEmpty());
        }
        reach(third, listener).value();
        until(listener.loop(), () -> listener.connections().size() == 1);
    }

    /** A connection is counted until its farewell is out, a moment after it is no longer listed. */
    private Connection reachOnceFree(Swarm to) {
        World.Result<Connection> made = reach(dialer, to);
        for (int n = 1; made.isFailure() && n < TRIES_MAX; n++) made = reach(dialer, to);
        return made.value();
    }

    private void close(Connection c) {
        World.Result<CloseReason> end = endOf(dialer, c);
        c.close(CloseReason.CANCELLED);
        until(dialer.loop(), end::isDone);
        until(dialer.loop(), () -> dialer.connections().isEmpty());
    }
}
