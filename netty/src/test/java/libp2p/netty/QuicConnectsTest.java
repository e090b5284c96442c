package libp2p.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.net.Connection;
import libp2p.core.net.Dial;
import libp2p.core.net.Limits;
import libp2p.jvm.Host;
import libp2p.jvm.P2pException;
import libp2p.multiformats.Multiaddr;
import org.junit.jupiter.api.Test;

/** Connections in a row: what one was is over when the next comes. */
class QuicConnectsTest {
    private static final String ANY = "/ip4/127.0.0.1/udp/0/quic-v1";
    private static final long SECOND = 1_000_000_000L;
    private static final int MANY = 400;

    private final NettyTransport listening = new NettyTransport();

    private Host listener(Limits limits) throws IOException {
        return Host.builder().limits(limits).transport(listening).listen(ANY).start();
    }

    private void isLeftAlone(Host listener) {
        Waiting.until(listener.swarm().loop(), () -> listener.swarm().connections().isEmpty());
        Waiting.until(() -> listening.quic().sockets().all().stream().allMatch(s -> Waiting.on(s.loop(), s::connections) == 0));
        assertThat(listening.quic().handshakes().get()).isZero();
    }

    @Test
    void manyThatAreClosedAtOnceAreAllMadeAndLeaveNothing() throws IOException {
        Limits limits = Limits.DEFAULT.with().drainNanos(SECOND / 100).build();
        try (Host a = listener(limits); Host b = Host.builder().limits(limits).start()) {
            Dial dial = Dial.to(a.addresses().get(0).withoutPeer(), a.id());
            for (int i = 0; i < MANY; i++) {
                Connection c = Waiting.get(b.async((Callback<Connection> done) -> {
                    b.swarm().loop().execute(() -> b.swarm().dial(dial, done));
                    return Cancellable.NONE;
                }));
                CompletableFuture<CloseReason> ended = new CompletableFuture<>();
                c.onClose(b.swarm().loop(), ended::complete);
                c.close(CloseReason.FINISHED);
                assertThat(Waiting.get(ended)).isEqualTo(CloseReason.FINISHED);
            }
            isLeftAlone(a);
        }
    }

    /** The library keeps one that the dialler has closed within its handshake for seconds: few of them took all the room there is. */
    @Test
    void manyThatAreGivenUpInTheirHandshakeLeaveRoomForTheNext() throws IOException {
        Limits narrow = Limits.DEFAULT.with().handshakesInboundMax(8).securityNanos(120 * SECOND).drainNanos(SECOND / 100).build();
        try (Host a = listener(narrow); Host b = Host.builder().start(); Host other = Host.builder().start()) {
            Multiaddr wrong = a.addresses().get(0).withoutPeer().encapsulate("/p2p/" + other.id());
            for (int i = 0; i < MANY; i++) {
                assertThatThrownBy(() -> b.connect(wrong)).isInstanceOf(P2pException.class).hasMessageContaining("peer id mismatch");
            }
            assertThat(b.connect(a.addresses().get(0))).isEqualTo(a.id());
            Waiting.until(() -> listening.quic().handshakes().get() == 0);
        }
    }
}
