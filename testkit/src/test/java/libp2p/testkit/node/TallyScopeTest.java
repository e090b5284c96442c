package libp2p.testkit.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import libp2p.core.identity.PeerId;
import libp2p.core.net.Limits;
import libp2p.core.net.Scope;
import libp2p.core.net.Scope.Resource;
import libp2p.core.node.TallyScope;
import org.junit.jupiter.api.Test;

class TallyScopeTest {
    private static final PeerId A = PeerId.of("12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA");
    private static final PeerId B = PeerId.of("QmcgpsyWgH8Y8ajJz1Cu72KnS5uo2Aa2LpzU7kinSupNKC");

    private final Limits limits = Limits.DEFAULT.with()
            .streamsInboundMax(10)
            .streamsInboundPerPeerMax(6)
            .streamsInboundPerConnectionMax(4)
            .connectionsPerPeerMax(2)
            .bytesMax(1000)
            .build();
    private final TallyScope node = new TallyScope(limits);

    @Test
    void whatAConnectionReservesCountsAtItsPeerAndItsNode() {
        Scope c = node.peer(A).connection();
        assertThat(c.reserve(Resource.STREAMS_INBOUND, 3)).isTrue();
        assertThat(c.used(Resource.STREAMS_INBOUND)).isEqualTo(3);
        assertThat(node.peer(A).used(Resource.STREAMS_INBOUND)).isEqualTo(3);
        assertThat(node.used(Resource.STREAMS_INBOUND)).isEqualTo(3);
        assertThat(node.peer(B).used(Resource.STREAMS_INBOUND)).isZero();
    }

    @Test
    void eachLevelRefusesWhatIsBeyondItsBoundAndNothingIsCounted() {
        Scope c = node.peer(A).connection();
        assertThat(c.reserve(Resource.STREAMS_INBOUND, 5)).as("connection").isFalse();
        assertThat(c.reserve(Resource.STREAMS_INBOUND, 4)).isTrue();
        Scope d = node.peer(A).connection();
        assertThat(d.reserve(Resource.STREAMS_INBOUND, 3)).as("peer").isFalse();
        assertThat(d.reserve(Resource.STREAMS_INBOUND, 2)).isTrue();
        assertThat(node.peer(B).connection().reserve(Resource.STREAMS_INBOUND, 4)).isTrue();
        assertThat(node.reserve(Resource.STREAMS_INBOUND, 1)).as("node").isFalse();
        assertThat(node.used(Resource.STREAMS_INBOUND)).isEqualTo(10);
        assertThat(d.used(Resource.STREAMS_INBOUND)).isEqualTo(2);
    }

    @Test
    void whatIsGivenBackMayBeReservedAgain() {
        Scope c = node.connection();
        assertThat(c.reserve(Resource.BYTES, 1000)).isTrue();
        assertThat(c.reserve(Resource.BYTES, 1)).isFalse();
        c.release(Resource.BYTES, 400);
        assertThat(c.reserve(Resource.BYTES, 400)).isTrue();
    }

    @Test
    void moreThanWasReservedIsNotTakenBack() {
        Scope c = node.connection();
        c.reserve(Resource.BYTES, 5);
        assertThatThrownBy(() -> c.release(Resource.BYTES, 6)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> c.reserve(Resource.BYTES, -1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void hugeAmountsDoNotWrap() {
        Scope c = node.connection();
        c.reserve(Resource.BYTES, 5);
        assertThat(c.reserve(Resource.BYTES, Long.MAX_VALUE)).isFalse();
    }

    @Test
    void aPeerThatHoldsNothingIsForgottenButItsScopeStillWorks() {
        Scope first = node.peer(A);
        first.reserve(Resource.CONNECTIONS_INBOUND, 2);
        assertThat(node.peers()).isEqualTo(1);
        first.release(Resource.CONNECTIONS_INBOUND, 2);
        assertThat(node.peers()).isZero();
        Scope second = node.peer(A);
        assertThat(first.reserve(Resource.CONNECTIONS_INBOUND, 1)).isTrue();
        assertThat(second.reserve(Resource.CONNECTIONS_INBOUND, 1)).isTrue();
        assertThat(second.reserve(Resource.CONNECTIONS_INBOUND, 1)).isFalse();
    }
}
