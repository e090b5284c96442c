package libp2p.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.netty.channel.epoll.Epoll;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Loop;
import libp2p.core.net.Connection;
import libp2p.core.net.Dial;
import libp2p.core.net.Gater;
import libp2p.core.net.Limits;
import libp2p.core.net.Listener;
import libp2p.core.net.Role;
import libp2p.jvm.Host;
import libp2p.jvm.HostBuilder;
import libp2p.jvm.P2pException;
import libp2p.jvm.TcpTransport;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Hosts whose only loops are Netty's, by epoll or by selectors. */
@ParameterizedClass
@ValueSource(booleans = {true, false})
class SharedLoopsTest {
    private static final String LOOPBACK = "/ip4/127.0.0.1/tcp/0";

    private final boolean epoll;

    SharedLoopsTest(boolean epoll) {
        this.epoll = epoll;
    }

    private HostBuilder builder() {
        return Host.builder().loops(NettyTransport.loops(epoll)).limits(Limits.DEFAULT.with().drainNanos(10_000_000).build());
    }

    private boolean sharesPorts() {
        return new NettySockets(epoll).sharesPorts();
    }

    private static Multiaddr first(Host of) {
        return of.addresses().get(0).withoutPeer();
    }

    /** What hears of arrivals, and lets them in. */
    private static Gater noting(LinkedBlockingQueue<Multiaddr> arrivals) {
        return new Gater() {
            @Override
            public @Nullable CloseReason accept(Multiaddr local, Multiaddr remote) {
                arrivals.add(remote);
                return null;
            }
        };
    }

    private static Connection dial(Host from, Multiaddr to, boolean fromListenPort) throws P2pException {
        Dial dial = new Dial(to, null, Role.INITIATOR, fromListenPort, 0);
        return from.await((Callback<Connection> done) -> {
            from.swarm().loop().execute(() -> from.swarm().dial(dial, done));
            return Cancellable.NONE;
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {LOOPBACK, LOOPBACK + "/ws", "/ip4/127.0.0.1/udp/0/quic-v1", "/ip4/127.0.0.1/udp/0/webrtc-direct"})
    void connectionsOfAllTransportsLiveWhereTheNodeDoes(String address) throws IOException {
        try (Host a = builder().listen(address).start();
                Host b = builder().start()) {
            b.connect(a.addresses().get(0));
            for (Host one : List.of(a, b)) {
                Loop home = one.swarm().loop();
                Waiting.until(home, () -> one.swarm().connections().size() == 1);
                Connection there = Waiting.on(home, () -> one.swarm().connections().get(0));
                assertThat(there.loop()).isSameAs(home);
            }
        }
    }

    @Test
    void tcpAndWebSocketHaveOnePort() throws IOException {
        try (Host a = builder().listen(LOOPBACK).start();
                Host b = builder().start()) {
            Multiaddr ws = first(a).encapsulate("/ws");
            a.listen(ws);
            assertThat(dial(b, first(a), false).remoteAddress()).isEqualTo(first(a));
            assertThat(dial(b, ws, false).remoteAddress()).isEqualTo(ws);
        }
    }

    @Test
    void tcpAndWebSocketHaveOnePortThoughBothAreAskedForAtOnce() throws IOException {
        Multiaddr tcp;
        try (Host before = builder().listen(LOOPBACK).start()) {
            tcp = first(before);
        }
        Multiaddr ws = tcp.encapsulate("/ws");
        try (Host a = builder().start()) {
            List<CompletableFuture<Listener>> there = List.of(new CompletableFuture<>(), new CompletableFuture<>());
            a.swarm().loop().execute(() -> {
                a.swarm().listen(tcp, (listener, failure) -> there.get(0).complete(listener));
                a.swarm().listen(ws, (listener, failure) -> there.get(1).complete(listener));
            });
            for (CompletableFuture<Listener> one : there) assertThat(Waiting.get(one)).isNotNull();
            for (int i = 0; i < 4; i++) {
                try (Host b = builder().start()) {
                    assertThat(dial(b, tcp, false).remoteAddress()).isEqualTo(tcp);
                    assertThat(dial(b, ws, false).remoteAddress()).isEqualTo(ws);
                }
            }
        }
    }

    @Test
    void aPortCanBeListenedOnAgainAsSoonAsItsListenerIsClosed() throws IOException {
        assumeThat(epoll && Epoll.isAvailable()).isTrue(); // Java's selectors give a port back a little later: it is refused until then
        try (Host a = builder().start();
                Host b = builder().start()) {
            CompletableFuture<Listener> first = new CompletableFuture<>();
            CompletableFuture<Listener> second = new CompletableFuture<>();
            a.swarm().loop().execute(() -> a.swarm().listen(Multiaddr.of(LOOPBACK), (listener, failure) -> first.complete(listener)));
            Multiaddr there = Waiting.get(first).addresses().value().get(0);
            a.swarm().loop().execute(() -> {
                Waiting.get(first).close();
                a.swarm().listen(there, (listener, failure) -> second.complete(listener));
            });
            assertThat(Waiting.get(second)).isNotNull();
            assertThat(dial(b, there, false).remoteAddress()).isEqualTo(there);
        }
    }

    @Test
    void theThreadsEndWithTheHost() throws Exception {
        Thread thread;
        try (Host a = builder().loops(2).listen(LOOPBACK, "/ip4/127.0.0.1/udp/0/quic-v1").start()) {
            thread = Waiting.on(a.swarm().loop(), Thread::currentThread);
            assertThat(thread.isAlive()).isTrue();
        }
        thread.join(60_000);
        assertThat(thread.isAlive()).isFalse();
    }

    @Test
    void tcpOfSelectorLoopsSaysThatItCannotRunThere() {
        assertThatThrownBy(() -> builder().transport(new TcpTransport()).start()).hasMessageContaining("NioLoop");
    }

    @Test
    void aDialFromTheListenPortComesFromThere() throws IOException {
        assumeThat(sharesPorts()).isTrue();
        LinkedBlockingQueue<Multiaddr> arrivals = new LinkedBlockingQueue<>();
        try (Host a = builder().gater(noting(arrivals)).listen(LOOPBACK).start();
                Host b = builder().listen(LOOPBACK).start()) {
            dial(b, first(a), true);
            assertThat(arrivals.poll()).isEqualTo(first(b));
        }
    }

    @Test
    void aSecondDialFromTheListenPortStillConnects() throws IOException {
        LinkedBlockingQueue<Multiaddr> arrivals = new LinkedBlockingQueue<>();
        try (Host a = builder().gater(noting(arrivals)).listen(LOOPBACK).start();
                Host b = builder().listen(LOOPBACK).start()) {
            dial(b, first(a), true);
            dial(b, first(a), true);
            arrivals.poll();
            assertThat(arrivals.poll()).isNotNull().isNotEqualTo(first(b));
        }
    }

    @Test
    void aListenerBoundByNameIsTheSourceOfDialsIntoItsScope() throws IOException {
        LinkedBlockingQueue<Multiaddr> arrivals = new LinkedBlockingQueue<>();
        try (Host a = builder().gater(noting(arrivals)).listen(LOOPBACK).start();
                Host b = builder().listen("/ip4/127.0.0.2/tcp/0").start()) {
            dial(b, first(a), false);
            assertThat(String.valueOf(arrivals.poll())).startsWith("/ip4/127.0.0.2/");
        }
    }
}
