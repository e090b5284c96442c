package libp2p.jvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import libp2p.core.Buf;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Loop;
import libp2p.core.net.Connection;
import libp2p.core.net.Dial;
import libp2p.core.net.Limits;
import libp2p.core.net.Listener;
import libp2p.core.net.Pipe;
import libp2p.core.net.Role;
import libp2p.multiformats.Multiaddr;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TcpTransportTest {
    private volatile List<HostAddress> machine =
            hosts("127.0.0.1/8", "192.0.2.7/24", "::1/128", "2001:db8::7/64", "fe80::7/64", "224.0.0.1/8");
    private TcpWorld world = new TcpWorld(2, TcpOptions.DEFAULT.hostAddresses(() -> machine, 1_000_000));

    @AfterEach
    void close() {
        world.close();
    }

    private static List<HostAddress> hosts(String... all) {
        List<HostAddress> list = new ArrayList<>();
        for (String one : all) {
            int slash = one.indexOf('/');
            list.add(new HostAddress(ip(one.substring(0, slash)), Integer.parseInt(one.substring(slash + 1))));
        }
        return list;
    }

    private static InetAddress ip(String literal) {
        try {
            return InetAddress.getByName(literal);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Multiaddr at(String text) {
        return Multiaddr.of(text);
    }

    @Test
    void itHandlesTcpOverIpAndNothingElse() {
        for (String yes : List.of("/ip4/192.0.2.1/tcp/4001", "/ip6/2001:db8::1/tcp/1", "/ip6zone/eth0/ip6/fe80::1/tcp/1")) {
            assertThat(world.tcp.handles(at(yes))).as(yes).isTrue();
        }
        for (String no : List.of("/ip4/192.0.2.1/udp/4001", "/ip4/192.0.2.1/tcp/4001/ws", "/dns4/a.example/tcp/4001", "/ip4/192.0.2.1",
                "/memory/1", "/ip4/192.0.2.1/tcp/4001/p2p-circuit", "/ip6zone/eth0/ip4/192.0.2.1/tcp/1")) {
            assertThat(world.tcp.handles(at(no))).as(no).isFalse();
        }
    }

    @Test
    void aListenerTellsItsRealPortAndBothEndsTellTheSameAddresses() {
        Multiaddr where = world.loopback();
        assertThat(where.port()).isPositive();
        Pipe dialer = world.dial(where);
        Pipe listener = Waiting.next(world.node.accepted);
        assertThat(dialer.remoteAddress()).isEqualTo(where);
        assertThat(listener.localAddress()).isEqualTo(where);
        assertThat(listener.remoteAddress()).isEqualTo(dialer.localAddress());
    }

    @Test
    void anIpv4MappedAddressIsDialledAndToldAsIpv4() {
        Multiaddr where = world.loopback();
        Pipe dialer = world.dial(at("/ip6/::ffff:127.0.0.1/tcp/" + where.port()));
        assertThat(dialer.remoteAddress()).isEqualTo(where);
        assertThat(Waiting.next(world.node.accepted).localAddress()).isEqualTo(where);
    }

    @Test
    void arrivalsGoRoundOverTheLoops() {
        Multiaddr where = world.loopback();
        Set<Loop> homes = new HashSet<>();
        for (int i = 0; i < 8; i++) {
            world.dial(where);
            homes.add(Waiting.next(world.node.accepted).loop());
        }
        assertThat(homes).hasSize(2);
    }

    @Test
    void whoIsRefusedIsClosedBeforeTheFirstByte() throws IOException {
        Multiaddr where = world.loopback();
        world.refusal = CloseReason.of(CloseReason.Kind.REFUSED);
        try (Socket raw = new Socket("127.0.0.1", where.port())) {
            assertThat(raw.getInputStream().read()).isEqualTo(-1);
        }
        assertThat(world.node.accepted).isEmpty();
        assertThat(world.failures).isEmpty();
    }

    @Test
    void whereNobodyListensTheDialIsUnreachable() throws IOException {
        int port;
        try (ServerSocket gone = new ServerSocket(0)) {
            port = gone.getLocalPort();
        }
        CloseReason failure = world.dialInVain(at("/ip4/127.0.0.1/tcp/" + port));
        assertThat(failure.kind()).isEqualTo(CloseReason.Kind.UNREACHABLE);
        assertThat(failure.detail()).contains("refused");
    }

    @Test
    void anAddressThatIsNotTcpIsUnreachable() {
        assertThat(world.dialInVain(at("/ip4/127.0.0.1/udp/1")).kind()).isEqualTo(CloseReason.Kind.UNREACHABLE);
        assertThat(world.dialInVain(at("/ip4/127.0.0.1/tcp/0")).kind()).isEqualTo(CloseReason.Kind.UNREACHABLE);
        assertThat(world.dialInVain(at("/ip6zone/no-such-if/ip6/fe80::1/tcp/1")).kind()).isEqualTo(CloseReason.Kind.UNREACHABLE);
    }

    @Test
    void aPortInUseIsRefusedAlthoughPortsAreShared() throws IOException {
        Multiaddr where = world.loopback();
        try (TcpWorld other = new TcpWorld(1, TcpOptions.DEFAULT)) {
            assertThat(other.listenInVain(where.toString()).kind()).isEqualTo(CloseReason.Kind.REFUSED);
        }
    }

    @Test
    void bothFamiliesShareAPort() {
        assumeThat(hasIpv6()).isTrue();
        Listener four = world.listen("/ip4/0.0.0.0/tcp/0");
        int port = four.addresses().value().get(0).port();
        world.listen("/ip6/::/tcp/" + port);
        assertThat(world.dial(at("/ip4/127.0.0.1/tcp/" + port)).remoteAddress().toString()).startsWith("/ip4/");
        assertThat(Waiting.next(world.node.accepted).localAddress()).isEqualTo(at("/ip4/127.0.0.1/tcp/" + port));
        world.dial(at("/ip6/::1/tcp/" + port));
        assertThat(Waiting.next(world.node.accepted).localAddress()).isEqualTo(at("/ip6/::1/tcp/" + port));
    }

    private static boolean hasIpv6() {
        try (ServerSocket probe = new ServerSocket()) {
            probe.bind(new InetSocketAddress("::1", 0));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void anUnspecifiedAddressBecomesThoseOfTheMachineButForLinks() {
        Listener four = world.listen("/ip4/0.0.0.0/tcp/0");
        int port = four.addresses().value().get(0).port();
        assertThat(four.addresses().value()).containsExactly(at("/ip4/127.0.0.1/tcp/" + port), at("/ip4/192.0.2.7/tcp/" + port));
        assumeThat(hasIpv6()).isTrue();
        Listener six = world.listen("/ip6/::/tcp/0");
        int port6 = six.addresses().value().get(0).port();
        assertThat(six.addresses().value()).containsExactly(at("/ip6/::1/tcp/" + port6), at("/ip6/2001:db8::7/tcp/" + port6));
    }

    @Test
    void theAddressesFollowTheInterfaces() {
        Listener all = world.listen("/ip4/0.0.0.0/tcp/0");
        int port = all.addresses().value().get(0).port();
        LinkedBlockingQueue<List<Multiaddr>> heard = new LinkedBlockingQueue<>();
        all.addresses().listen(Runnable::run, heard::add);
        assertThat(Waiting.next(heard)).hasSize(2);
        machine = hosts("127.0.0.1/8", "198.51.100.9/24");
        assertThat(Waiting.next(heard)).containsExactly(at("/ip4/127.0.0.1/tcp/" + port), at("/ip4/198.51.100.9/tcp/" + port));
        machine = hosts("127.0.0.1/8");
        assertThat(Waiting.next(heard)).containsExactly(at("/ip4/127.0.0.1/tcp/" + port));
    }

    @Test
    void aClosedListenerHasNoAddressesFreesItsPortAndKeepsItsConnections() throws IOException {
        Listener listener = world.listen("/ip4/127.0.0.1/tcp/0");
        Multiaddr where = listener.addresses().value().get(0);
        world.dial(where);
        Pipe stays = Waiting.next(world.node.accepted);
        listener.close();
        listener.close();
        untilNobodyListensAt(where);
        assertThat(world.dialInVain(where).kind()).isEqualTo(CloseReason.Kind.UNREACHABLE);
        assertThat(listener.addresses().value()).isEmpty();
        world.listen(where.toString());
        assertThat(Waiting.on(stays.loop(), () -> stays.write(new Buf(new byte[1])))).isEqualTo(1);
    }

    @Test
    void aDialFromTheListenPortComesFromThere() {
        assumeThat(TcpSockets.reusesPort()).isTrue();
        Multiaddr ours = world.loopback();
        try (TcpWorld other = new TcpWorld(1, TcpOptions.DEFAULT)) {
            Multiaddr theirs = other.loopback();
            Waiting.Told<Connection> told = new Waiting.Told<>();
            world.tcp.dial(new Dial(theirs, null, Role.INITIATOR, true, 0), told);
            told.value();
            assertThat(Waiting.next(other.node.accepted).remoteAddress()).isEqualTo(ours);
        }
    }

    @Test
    void aSecondDialFromTheListenPortStillConnects() {
        Multiaddr ours = world.loopback();
        try (TcpWorld other = new TcpWorld(1, TcpOptions.DEFAULT)) {
            Multiaddr theirs = other.loopback();
            for (int i = 0; i < 2; i++) {
                Waiting.Told<Connection> told = new Waiting.Told<>();
                world.tcp.dial(new Dial(theirs, null, Role.INITIATOR, true, 0), told);
                told.value();
            }
            Waiting.next(other.node.accepted);
            assertThat(Waiting.next(other.node.accepted).remoteAddress()).isNotEqualTo(ours);
        }
    }

    @Test
    void aListenerBoundByNameIsTheSourceOfDialsIntoItsScope() {
        world.close();
        machine = hosts("127.0.0.2/8");
        world = new TcpWorld(1, TcpOptions.DEFAULT.hostAddresses(() -> machine, 1_000_000));
        world.listen("/ip4/127.0.0.2/tcp/0");
        assertThat(world.tcp.source(ip("127.0.0.1"), false)).isEqualTo(new InetSocketAddress("127.0.0.2", 0));
        assertThat(world.tcp.source(ip("192.0.2.1"), false)).isNull();
        assertThat(world.tcp.source(ip("::1"), false)).isNull();
        try (TcpWorld other = new TcpWorld(1, TcpOptions.DEFAULT)) {
            world.dial(other.loopback());
            assertThat(Waiting.next(other.node.accepted).remoteAddress().host()).isEqualTo("127.0.0.2");
        }
        world.listen("/ip4/0.0.0.0/tcp/0");
        assertThat(world.tcp.source(ip("127.0.0.1"), false)).isNull();
    }

    @Test
    void aNetworkReachesWhatSharesItsPrefix() {
        HostAddress host = new HostAddress(ip("192.0.2.130"), 25);
        assertThat(host.reaches(ip("192.0.2.200"))).isTrue();
        assertThat(host.reaches(ip("192.0.2.1"))).isFalse();
        assertThat(host.reaches(ip("2001:db8::1"))).isFalse();
    }

    @Test
    void aConnectThatIsNeverAnsweredTimesOut() throws IOException {
        world.close();
        world = new TcpWorld(1, TcpOptions.DEFAULT, Limits.DEFAULT.with().connectNanos(20_000_000).build());
        try (Deaf deaf = new Deaf()) {
            assertThat(world.dialInVain(deaf.address()).kind()).isEqualTo(CloseReason.Kind.TIMED_OUT);
        }
    }

    @Test
    void aDeadlineThatHasPassedEndsTheDial() {
        Waiting.Told<Connection> told = new Waiting.Told<>();
        world.tcp.dial(new Dial(world.loopback(), null, Role.INITIATOR, false, System.nanoTime() - 1), told);
        assertThat(told.failure().kind()).isEqualTo(CloseReason.Kind.TIMED_OUT);
    }

    @Test
    void cancellingAConnectClosesItsSocketAndTellsSo() throws IOException {
        try (Deaf deaf = new Deaf()) {
            long before = descriptors();
            Waiting.Told<Connection> told = new Waiting.Told<>();
            Cancellable dial = world.tcp.dial(Dial.to(deaf.address(), null), told);
            dial.cancel();
            dial.cancel();
            assertThat(told.failure()).isEqualTo(CloseReason.CANCELLED);
            untilDescriptors(before);
        }
    }

    @Test
    void aThousandDialsThatFailOrAreCancelledLeaveNothingOpen() throws IOException {
        Multiaddr alive = world.loopback();
        int port;
        try (ServerSocket gone = new ServerSocket(0)) {
            port = gone.getLocalPort();
        }
        Multiaddr dead = at("/ip4/127.0.0.1/tcp/" + port);
        try (Deaf deaf = new Deaf()) {
            long before = descriptors();
            for (int round = 0; round < 10; round++) {
                List<Waiting.Told<Connection>> all = new ArrayList<>();
                for (int i = 0; i < 100; i++) {
                    Waiting.Told<Connection> told = new Waiting.Told<>();
                    all.add(told);
                    Multiaddr to = i % 3 == 0 ? alive : i % 3 == 1 ? dead : deaf.address();
                    Cancellable dial = world.tcp.dial(Dial.to(to, null), told);
                    if (i % 3 != 1) dial.cancel();
                }
                for (Waiting.Told<Connection> told : all) told.failure();
            }
            for (Pipe p : drained(world.node.dialed)) p.loop().execute(() -> p.close(CloseReason.CANCELLED));
            for (Pipe p : drained(world.node.accepted)) p.loop().execute(() -> p.close(CloseReason.CANCELLED));
            untilDescriptors(before);
        }
    }

    private static List<Pipe> drained(LinkedBlockingQueue<Pipe> queue) {
        List<Pipe> all = new ArrayList<>();
        queue.drainTo(all);
        return all;
    }

    private static long descriptors() {
        Object system = ManagementFactory.getOperatingSystemMXBean();
        return system instanceof UnixOperatingSystemMXBean unix ? unix.getOpenFileDescriptorCount() : -1;
    }

    /** Sockets accepted in the meantime are closed too; the last descriptor goes when its loop comes round. */
    private void untilDescriptors(long most) {
        Waiting.until(world.loops.get(0), () -> {
            for (Pipe p : drained(world.node.accepted)) p.loop().execute(() -> p.close(CloseReason.CANCELLED));
            return descriptors() <= most;
        });
    }

    @Test
    void acceptingPausesWhenDescriptorsRunOutAndGoesOnLater() {
        TcpListener listener = (TcpListener) world.listen("/ip4/127.0.0.1/tcp/0");
        Multiaddr where = listener.addresses().value().get(0);
        AtomicInteger tries = new AtomicInteger();
        Loop home = listener.home();
        Waiting.on(home, () -> {
            listener.acceptFrom(() -> {
                tries.incrementAndGet();
                throw new IOException("Too many open files");
            });
            return null;
        });
        assertThat(tries.get()).isEqualTo(1);
        world.dial(where);
        Waiting.next(world.node.accepted);
    }

    @Test
    void stoppingEndsTheListenersAndWhatComesAfter() {
        Multiaddr where = world.loopback();
        world.tcp.stop();
        untilNobodyListensAt(where);
        assertThat(world.listenInVain("/ip4/127.0.0.1/tcp/0").kind()).isEqualTo(CloseReason.Kind.CANCELLED);
    }

    /** A closed socket is freed when its loop comes round. */
    private void untilNobodyListensAt(Multiaddr where) {
        Waiting.until(world.loops.get(0), () -> {
            try (Socket s = new Socket("127.0.0.1", where.port())) {
                return !s.isConnected();
            } catch (IOException e) {
                return true;
            }
        });
    }

    /** A listener that accepts nobody and whose queue is full, so that connecting to it hangs. */
    private static final class Deaf implements AutoCloseable {
        private final ServerSocket server = new ServerSocket();
        private final List<SocketChannel> queue = new ArrayList<>();

        Deaf() throws IOException {
            server.bind(new InetSocketAddress("127.0.0.1", 0), 1);
            for (int i = 0; i < 8; i++) {
                SocketChannel c = SocketChannel.open();
                c.configureBlocking(false);
                c.connect(server.getLocalSocketAddress());
                queue.add(c);
            }
        }

        Multiaddr address() {
            return at("/ip4/127.0.0.1/tcp/" + server.getLocalPort());
        }

        @Override
        public void close() throws IOException {
            for (SocketChannel c : queue) c.close();
            server.close();
        }
    }
}
