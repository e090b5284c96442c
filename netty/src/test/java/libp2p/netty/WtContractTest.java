package libp2p.netty;

import java.util.List;
import libp2p.jvm.HostBuilder;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** WebTransport on loopback; streams are QUIC's, one of which the session has, and their resets carry no code that the library can send. */
@ParameterizedClass
@MethodSource("webTransport")
class WtContractTest extends HostsContract {
    WtContractTest(Stack stack) {
        super(stack);
    }

    /** By epoll with two loops, by selectors with one. */
    static List<Stack> webTransport() {
        return List.of(new Stack("webtransport", "webtransport", 1), new Stack("webtransport", "webtransport", 2));
    }

    @Override
    void prepare(Stack of, HostBuilder builder) {
        builder.transport(new NettyTransport(NettyOptions.DEFAULT.epoll(of.loops() == 2)))
                .listen("/ip4/127.0.0.1/udp/0/quic-v1/webtransport");
    }

    @Override
    protected boolean openingsWait() {
        return true;
    }

    @Override
    protected boolean resetsHaveCodes() {
        return false;
    }

    @Override
    protected int streamsTaken() {
        return 1;
    }
}
