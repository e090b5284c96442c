package libp2p.core.net;

import java.util.List;
import java.util.function.Consumer;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Loop;
import libp2p.core.identity.PeerId;
import libp2p.core.identity.PublicKey;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;

/**
 * A secure, multiplexed connection to one peer, however its transport made it.
 *
 * <p>Its facts never change and stay true after the end; they and the methods, which only post, are legal from any thread. Several
 * connections to one peer are normal.
 */
public interface Connection {
    /** Who is at the other end, as its signature proved. */
    PeerId remote();

    /** The key that proved it. */
    PublicKey remoteKey();

    /** Our address, without {@code /p2p}. */
    Multiaddr localAddress();

    /** The peer's address as we see it, without {@code /p2p}. */
    Multiaddr remoteAddress();

    /** Whether the peer connected to us. */
    boolean inbound();

    /** Whether it is bounded in time or bytes, as a relayed one is. */
    boolean limited();

    /** The security protocol's id; null where the transport has its own. */
    @Nullable String security();

    /** The muxer's id; null where the transport has its own. */
    @Nullable String muxer();

    /** Where it lives: its streams' handlers are called there. */
    Loop loop();

    /**
     * Opens a stream under the first of the ids that the peer speaks.
     *
     * <p>The handler hears {@code onOpen} and in the end {@code onClose}; or, refused, only {@code onClose}. No id at all, or one that
     * cannot be said (empty, with a line end, or of 1024 bytes and more), is an {@link IllegalArgumentException}.
     */
    Cancellable open(List<String> protocols, OpenOptions options, StreamHandler handler);

    /** Runs {@code listener} once on {@code home} when the connection has ended, also if it already has. */
    Cancellable onClose(Loop home, Consumer<? super CloseReason> listener);

    /** Takes and opens no new streams, lets those there end, then closes with the code; who cannot wait calls {@link #close} too. */
    void drain(long code);

    /** Closes now: the peer hears the reason's code where the wire can carry it, and each stream ends with CONNECTION_CLOSED. */
    void close(CloseReason reason);
}
