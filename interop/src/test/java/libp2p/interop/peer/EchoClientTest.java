package libp2p.interop.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

final class EchoClientTest {
    @Test
    void theBytesOfASeedAreThoseOfTheContract() {
        byte[] first = EchoClient.keyStream(7).update(new byte[1000]);
        assertThat(HexFormat.of().formatHex(EchoClient.sha256().digest(first)))
                .isEqualTo("58f04e419bee3f7a0bb36f34aa4a9668b47d6ff8b19916be76e578e09fd3173e");
    }
}
