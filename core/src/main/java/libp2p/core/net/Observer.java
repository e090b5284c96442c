package libp2p.core.net;

import libp2p.core.Buf;
import libp2p.core.CloseReason;
import libp2p.core.identity.PeerId;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;

/**
 * Hears what happens, for logs, metrics and traces; free when nobody listens.
 *
 * <p>Called on the loop where it happens, from several loops at once; must be thread-safe, must not block, and must not call into the node.
 */
public interface Observer {
    /** Hears nothing. */
    Observer NONE = new Observer() {};

    /** An address is about to be dialled. */
    default void dialing(Multiaddr address, @Nullable PeerId peer) {}

    /** A dial ended; {@code failure} is null if it made a connection. */
    default void dialed(Multiaddr address, @Nullable PeerId peer, long nanos, @Nullable CloseReason failure) {}

    /** Someone arrived and was refused before the first byte. */
    default void refused(Multiaddr remote, CloseReason reason) {}

    /** A step of an upgrade ("select security", "security", "select muxer") is done. */
    default void upgraded(Multiaddr remote, String step, long nanos, @Nullable String protocol) {}

    /** An upgrade failed in the step named. */
    default void upgradeFailed(Multiaddr remote, boolean inbound, String step, CloseReason reason) {}

    /** A connection began. */
    default void connected(Connection connection) {}

    /** A connection ended. */
    default void disconnected(Connection connection, CloseReason reason) {}

    /** A stream was negotiated. */
    default void streamOpened(Connection connection, String protocol, boolean inbound) {}

    /** A stream ended; the protocol is empty if none was negotiated. */
    default void streamClosed(Connection connection, String protocol, boolean inbound, CloseReason reason) {}

    /** An inbound stream was refused. */
    default void streamRefused(Connection connection, String protocol, CloseReason reason) {}

    /** A whole message of a protocol that has messages was sent or has arrived; its bytes on the stream, its length included. */
    default void message(Connection connection, String protocol, boolean inbound, int size) {}

    /**
     * A protocol decided something, such as to graft a peer or to evict it.
     *
     * @param decision a constant of the protocol's, one word
     * @param peer whom it is about, if anyone
     * @param value a number that goes with it, or 0; the protocol's documentation says which
     */
    default void decided(String protocol, String decision, @Nullable PeerId peer, long value) {}

    /** Whether {@link #tap} wants to see bytes; asked once per connection. */
    default boolean taps() {
        return false;
    }

    /** Decrypted bytes of a connection, lent and not to be changed. */
    default void tap(Connection connection, boolean inbound, Buf plain) {}

    /** An exception of ours that should not have been; {@code where} names the part that was closed for it. */
    default void bug(String where, Throwable bug) {}
}
