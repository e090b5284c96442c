package libp2p.netty;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import libp2p.core.Loop;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Gater;
import libp2p.core.net.Limits;
import libp2p.core.net.Observer;
import libp2p.core.node.Swarm;
import libp2p.core.wire.mplex.Mplex;
import libp2p.core.wire.yamux.Yamux;
import libp2p.jvm.Host;
import libp2p.jvm.HostBuilder;
import libp2p.jvm.P2pException;
import libp2p.jvm.PeerSocket;
import libp2p.testkit.TransportContract;

/** The contract over real hosts on loopback. */
abstract class HostsContract extends TransportContract {
    private final List<Host> hosts = new ArrayList<>();
    private final LinkedBlockingQueue<Throwable> bugs = new LinkedBlockingQueue<>();

    HostsContract(Stack stack) {
        super(stack);
    }

    /** What the hosts are, besides the stack's muxer and loops. */
    abstract void prepare(Stack of, HostBuilder builder);

    @Override
    protected Swarm node(Stack of, Limits limits, Gater gater) {
        HostBuilder b = Host.builder().loops(of.loops()).limits(limits.with().drainNanos(10_000_000).build()).gater(gater);
        b.observer(new Observer() {
            @Override
            public void bug(String where, Throwable bug) {
                bugs.add(new AssertionError(where, bug));
            }
        });
        b.muxer(of.muxer().equals("mplex") ? new Mplex() : new Yamux());
        prepare(of, b);
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
        return Waiting.on(loop, call);
    }

    @Override
    protected void until(Loop loop, BooleanSupplier holds) {
        Waiting.until(loop, holds);
    }

    @Override
    protected void end() {
        for (Host h : hosts) h.close();
        if (!bugs.isEmpty()) throw new AssertionError("bugs", bugs.peek());
    }
}
