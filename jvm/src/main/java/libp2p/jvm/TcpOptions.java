package libp2p.jvm;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Supplier;
import libp2p.multiformats.Nullable;

/**
 * How TCP sockets are made.
 *
 * @param backlog connections that the system completes and holds for a listener
 * @param noDelay send small segments at once
 * @param keepAlive let the system probe quiet connections; the muxers do so already
 * @param reusePort share a listener's port with its own outbound connections where the system can, which hole punching needs
 * @param sourceFromListeners connect from an address that a listener was bound to by name, where one fits the target
 * @param sendBuffer bytes of the system's send buffer; 0 leaves it to the system
 * @param receiveBuffer bytes of the system's receive buffer; 0 leaves it to the system
 * @param interfacePollNanos between looks at the machine's addresses, for listeners on 0.0.0.0 or ::
 * @param hostAddresses the machine's addresses; called on a thread that may block
 */
public record TcpOptions(
        int backlog,
        boolean noDelay,
        boolean keepAlive,
        boolean reusePort,
        boolean sourceFromListeners,
        int sendBuffer,
        int receiveBuffer,
        long interfacePollNanos,
        Supplier<List<HostAddress>> hostAddresses) {

    /** What suits a node on any network. */
    public static final TcpOptions DEFAULT = new TcpOptions(1024, true, false, true, true, 0, 0, 5_000_000_000L, HostAddress::ofSystem);

    /** Refuses what no socket could have. */
    public TcpOptions {
        boolean possible = backlog >= 1 && sendBuffer >= 0 && receiveBuffer >= 0 && interfacePollNanos >= 1;
        if (!possible) throw new IllegalArgumentException("out of range");
    }

    /** The same with another backlog. */
    public TcpOptions backlog(int connections) {
        return new TcpOptions(
                connections, noDelay, keepAlive, reusePort, sourceFromListeners, sendBuffer, receiveBuffer, interfacePollNanos,
                hostAddresses);
    }

    /** The same with other buffers in the system, in bytes; 0 leaves one to the system. */
    public TcpOptions buffers(int send, int receive) {
        return new TcpOptions(
                backlog, noDelay, keepAlive, reusePort, sourceFromListeners, send, receive, interfacePollNanos, hostAddresses);
    }

    /** The same, sharing ports or not. */
    public TcpOptions reusePort(boolean on) {
        return new TcpOptions(
                backlog, noDelay, keepAlive, on, sourceFromListeners, sendBuffer, receiveBuffer, interfacePollNanos, hostAddresses);
    }

    /** The same, choosing source addresses or leaving that to the system. */
    public TcpOptions sourceFromListeners(boolean on) {
        return new TcpOptions(backlog, noDelay, keepAlive, reusePort, on, sendBuffer, receiveBuffer, interfacePollNanos, hostAddresses);
    }

    /** The same, learning of the machine's addresses otherwise or at other times. */
    public TcpOptions hostAddresses(Supplier<List<HostAddress>> source, long pollNanos) {
        return new TcpOptions(backlog, noDelay, keepAlive, reusePort, sourceFromListeners, sendBuffer, receiveBuffer, pollNanos, source);
    }

    /**
     * What a listener is bound to.
     *
     * @param at address and port
     * @param prefixBits how many of the address's first bits all machines of its network share; 0 if that is not known or not one network
     */
    public record Bound(InetSocketAddress at, int prefixBits) {}

    /**
     * Where to connect from: a listener in the target's network is best, then one of its scope; of all addresses of the family only where
     * the port matters.
     *
     * @param listeners of the transport that connects
     * @param fromListenPort whether it has to be a listener's port; else any port of its address
     * @return null to leave it to the system
     */
    public @Nullable InetSocketAddress source(List<Bound> listeners, InetAddress target, boolean fromListenPort) {
        Bound best = null;
        int bestFit = 0;
        for (Bound l : listeners) {
            InetAddress own = l.at.getAddress();
            if (own instanceof Inet6Address != target instanceof Inet6Address) continue;
            int fit = 1;
            if (own.isAnyLocalAddress()) {
                if (!fromListenPort) return null; // the system may choose any, and knows best
            } else if (own.isLoopbackAddress() != target.isLoopbackAddress() || own.isLinkLocalAddress() != target.isLinkLocalAddress()) {
                fit = 0;
            } else {
                fit = new HostAddress(own, l.prefixBits).reaches(target) ? 3 : 2;
            }
            if (fit > bestFit) {
                best = l;
                bestFit = fit;
            }
        }
        if (best == null || !fromListenPort && !sourceFromListeners) return null;
        return fromListenPort ? best.at : new InetSocketAddress(best.at.getAddress(), 0);
    }
}
