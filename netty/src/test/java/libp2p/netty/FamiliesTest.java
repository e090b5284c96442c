package libp2p.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import libp2p.core.CloseReason;
import libp2p.core.net.Gater;
import libp2p.core.net.Limits;
import libp2p.jvm.Host;
import libp2p.jvm.HostBuilder;
import libp2p.jvm.P2pException;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

/** IPv4 and IPv6 on one port, by epoll and by selectors, of all transports. */
@ParameterizedClass
@CsvSource({"true,tcp,", "true,tcp,/ws", "true,udp,/quic-v1", "true,udp,/webrtc-direct", "false,tcp,/ws", "false,udp,/quic-v1"})
class FamiliesTest {
    private final boolean epoll;
    private final String protocol;
    private final String suffix;
    private final LinkedBlockingQueue<Multiaddr> locals = new LinkedBlockingQueue<>();
    private final LinkedBlockingQueue<Multiaddr> remotes = new LinkedBlockingQueue<>();
    private final Gater noting = new Gater() {
        @Override
        public @Nullable CloseReason accept(Multiaddr local, Multiaddr remote) {
            locals.add(local);
            remotes.add(remote);
            return null;
        }
    };

    FamiliesTest(boolean epoll, String protocol, @Nullable String suffix) {
        this.epoll = epoll;
        this.protocol = protocol;
        this.suffix = suffix == null ? "" : suffix;
    }

    private HostBuilder builder() {
        return Host.builder()
                .transport(new NettyTransport(NettyOptions.DEFAULT.tcp(true).epoll(epoll)))
                .limits(Limits.DEFAULT.with().drainNanos(10_000_000).build());
    }

    private String at(String ip, int port) {
        return ip + "/" + protocol + "/" + port + suffix;
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
    void allAddressesOfAFamilyAreThoseOfThatFamily() throws IOException {
        try (Host a = builder().listen(at("/ip4/0.0.0.0", 0)).start()) {
            assertThat(a.addresses()).isNotEmpty().allMatch(m -> m.toString().startsWith("/ip4/"));
            if (!hasIpv6()) return;
            a.listen(Multiaddr.of(at("/ip6/::", 0)));
            assertThat(a.addresses()).anyMatch(m -> m.toString().startsWith("/ip6/"));
        }
    }

    @Test
    void bothFamiliesShareAPort() throws IOException {
        assumeThat(hasIpv6()).isTrue();
        try (Host a = builder().gater(noting).listen(at("/ip4/0.0.0.0", 0)).start()) {
            int port = a.addresses().get(0).port();
            a.listen(Multiaddr.of(at("/ip6/::", port)));
            for (String ip : List.of("/ip4/127.0.0.1/", "/ip6/::1/")) {
                Multiaddr there = a.addresses().stream().filter(m -> m.toString().startsWith(ip)).findFirst().orElseThrow();
                assertThat(there.port()).isEqualTo(port);
                try (Host b = builder().start()) {
                    b.connect(there);
                }
                assertThat(String.valueOf(locals.poll())).startsWith(ip.substring(0, 5));
            }
        }
    }

    @Test
    void aPortThatSomebodyElseHasIsRefused() throws IOException {
        try (Host a = builder().listen(at("/ip4/0.0.0.0", 0)).start()) {
            String taken = at("/ip4/0.0.0.0", a.addresses().get(0).port());
            assertThatThrownBy(() -> builder().listen(taken).start()).isInstanceOf(P2pException.class).hasMessageContaining("in use");
        }
    }

    @Test
    void whoListensOnAllAddressesDialsAndByQuicFromThere() throws IOException {
        try (Host a = builder().gater(noting).listen(at("/ip4/0.0.0.0", 0)).start();
                Host b = builder().listen(at("/ip4/0.0.0.0", 0)).start()) {
            assertThat(b.connect(a.addresses().get(0))).isEqualTo(a.id());
            Multiaddr from = remotes.poll();
            if (suffix.equals("/quic-v1")) assertThat(from.port()).isEqualTo(b.addresses().get(0).port());
        }
    }
}
