package libp2p.jvm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import libp2p.core.Loop;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Gater;
import libp2p.core.net.Limits;
import libp2p.core.node.Swarm;
import libp2p.core.wire.Plaintext;
import libp2p.core.wire.mplex.Mplex;
import libp2p.core.wire.yamux.Yamux;
import libp2p.testkit.TransportContract;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Over real sockets on loopback. */
@ParameterizedClass
@MethodSource("stacks")
class TcpContractTest extends TransportContract {
    private final List<Host> hosts = new ArrayList<>();

    TcpContractTest(Stack stack) {
        super(stack);
    }

    @Override
    protected Swarm node(Stack of, Limits limits, Gater gater) {
        HostBuilder b = Host.builder().loops(of.loops()).limits(limits.with().drainNanos(10_000_000).build()).gater(gater)
                .listen("/ip4/127.0.0.1/tcp/0");
        b.muxer(of.muxer().equals("yamux") ? new Yamux() : new Mplex());
        if (of.security().equals("plaintext")) b.security(new Plaintext());
        try {
            Host host = b.start();
            hosts.add(host);
            return host.swarm();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    protected Blocking blocking(Swarm from, PeerId to, String protocol) {
        try {
            Host host = hosts.stream().filter(h -> h.swarm() == from).findFirst().orElseThrow();
            PeerSocket s = host.open(to, protocol);
            return new Blocking(s.in(), s.out(), s::timeout, e -> ((P2pException) e).reason());
        } catch (P2pException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    protected <T> T on(Loop loop, Supplier<T> call) {
        return Waiting.on(loop, call::get);
    }

    @Override
    protected void until(Loop loop, BooleanSupplier holds) {
        Waiting.until(loop, holds::getAsBoolean);
    }

    @Override
    protected void end() {
        for (Host h : hosts) h.close();
    }
}
