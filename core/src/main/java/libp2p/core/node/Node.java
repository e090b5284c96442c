package libp2p.core.node;

import java.util.List;
import java.util.function.Supplier;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.Crypto;
import libp2p.core.Loop;
import libp2p.core.Rng;
import libp2p.core.Watch;
import libp2p.core.identity.Identity;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Connection;
import libp2p.core.net.Dial;
import libp2p.core.net.Limits;
import libp2p.core.net.Observer;
import libp2p.core.net.OpenOptions;
import libp2p.core.net.StreamHandler;
import libp2p.core.net.Upgrader;
import libp2p.multiformats.Multiaddr;

/**
 * All that a protocol or transport may know of, or ask from, the node it lives in; nothing blocks, and nothing calls back at once.
 *
 * <p>Used on {@link #loop}, but for {@link #identity}, {@link #crypto}, {@link #upgrader}, {@link #observer}, {@link #limits},
 * {@link #epochMillis}, {@link #securities}, {@link #addresses}, {@link #protocols} and {@link #offload}, which are legal from any loop.
 */
public interface Node {
    /** Who we are. */
    Identity identity();

    /** The node's own loop, where its protocols live. */
    Loop loop();

    /** Randomness of the node's loop. */
    Rng random();

    /** The wall clock, for records and expiry only. */
    long epochMillis();

    /** The cryptographic primitives. */
    Crypto crypto();

    /** The bounds of the node. */
    Limits limits();

    /** What is known of other peers. */
    PeerBook peers();

    /** Who hears what happens. */
    Observer observer();

    /** What makes connections of byte pipes. */
    Upgrader upgrader();

    /** The ids of the security protocols that are on offer, by preference. */
    List<String> securities();

    /** The addresses we tell others, without {@code /p2p}: announced ones, or those we listen on. */
    Watch<List<Multiaddr>> addresses();

    /** The protocol ids we answer, sorted. */
    Watch<List<String>> protocols();

    /** The open connections with a peer, the best first. */
    List<Connection> connections(PeerId peer);

    /** All open connections. */
    List<Connection> connections();

    /** Takes in what identify learned of the peer of a connection. */
    void identified(Connection connection, Identified learned);

    /** A connection with the peer: one there is, or a new one to an address that the peer book has. */
    Cancellable connect(PeerId peer, Callback<? super Connection> done);

    /** A new connection to exactly this address. */
    Cancellable dial(Dial dial, Callback<? super Connection> done);

    /** Opens a stream under the first of the ids that the peer speaks, dialling if need be; the handler runs on the node's loop. */
    Cancellable open(PeerId peer, List<String> protocols, OpenOptions options, StreamHandler handler);

    /** Runs pure CPU work elsewhere and calls back on {@code home}. */
    <T> Cancellable offload(Supplier<T> work, Loop home, Callback<? super T> done);
}
