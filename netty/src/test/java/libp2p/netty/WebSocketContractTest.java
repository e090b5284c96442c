package libp2p.netty;

import java.util.List;
import libp2p.core.Rng;
import libp2p.core.wire.Plaintext;
import libp2p.core.wire.Security;
import libp2p.core.wire.noise.Noise;
import libp2p.jvm.HostBuilder;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Over WebSockets on loopback, and over plain TCP on Netty's loops. */
@ParameterizedClass
@MethodSource("carriers")
class WebSocketContractTest extends HostsContract {
    WebSocketContractTest(Stack stack) {
        super(stack);
    }

    static List<Stack> carriers() {
        return List.of(
                new Stack("noise over ws", "yamux", 1),
                new Stack("noise over ws", "mplex", 2),
                new Stack("noise over wss", "yamux", 2),
                new Stack("tls over wss", "yamux", 1),
                new Stack("plaintext over tcp", "yamux", 1));
    }

    @Override
    void prepare(Stack of, HostBuilder builder) {
        builder.security(security(of.security()));
        builder.transport(new NettyTransport(WebSocketTest.secured(NettyOptions.DEFAULT).tcp(true).epoll(of.loops() == 1)));
        String end = of.security().endsWith("wss") ? "/tls/ws" : of.security().endsWith("ws") ? "/ws" : "";
        builder.listen("/ip4/127.0.0.1/tcp/0" + end);
    }

    private static Security security(String named) {
        if (named.startsWith("plaintext")) return new Plaintext();
        return named.startsWith("tls") ? new Tls() : Noise.create(Certificates.CRYPTO, Rng.seeded(System.nanoTime()));
    }
}
