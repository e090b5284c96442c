package libp2p.netty;

import java.util.List;
import libp2p.jvm.HostBuilder;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** QUIC on loopback; who may open no more streams is told so beforehand, and waits. */
@ParameterizedClass
@MethodSource("quic")
class QuicContractTest extends HostsContract {
    QuicContractTest(Stack stack) {
        super(stack);
    }

    /** By epoll with one loop, by selectors with two. */
    static List<Stack> quic() {
        return List.of(new Stack("quic", "quic", 1), new Stack("quic", "quic", 2));
    }

    @Override
    void prepare(Stack of, HostBuilder builder) {
        builder.transport(new NettyTransport(NettyOptions.DEFAULT.epoll(of.loops() == 2))).listen("/ip4/127.0.0.1/udp/0/quic-v1");
    }

    @Override
    protected boolean openingsWait() {
        return true;
    }
}
