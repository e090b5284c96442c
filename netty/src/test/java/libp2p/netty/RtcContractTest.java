package libp2p.netty;

import java.util.List;
import libp2p.jvm.HostBuilder;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** WebRTC-direct on loopback. */
@ParameterizedClass
@MethodSource("rtc")
class RtcContractTest extends HostsContract {
    RtcContractTest(Stack stack) {
        super(stack);
    }

    /** By epoll with two loops, by selectors with one. */
    static List<Stack> rtc() {
        return List.of(new Stack("webrtc", "webrtc", 1), new Stack("webrtc", "webrtc", 2));
    }

    @Override
    void prepare(Stack of, HostBuilder builder) {
        builder.transport(new NettyTransport(NettyOptions.DEFAULT.epoll(of.loops() == 2))).listen("/ip4/127.0.0.1/udp/0/webrtc-direct");
    }
}
