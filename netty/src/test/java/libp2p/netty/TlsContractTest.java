package libp2p.netty;

import java.util.List;
import libp2p.jvm.HostBuilder;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** TLS over TCP on loopback. */
@ParameterizedClass
@MethodSource("tls")
class TlsContractTest extends HostsContract {
    TlsContractTest(Stack stack) {
        super(stack);
    }

    static List<Stack> tls() {
        return List.of(new Stack("tls", "yamux", 1), new Stack("tls", "yamux", 2), new Stack("tls", "mplex", 1));
    }

    @Override
    void prepare(Stack of, HostBuilder builder) {
        builder.security(new Tls()).listen("/ip4/127.0.0.1/tcp/0");
    }
}
