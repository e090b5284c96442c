package libp2p.core.wire.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import libp2p.core.Violation;
import org.junit.jupiter.api.Test;

class NoisePayloadTest {
    private static final int SECURITIES_MAX = 64;

    private static byte[] telling(List<String> securities) {
        return new NoisePayload(new byte[36], new byte[64], List.of(), List.of("/yamux/1.0.0"), securities).encode();
    }

    @Test
    void asManySecurityProtocolsAsTheLimitAreToldAndOneMoreIsRefused() {
        List<String> many = new ArrayList<>();
        for (int i = 0; i < SECURITIES_MAX; i++) many.add("/s" + i);
        assertThat(NoisePayload.decode(telling(many)).securities()).isEqualTo(many);
        many.add("/one-more");
        assertThatThrownBy(() -> NoisePayload.decode(telling(many))).isInstanceOf(Violation.class)
                .hasMessageContaining("security protocols");
    }

    @Test
    void anIdThatIsTooLongIsRefused() {
        assertThat(NoisePayload.decode(telling(List.of("/" + "s".repeat(255)))).securities()).hasSize(1);
        assertThatThrownBy(() -> NoisePayload.decode(telling(List.of("/" + "s".repeat(256))))).isInstanceOf(Violation.class);
    }
}
