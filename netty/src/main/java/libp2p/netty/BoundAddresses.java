package libp2p.netty;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import libp2p.core.Cancellable;
import libp2p.core.Watch;
import libp2p.jvm.HostAddress;
import libp2p.jvm.TcpOptions;
import libp2p.multiformats.Component;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Proto;

/**
 * The concrete addresses of a bound socket: its own, or those of the machine's interfaces where it is bound to all of them, looked up
 * again and again.
 *
 * <p>On a loop, but for {@link #watch}. Looks at the interfaces on a thread that may block.
 */
final class BoundAddresses {
    private final NettyLoop loop;
    private final InetSocketAddress bound;
    private final Proto transport;
    private List<Component> suffix;
    private List<HostAddress> interfaces = List.of(); // where it is bound to all
    private final TcpOptions options;
    private final Watch.Cell<List<Multiaddr>> addresses = new Watch.Cell<>(List.of());
    private Cancellable timer = Cancellable.NONE;
    private boolean closed;

    BoundAddresses(NettyLoop loop, InetSocketAddress bound, Proto transport, List<Component> suffix, TcpOptions options) {
        this.loop = loop;
        this.bound = bound;
        this.transport = transport;
        this.suffix = suffix;
        this.options = options;
    }

    Watch<List<Multiaddr>> watch() {
        return addresses;
    }

    /** Looks for the first time, then runs {@code known} on the loop; goes on looking where that can change. */
    void begin(Runnable known) {
        if (!bound.getAddress().isAnyLocalAddress()) {
            addresses.set(expanded());
            known.run();
            return;
        }
        look(known);
    }

    private void look(Runnable then) {
        ask(now -> {
            interfaces = now;
            addresses.set(expanded());
            timer = loop.schedule(options.interfacePollNanos(), () -> look(() -> {}));
            then.run();
        });
    }

    /** Tells later, on the loop, how many first bits of the one address that it is bound to are its network's. */
    void network(IntConsumer prefixBits) {
        ask(now -> {
            for (HostAddress a : now) if (a.address().equals(bound.getAddress())) prefixBits.accept(a.prefixBits());
        });
    }

    private void ask(Consumer<List<HostAddress>> told) {
        Thread looking = new Thread(() -> {
            List<HostAddress> now = options.hostAddresses().get();
            loop.execute(() -> {
                if (!closed) told.accept(now);
            });
        }, "libp2p-interfaces");
        looking.setDaemon(true);
        looking.start();
    }

    /** The addresses end so from now on. */
    void suffix(List<Component> other) {
        if (closed || other.equals(suffix)) return;
        suffix = other;
        addresses.set(expanded());
    }

    private List<Multiaddr> expanded() {
        if (!bound.getAddress().isAnyLocalAddress()) return List.of(of(bound.getAddress()));
        TreeSet<Multiaddr> found = new TreeSet<>();
        boolean six = bound.getAddress() instanceof Inet6Address;
        for (HostAddress a : interfaces) {
            InetAddress one = a.address();
            boolean fits = one instanceof Inet6Address == six && !one.isLinkLocalAddress() && !one.isMulticastAddress();
            if (fits) found.add(of(one));
        }
        return new ArrayList<>(found);
    }

    private Multiaddr of(InetAddress address) {
        Multiaddr a = Sockets.multiaddr(address, transport, bound.getPort());
        for (Component c : suffix) a = a.with(c);
        return a;
    }

    void close() {
        closed = true;
        timer.cancel();
        addresses.set(List.of());
    }
}
