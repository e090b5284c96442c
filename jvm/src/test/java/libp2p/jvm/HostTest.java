package libp2p.jvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Loop;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Accept;
import libp2p.core.net.Connection;
import libp2p.core.net.Dial;
import libp2p.core.net.Limits;
import libp2p.core.net.Listener;
import libp2p.core.net.Observer;
import libp2p.core.net.Transport;
import libp2p.core.node.Node;
import libp2p.core.wire.mplex.Mplex;
import libp2p.multiformats.Multiaddr;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HostTest {
    private static final long HOUR = 3_600_000_000_000L;

    private final List<Host> hosts = new ArrayList<>();
    private final LinkedBlockingQueue<Throwable> bugs = new LinkedBlockingQueue<>();

    @AfterEach
    void close() {
        for (Host h : hosts) h.close();
    }

    private HostBuilder builder() {
        return Host.builder().limits(Limits.DEFAULT.with().drainNanos(10_000_000).build()).observer(new Observer() {
            @Override
            public void bug(String where, Throwable bug) {
                bugs.add(bug);
            }
        });
    }

    private Host start(HostBuilder builder) throws IOException {
        Host h = builder.start();
        hosts.add(h);
        return h;
    }

    private Host server() throws IOException {
        return start(builder().listen("/ip4/127.0.0.1/tcp/0"));
    }

    private Host client() throws IOException {
        return start(builder());
    }

    private interface Call {
        void run() throws Exception;
    }

    private static CloseReason failure(Call call) {
        try {
            call.run();
        } catch (P2pException e) {
            return e.reason();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
        throw new AssertionError("it did not fail");
    }

    @Test
    void itsAddressesNameItsPeerAndConnectThere() throws IOException {
        Host server = server();
        Host client = client();
        Multiaddr where = server.addresses().get(0);
        assertThat(where.toString()).matches("/ip4/127.0.0.1/tcp/[1-9][0-9]*/p2p/" + server.id());
        assertThat(client.connect(where.toString())).isEqualTo(server.id());
        assertThat(client.peers().value()).containsExactly(server.id());
        assertThat(client.connect(server.id()).remote()).isEqualTo(server.id());
    }

    @Test
    void whatAConnectionSaysOfItselfStaysTrueAfterItsEnd() throws Exception {
        Host server = server();
        Host client = client();
        Connection c = client.connect(client.connect(server.addresses().get(0)));
        Multiaddr here = c.localAddress();
        CompletableFuture<CloseReason> end = new CompletableFuture<>();
        c.onClose(c.loop(), end::complete);
        c.close(CloseReason.CANCELLED);
        end.join();
        assertThat(c.remote()).isEqualTo(server.id());
        assertThat(PeerId.of(c.remoteKey(), JvmCrypto.create())).isEqualTo(server.id());
        assertThat(c.localAddress()).isEqualTo(here);
        assertThat(server.addresses().get(0).withoutPeer()).isEqualTo(c.remoteAddress());
        assertThat(c.security()).isEqualTo("/noise");
    }

    @Test
    void announcedAddressesReplaceThoseItListensOnAndFiltersApply() throws IOException {
        Multiaddr announced = Multiaddr.of("/ip4/192.0.2.1/tcp/4001");
        Multiaddr more = Multiaddr.of("/ip4/192.0.2.2/tcp/4001");
        Multiaddr never = Multiaddr.of("/ip4/192.0.2.3/tcp/4001");
        HostBuilder b = builder().listen("/ip4/127.0.0.1/tcp/0").announce(announced).appendAnnounce(more, never);
        Host host = start(b.announces(a -> !a.equals(never)));
        assertThat(host.addressWatch().value()).containsExactly(announced, more);
    }

    @Test
    void whatIsNotToBeAnnouncedIsNot() throws IOException {
        Multiaddr one = Multiaddr.of("/ip4/192.0.2.1/tcp/4001");
        Multiaddr two = Multiaddr.of("/ip4/192.0.2.2/tcp/4001");
        Multiaddr three = Multiaddr.of("/ip4/192.0.2.3/tcp/4001");
        Host host = start(builder().announce(one, two, three).noAnnounce(two).announces(a -> !a.equals(three)));
        assertThat(host.addressWatch().value()).containsExactly(one);
    }

    @Test
    void connectingWhereNobodyListensFails() throws IOException {
        int port;
        try (ServerSocket gone = new ServerSocket(0)) {
            port = gone.getLocalPort();
        }
        Host client = client();
        assertThat(failure(() -> client.connect("/ip4/127.0.0.1/tcp/" + port)).kind()).isEqualTo(CloseReason.Kind.UNREACHABLE);
    }

    @Test
    void connectingToAnotherPeerThanExpectedFails() throws IOException {
        Host server = server();
        Host client = client();
        Host other = client();
        Multiaddr wrong = Multiaddr.of(server.addresses().get(0).withoutPeer() + "/p2p/" + other.id());
        assertThatThrownBy(() -> client.connect(wrong)).isInstanceOf(P2pException.class);
        assertThat(client.peers().value()).isEmpty();
    }

    @Test
    void openingUnderAnIdThatThePeerDoesNotSpeakFails() throws IOException {
        Host server = server();
        Host client = client();
        PeerId peer = client.connect(server.addresses().get(0));
        assertThat(failure(() -> client.open(peer, "/a", "/b")).kind()).isEqualTo(CloseReason.Kind.UNSUPPORTED);
    }

    @Test
    void thePeerChoosesAmongTheIdsByOurPreference() throws Exception {
        Host server = server();
        Host client = client();
        server.handle("/b", socket -> socket.out().write(1));
        server.handle("/c", socket -> socket.out().write(2));
        PeerId peer = client.connect(server.addresses().get(0));
        try (PeerSocket socket = client.open(peer, "/a", "/b", "/c")) {
            assertThat(socket.protocol()).isEqualTo("/b");
            assertThat(socket.in().readAllBytes()).containsExactly(1);
        }
    }

    @Test
    void aPredicateAnswersIdsThatAreNotTold() throws Exception {
        Host server = server();
        Host client = client();
        server.handle(id -> id.startsWith("/http/"), socket -> socket.out().write(socket.protocol().getBytes()));
        PeerId peer = client.connect(server.addresses().get(0));
        try (PeerSocket socket = client.open(peer, "/http/x")) {
            assertThat(new String(socket.in().readAllBytes())).isEqualTo("/http/x");
        }
        assertThat(server.protocols().value()).isEmpty();
    }

    @Test
    void aHandlerAnswersUntilItIsClosed() throws Exception {
        Host server = server();
        Host client = client();
        PeerId peer = client.connect(server.addresses().get(0));
        AutoCloseable handler = server.handle("/a", socket -> {});
        client.open(peer, "/a", "/z").close();
        handler.close();
        Waiting.on(server.swarm().loop(), () -> null);
        assertThat(failure(() -> client.open(peer, "/a", "/z")).kind()).isEqualTo(CloseReason.Kind.UNSUPPORTED);
    }

    @Test
    void aHandlerThatThrowsResetsItsStreamAndABugIsReported() throws Exception {
        Host server = server();
        Host client = client();
        server.handle("/bug", socket -> {
            throw new IllegalStateException("a bug of the test");
        });
        server.handle("/fails", socket -> {
            throw new IOException("an ending");
        });
        PeerId peer = client.connect(server.addresses().get(0));
        for (String id : List.of("/fails", "/bug")) {
            assertThat(failure(() -> client.open(peer, id).in().read()).kind()).isEqualTo(CloseReason.Kind.PEER_RESET);
        }
        assertThat(Waiting.next(bugs)).hasMessage("a bug of the test");
        assertThat(bugs).isEmpty();
    }

    @Test
    void aCancelledConnectIsGivenUp() throws Exception {
        Host client = client();
        try (ServerSocket silent = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
            CompletableFuture<Connection> connect = client.connectAsync(Multiaddr.of("/ip4/127.0.0.1/tcp/" + silent.getLocalPort()));
            connect.cancel(true);
            assertThatThrownBy(connect::join).isInstanceOf(CancellationException.class);
        }
    }

    @Test
    void aCancelledOpenIsGivenUpAndTheNextOneIsNot() throws Exception {
        Host server = server();
        Host client = client();
        server.handle("/a", socket -> socket.in().read());
        PeerId peer = client.connect(server.addresses().get(0));
        CountDownLatch hold = new CountDownLatch(1);
        client.swarm().loop().execute(() -> Waiting.on(hold)); // else it might be open before it is cancelled
        CompletableFuture<PeerSocket> open = client.openAsync(peer, "/a");
        assertThat(open.cancel(true)).isTrue();
        hold.countDown();
        assertThatThrownBy(open::join).isInstanceOf(CancellationException.class);
        assertThat(client.open(peer, "/a").protocol()).isEqualTo("/a");
    }

    @Test
    void theDefaultMuxersAreYamuxAndThenMplex() throws Exception {
        Host server = server();
        Host yamux = client();
        Host mplex = start(builder().muxer(new Mplex()));
        assertThat(yamux.connectAsync(server.addresses().get(0)).get().muxer()).isEqualTo("/yamux/1.0.0");
        assertThat(mplex.connectAsync(server.addresses().get(0)).get().muxer()).isEqualTo("/mplex/6.7.0");
    }

    @Test
    void cancellingAFutureCancelsTheCall() throws Exception {
        Host host = client();
        CountDownLatch cancelled = new CountDownLatch(1);
        CompletableFuture<String> future = host.async(done -> cancelled::countDown);
        future.cancel(true);
        Waiting.on(cancelled);
    }

    @Test
    void aLoopMustNotWaitForAnAnswer() throws Exception {
        Host host = client();
        Throwable thrown = Waiting.on(host.swarm().loop(), () -> {
            try {
                host.await((Callback<String> done) -> Cancellable.NONE);
                return null;
            } catch (IOException | IllegalStateException e) {
                return e;
            }
        });
        assertThat(thrown).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> Waiting.on(host.swarm().loop(), () -> {
            host.close();
            return null;
        })).hasRootCauseInstanceOf(IllegalStateException.class);
    }

    @Test
    void whatIsNotDoneWithinItsTimeIsGivenUp() throws Exception {
        Host host = client();
        CountDownLatch cancelled = new CountDownLatch(1);
        CloseReason late = failure(() -> host.await(Duration.ofMillis(1), (Callback<String> done) -> cancelled::countDown));
        assertThat(late.kind()).isEqualTo(CloseReason.Kind.TIMED_OUT);
        Waiting.on(cancelled);
        assertThat(host.<String>await(Duration.ofHours(1), done -> {
            done.done("in time", null);
            return Cancellable.NONE;
        })).isEqualTo("in time");
    }

    @Test
    void connectsAndOpensWithinTheirTime() throws Exception {
        Host server = server();
        Host client = client();
        server.handle("/a", socket -> socket.in().read());
        PeerId peer = client.connect(server.addresses().get(0), Duration.ofHours(1));
        assertThat(client.open(peer, Duration.ofHours(1), "/a").protocol()).isEqualTo("/a");
    }

    @Test
    void aRememberedPeerIsConnectedByItsIdAlone() throws Exception {
        Host server = server();
        Host client = client();
        assertThat(failure(() -> client.connect(server.id())).kind()).isEqualTo(CloseReason.Kind.UNREACHABLE);
        client.remember(server.id(), server.addresses());
        assertThat(client.connect(server.id()).remote()).isEqualTo(server.id());
    }

    @Test
    void manyWhoWantTheSamePeerShareOneConnection() throws Exception {
        Host server = server();
        Host client = client();
        client.remember(server.id(), server.addresses());
        List<CompletableFuture<Connection>> all = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            all.add(i % 2 == 0 ? client.connectAsync(server.id()) : client.connectAsync(server.addresses().get(0)));
        }
        Connection one = Waiting.get(all.get(0));
        for (CompletableFuture<Connection> each : all) assertThat(Waiting.get(each)).isSameAs(one);
    }

    @Test
    void whoIsConnectedIsWatched() throws Exception {
        Host server = server();
        Host client = client();
        LinkedBlockingQueue<List<PeerId>> heard = new LinkedBlockingQueue<>();
        Cancellable watching = server.peers().listen(Runnable::run, heard::add);
        assertThat(Waiting.next(heard)).isEmpty();
        client.connect(server.addresses().get(0));
        assertThat(Waiting.next(heard)).containsExactly(client.id());
        client.close();
        assertThat(Waiting.next(heard)).isEmpty();
        watching.cancel();
    }

    @Test
    void anInterruptGivesUpTheWait() throws Exception {
        Host host = client();
        CountDownLatch cancelled = new CountDownLatch(1);
        CompletableFuture<CloseReason> reason = new CompletableFuture<>();
        Thread waiter = new Thread(() -> reason.complete(failure(() -> host.await((Callback<String> done) -> cancelled::countDown))));
        waiter.start();
        waiter.interrupt();
        assertThat(Waiting.get(reason).kind()).isEqualTo(CloseReason.Kind.CANCELLED);
        Waiting.on(cancelled);
    }

    @Test
    void closingWaitsForOpenStreamsToEnd() throws Exception {
        Host server = start(Host.builder().listen("/ip4/127.0.0.1/tcp/0").limits(Limits.DEFAULT.with().drainNanos(HOUR).build()));
        Host client = client();
        server.handle("/slow", socket -> {
            socket.out().write(socket.in().read());
            socket.out().write(socket.in().read());
        });
        PeerSocket socket = client.open(client.connect(server.addresses().get(0)), "/slow");
        socket.out().write(1);
        assertThat(socket.in().read()).isEqualTo(1);
        CompletableFuture<Void> closed = CompletableFuture.runAsync(server::close);
        assertThat(closed).isNotDone();
        socket.out().write(2);
        socket.finish();
        assertThat(socket.in().readAllBytes()).containsExactly(2);
        Waiting.get(closed);
    }

    @Test
    void aSecondCloseDoesNotWait() throws Exception {
        Host server = start(Host.builder().listen("/ip4/127.0.0.1/tcp/0").limits(Limits.DEFAULT.with().drainNanos(HOUR).build()));
        Host client = client();
        CountDownLatch answering = new CountDownLatch(1);
        server.handle("/stays", socket -> {
            answering.countDown();
            socket.in().read();
        });
        PeerSocket socket = client.open(client.connect(server.addresses().get(0)), "/stays");
        socket.out().write(new byte[0]);
        Waiting.on(answering);
        CompletableFuture<Void> first = CompletableFuture.runAsync(server::close);
        CompletableFuture<Void> second = CompletableFuture.runAsync(server::close);
        Waiting.get(first);
        Waiting.get(second);
        assertThat(failure(() -> socket.in().read()).kind()).isIn(CloseReason.Kind.CONNECTION_CLOSED, CloseReason.Kind.PEER_RESET);
    }

    @Test
    void aClosedHostEndsWhatIsAskedOfIt() throws Exception {
        Host host = client();
        CompletableFuture<String> open = host.async(done -> Cancellable.NONE);
        host.close();
        assertThat(open).isCompletedExceptionally();
        assertThat(failure(() -> host.connect("/ip4/127.0.0.1/tcp/1")).kind()).isEqualTo(CloseReason.Kind.CANCELLED);
        assertThat(failure(() -> host.open(host.id(), "/a")).kind()).isEqualTo(CloseReason.Kind.CANCELLED);
        host.handle("/a", socket -> {});
        host.close();
    }

    @Test
    void aHostThatCannotListenLeavesNoThreadBehind() {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        assertThatThrownBy(() -> builder().listen("/ip4/127.0.0.1/udp/1").start()).isInstanceOf(P2pException.class);
        assertThatThrownBy(() -> builder().transport(new Broken()).start()).isInstanceOf(P2pException.class);
        for (Thread t : Thread.getAllStackTraces().keySet()) {
            if (!before.contains(t)) assertThat(t.getName()).doesNotStartWith("libp2p-loop");
        }
    }

    private static final class Broken implements Transport {
        @Override
        public void start(Node node, List<Loop> loops) {
            throw new IllegalStateException("a bug of the test");
        }

        @Override
        public boolean handles(Multiaddr address) {
            return false;
        }

        @Override
        public Cancellable dial(Dial dial, Callback<? super Connection> done) {
            return Cancellable.NONE;
        }

        @Override
        public Cancellable listen(Multiaddr address, Accept accept, Callback<? super Listener> bound) {
            return Cancellable.NONE;
        }
    }
}
