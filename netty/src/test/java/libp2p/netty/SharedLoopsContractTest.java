package libp2p.netty;

import java.util.List;
import libp2p.jvm.HostBuilder;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Hosts that live on Netty's loops, TCP and QUIC alike. */
@ParameterizedClass
@MethodSource("shared")
class SharedLoopsContractTest extends HostsContract {
    private final boolean quic;

    SharedLoopsContractTest(Stack stack) {
        super(stack);
        quic = stack.muxer().equals("quic");
    }

    /** By epoll with one loop, by selectors with two. */
    static List<Stack> shared() {
        return List.of(new Stack("noise", "yamux", 1), new Stack("noise", "mplex", 2), new Stack("quic", "quic", 1));
    }

    @Override
    void prepare(Stack of, HostBuilder builder) {
        builder.loops(NettyTransport.loops(of.loops() == 1)).transport(new NettyTransport());
        builder.listen(of.muxer().equals("quic") ? "/ip4/127.0.0.1/udp/0/quic-v1" : "/ip4/127.0.0.1/tcp/0");
    }

    @Override
    protected boolean openingsWait() {
        return quic;
    }
}
