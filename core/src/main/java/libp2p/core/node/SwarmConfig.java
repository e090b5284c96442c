package libp2p.core.node;

import java.util.List;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import libp2p.core.Crypto;
import libp2p.core.Loop;
import libp2p.core.Rng;
import libp2p.core.identity.Identity;
import libp2p.core.net.Gater;
import libp2p.core.net.Limits;
import libp2p.core.net.Observer;
import libp2p.core.net.Resolver;
import libp2p.core.net.Scope;
import libp2p.core.net.Transport;
import libp2p.core.wire.Muxer;
import libp2p.core.wire.Security;
import libp2p.core.wire.Workspace;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;

/**
 * All that a node is made of; a builder fills it, and the simulator does.
 *
 * @param identity who it is
 * @param crypto the primitives
 * @param loop the node's own loop
 * @param loops those that transports spread connections over; may include {@code loop}
 * @param random randomness of the node's loop
 * @param workspaces the workspace of a loop, called on that loop
 * @param epochMillis the wall clock
 * @param limits its bounds
 * @param scope its budget
 * @param observer hears what happens
 * @param gater has a say in whom to talk to
 * @param resolver the domain name system; null where there is none
 * @param offload where CPU work is done
 * @param transports how it connects
 * @param securities by preference
 * @param muxers by preference
 * @param protocols what it speaks
 * @param announce told to others instead of what it listens on, unless empty
 * @param appendAnnounce told to others too
 * @param announces which addresses may be told to others
 */
public record SwarmConfig(
        Identity identity,
        Crypto crypto,
        Loop loop,
        List<Loop> loops,
        Rng random,
        Function<Loop, Workspace> workspaces,
        LongSupplier epochMillis,
        Limits limits,
        Scope scope,
        Observer observer,
        Gater gater,
        @Nullable Resolver resolver,
        Offload offload,
        List<Transport> transports,
        List<Security> securities,
        List<Muxer> muxers,
        List<Protocol> protocols,
        List<Multiaddr> announce,
        List<Multiaddr> appendAnnounce,
        Predicate<Multiaddr> announces) {}
