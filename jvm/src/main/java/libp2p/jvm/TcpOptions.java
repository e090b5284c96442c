package libp2p.jvm;

import java.util.List;
import java.util.function.Supplier;

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
}
