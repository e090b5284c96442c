package libp2p.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import libp2p.core.identity.PeerId;
import libp2p.jvm.Host;
import org.junit.jupiter.api.Test;

/** What comes of having the module on the class path. */
class DiscoveryTest {
    @Test
    void aHostThatIsToldNothingSpeaksTlsBesidesNoise() throws IOException {
        try (Host plain = Host.builder().listen("/ip4/127.0.0.1/tcp/0").start();
                Host strict = Host.builder().security(new Tls()).start()) {
            PeerId met = strict.connect(plain.addresses().get(0));
            assertThat(met).isEqualTo(plain.id());
            assertThat(Waiting.on(strict.swarm().loop(), () -> strict.swarm().connections(met).get(0).security())).isEqualTo(Tls.ID);
        }
    }
}
