package libp2p.core.net;

import java.util.List;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.Loop;
import libp2p.core.node.Node;
import libp2p.multiformats.Multiaddr;

/**
 * Makes connections: natively, or by upgrading a byte pipe with {@link Upgrader}.
 *
 * <p>One instance per node. Methods are called on the node's loop and never call back before they return.
 */
public interface Transport {
    /** Called once, first: the node it works for, and the loops to spread connections over. */
    void start(Node node, List<Loop> loops);

    /** Whether it can dial, or listen on, such an address. */
    boolean handles(Multiaddr address);

    /** Connects; the callback runs on the new connection's loop, or on one of the transport's if there is none. */
    Cancellable dial(Dial dial, Callback<? super Connection> done);

    /** Listens; {@code bound} is called on one of the transport's loops. */
    Cancellable listen(Multiaddr address, Accept accept, Callback<? super Listener> bound);

    /** Frees what it holds; its listeners and connections have been closed. */
    default void stop() {}
}
