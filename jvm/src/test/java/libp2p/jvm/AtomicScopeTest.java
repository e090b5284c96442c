package libp2p.jvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Limits;
import libp2p.core.net.Scope;
import libp2p.core.net.Scope.Resource;
import libp2p.multiformats.Multihash;
import org.junit.jupiter.api.Test;

class AtomicScopeTest {
    private final AtomicScope node = new AtomicScope(Limits.DEFAULT.with()
            .streamsInboundMax(1000).streamsInboundPerPeerMax(10).streamsInboundPerConnectionMax(6).connectionsPerPeerMax(3).build());

    private static PeerId peer(int n) {
        byte[] digest = new byte[32];
        digest[0] = (byte) n;
        return PeerId.of(Multihash.of(Multihash.SHA2_256, digest).bytes());
    }

    @Test
    void whatIsReservedBelowCountsAbove() {
        Scope connection = node.peer(peer(1)).connection();
        assertThat(connection.reserve(Resource.STREAMS_INBOUND, 2)).isTrue();
        assertThat(connection.used(Resource.STREAMS_INBOUND)).isEqualTo(2);
        assertThat(node.peer(peer(1)).used(Resource.STREAMS_INBOUND)).isEqualTo(2);
        assertThat(node.used(Resource.STREAMS_INBOUND)).isEqualTo(2);
    }

    @Test
    void whatAnyScopeAboveRefusesIsNotCountedAnywhere() {
        Scope one = node.peer(peer(1)).connection();
        Scope two = node.peer(peer(1)).connection();
        assertThat(one.reserve(Resource.STREAMS_INBOUND, 7)).isFalse();
        assertThat(one.reserve(Resource.STREAMS_INBOUND, 6)).isTrue();
        assertThat(two.reserve(Resource.STREAMS_INBOUND, 5)).isFalse();
        assertThat(two.used(Resource.STREAMS_INBOUND)).isZero();
        assertThat(node.used(Resource.STREAMS_INBOUND)).isEqualTo(6);
    }

    @Test
    void aPeerThatHoldsNothingIsForgotten() {
        Scope peer = node.peer(peer(1));
        assertThat(node.peers()).isZero();
        peer.reserve(Resource.CONNECTIONS_INBOUND, 1);
        assertThat(node.peers()).isEqualTo(1);
        peer.release(Resource.CONNECTIONS_INBOUND, 1);
        assertThat(node.peers()).isZero();
        assertThat(peer.reserve(Resource.CONNECTIONS_INBOUND, 4)).isFalse();
        assertThat(node.peers()).isZero();
    }

    @Test
    void moreCannotBeReleasedThanWasReserved() {
        Scope peer = node.peer(peer(1));
        peer.reserve(Resource.BYTES, 5);
        assertThatThrownBy(() -> peer.release(Resource.BYTES, 6)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> node.release(Resource.BYTES, 6)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> peer.reserve(Resource.BYTES, -1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void threadsThatComeAndGoNeverHoldMoreThanThePeerMayNorLoseAnyOfIt() {
        int threads = 8;
        AtomicLong held = new AtomicLong();
        AtomicLong most = new AtomicLong();
        AtomicInteger granted = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(threads);
        for (int t = 0; t < threads; t++) {
            int amount = 1 + t % 2;
            new Thread(() -> {
                for (int i = 0; i < 20_000; i++) {
                    Scope peer = node.peer(peer(i % 3));
                    if (i % 3 != 0) {
                        if (peer.reserve(Resource.CONNECTIONS_INBOUND, amount)) peer.release(Resource.CONNECTIONS_INBOUND, amount);
                        continue;
                    }
                    if (!peer.reserve(Resource.CONNECTIONS_INBOUND, amount)) continue;
                    granted.incrementAndGet();
                    long now = held.addAndGet(amount);
                    most.accumulateAndGet(now, Math::max);
                    held.addAndGet(-amount);
                    peer.release(Resource.CONNECTIONS_INBOUND, amount);
                }
                done.countDown();
            }).start();
        }
        Waiting.on(done);
        assertThat(granted.get()).isPositive();
        assertThat(most.get()).isLessThanOrEqualTo(3);
        assertThat(node.peers()).isZero();
        assertThat(node.used(Resource.CONNECTIONS_INBOUND)).isZero();
    }
}
