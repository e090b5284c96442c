package libp2p.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import libp2p.core.Rng;
import libp2p.core.net.Connection;
import libp2p.core.net.Limits;
import libp2p.core.wire.noise.Noise;
import libp2p.jvm.Host;
import libp2p.jvm.HostBuilder;
import libp2p.jvm.P2pException;
import libp2p.multiformats.Multiaddr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses that say which security protocol is spoken there. */
class NamedSecurityTest {
    private static HostBuilder builder() {
        return Host.builder().limits(Limits.DEFAULT.with().drainNanos(10_000_000).build());
    }

    private static Multiaddr named(Host host, String suffix) {
        return host.addresses().get(0).withoutPeer().encapsulate(suffix);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/noise", "/tls"})
    void theProtocolThatAnAddressNamesIsSpokenOnAnyTcp(String named) throws IOException {
        try (Host a = builder().listen("/ip4/127.0.0.1/tcp/0").start();
                Host b = builder().start();
                Host c = builder().transport(new NettyTransport(NettyOptions.DEFAULT.tcp(true))).start()) {
            assertThat(a.addresses().get(0).toString()).doesNotContain("/noise").doesNotContain("/tls");
            for (Host dialler : new Host[] {b, c}) {
                dialler.connect(named(a, named));
                Connection made = Waiting.on(dialler.swarm().loop(), () -> dialler.swarm().connections(a.id()).get(0));
                assertThat(made.security()).startsWith(named);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/noise", "/tls"})
    void nobodyListensOnOne(String named) {
        assertThatThrownBy(() -> builder().listen("/ip4/127.0.0.1/tcp/0" + named).start()).hasMessageContaining("not a");
    }

    @Test
    void oneThatNamesWhatWeDoNotSpeakFails() throws IOException {
        try (Host a = builder().listen("/ip4/127.0.0.1/tcp/0").start();
                Host b = builder().security(Noise.create(Certificates.CRYPTO, Rng.seeded(3))).start()) {
            assertThatThrownBy(() -> b.connect(named(a, "/tls")))
                    .isInstanceOf(P2pException.class)
                    .hasMessageContaining("security protocol");
            assertThat(b.connect(named(a, "/noise"))).isEqualTo(a.id());
        }
    }
}
