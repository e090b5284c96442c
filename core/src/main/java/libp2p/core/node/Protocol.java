package libp2p.core.node;

import java.util.List;
import libp2p.core.CloseReason;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Connection;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;

/**
 * What a node says and does under its protocol ids; one instance per node, on the node's loop.
 *
 * <p>An exception from here is a bug: it is reported, and what it was called for (a stream, a connection event) ends.
 */
public interface Protocol {
    /** The ids it answers, the preferred first. */
    List<String> ids();

    /** Whether it answers that id too; for ids that are not known beforehand. */
    default boolean speaks(String id) {
        return ids().contains(id);
    }

    /** Called once, before anything else. */
    void start(Node node);

    /** A connection began, with any peer. */
    default void onConnection(Connection connection) {}

    /** A connection ended. */
    default void onConnectionClosed(Connection connection, CloseReason reason) {}

    /**
     * A connected peer speaks one of our ids, as it said through identify or showed by a stream; once per peer, however many connections.
     */
    default void onPeer(PeerId peer) {}

    /** Such a peer has no connection any more, or speaks none of our ids any more. */
    default void onPeerGone(PeerId peer) {}

    /** A peer opened a stream under one of our ids; the handler then hears {@code onOpen}. */
    StreamHandler accept(Stream stream);

    /** Whether {@link #accept} and the handlers it gives run on the connection's loop instead of the node's. */
    default boolean onConnectionLoop() {
        return false;
    }

    /** The node is stopping; nothing is called here afterwards. The handlers of its streams hear {@link StreamHandler#onDrain}. */
    default void stop() {}
}
