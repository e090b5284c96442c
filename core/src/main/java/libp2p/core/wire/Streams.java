package libp2p.core.wire;

import java.util.List;
import libp2p.core.CloseReason;
import libp2p.core.net.Connection;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.multiformats.Nullable;

/**
 * What a connection knows of its node: what is answered on streams that peers open, and who hears of its end.
 *
 * <p>Called on the connections' loops, from several at once.
 */
public interface Streams {
    /** Whether it answers that protocol id. */
    boolean speaks(String protocol);

    /** All ids it answers, for a peer that asks for the list. */
    List<String> protocolIds();

    /** The handler of a stream that was just negotiated; null if the protocol has gone meanwhile. */
    @Nullable StreamHandler accept(Stream stream, String protocol);

    /** A connection that the node has taken over ({@link BaseConnection#takenOver}) is over; called once, on its loop. */
    default void ended(Connection connection, CloseReason reason) {}
}
