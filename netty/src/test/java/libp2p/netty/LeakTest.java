package libp2p.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.util.internal.PlatformDependent;
import java.io.File;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Loop;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Connection;
import libp2p.core.net.Dial;
import libp2p.core.net.Limits;
import libp2p.jvm.Host;
import libp2p.jvm.P2pException;
import libp2p.multiformats.Multiaddr;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Some hundred dials that succeed, fail or are cancelled leave nothing behind; {@code bench/churn} does it with ten thousand and more. */
class LeakTest {
    private static final long SECOND = 1_000_000_000L;
    private static final int ROUNDS = 25;

    private static CompletableFuture<Connection> dial(Host from, Multiaddr to, PeerId expected, boolean cancelAtOnce) {
        CompletableFuture<Connection> future = new CompletableFuture<>();
        Loop loop = from.swarm().loop();
        loop.execute(() -> {
            Cancellable attempt = from.swarm().dial(Dial.to(to, expected), (connection, failure) -> {
                if (connection == null) future.completeExceptionally(new P2pException(failure));
                else if (!future.complete(connection)) connection.close(CloseReason.CANCELLED); // given up too late
            });
            if (cancelAtOnce) attempt.cancel();
            future.whenComplete((connection, failure) -> {
                if (future.isCancelled()) loop.execute(attempt::cancel);
            });
        });
        return future;
    }

    private static int descriptors() {
        String[] all = new File("/proc/self/fd").list();
        return all == null ? -1 : all.length;
    }

    /** Several at a time: one that succeeds, one to somebody else, one to nobody, one that is given up. */
    private static void dials(Host from, Host to, Multiaddr nobody) {
        Multiaddr there = to.addresses().get(0).withoutPeer();
        List<CompletableFuture<Connection>> unanswered = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            List<CompletableFuture<Connection>> some = new ArrayList<>();
            some.add(dial(from, there, to.id(), false));
            some.add(dial(from, there, from.id(), false));
            unanswered.add(dial(from, nobody, to.id(), false));
            some.add(dial(from, there, to.id(), i % 2 == 0));
            if (i % 2 == 1) some.get(some.size() - 1).cancel(true);
            end(some);
        }
        end(unanswered);
    }

    private static void end(List<CompletableFuture<Connection>> some) {
        for (CompletableFuture<Connection> f : some) {
            Waiting.get(f.handle((c, failure) -> {
                if (c != null) c.close(CloseReason.FINISHED);
                return true;
            }));
        }
    }

    private static int held(NettyTransport t) {
        int sum = t.quic().handshakes().get() + t.quic().tls().open();
        for (QuicSocket s : t.quic().sockets().all()) sum += Waiting.on(s.loop(), s::connections);
        return sum;
    }

    @ParameterizedTest
    @ValueSource(strings = {"quic-v1", "quic-v1/webtransport", "webrtc-direct"})
    void dialsOfAllOutcomesLeaveNothingBehind(String transport) throws IOException {
        assumeTrue(descriptors() > 0, "the system tells of file descriptors");
        Limits hasty = Limits.DEFAULT.with()
                .connectNanos(SECOND / 10).securityNanos(SECOND / 2).drainNanos(SECOND / 100)
                .connectionsPerPeerMax(1000).build();
        Limits patient = Limits.DEFAULT.with().securityNanos(SECOND).drainNanos(SECOND / 100).connectionsPerPeerMax(1000).build();
        NettyTransport listening = new NettyTransport();
        NettyTransport dialling = new NettyTransport();
        try (Host a = Host.builder().limits(patient).transport(listening).listen("/ip4/127.0.0.1/udp/0/" + transport).start();
                Host b = Host.builder().limits(hasty).transport(dialling).start();
                DatagramSocket silent = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            Multiaddr nobody = Relay.onPort(a.addresses().get(0).withoutPeer(), silent.getLocalPort());
            dials(b, a, nobody); // what is made once is made now
            settles(a, b, listening, dialling);
            int descriptors = descriptors();
            long direct = PlatformDependent.usedDirectMemory();
            for (int i = 0; i < 3; i++) dials(b, a, nobody);
            settles(a, b, listening, dialling);
            Waiting.until(() -> descriptors() <= descriptors);
            // Netty takes memory in pieces of some MiB: a kilobyte for each dial would be less than one of them, which churn would show.
            assertThat(PlatformDependent.usedDirectMemory() - direct).isLessThan(16 << 20);
        }
    }

    /** No connection, no handshake, no entry in a table of ours. */
    private static void settles(Host a, Host b, NettyTransport listening, NettyTransport dialling) {
        for (Host h : List.of(a, b)) Waiting.until(h.swarm().loop(), () -> h.swarm().connections().isEmpty());
        Waiting.until(() -> held(listening) + held(dialling) == 0);
    }
}
