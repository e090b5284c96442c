package libp2p.core.wire;

import libp2p.core.Loop;
import libp2p.core.identity.PeerId;
import libp2p.core.identity.PublicKey;
import libp2p.core.net.Scope;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;

/** A connection that keeps its facts in a record; one that can tell them from elsewhere extends {@link BaseConnection}. */
public abstract class KnownConnection extends BaseConnection {

    /**
     * What does not change about a connection.
     *
     * @param loop where it lives
     * @param remote who is at the other end
     * @param remoteKey the key that proved it
     * @param localAddress ours, without {@code /p2p}
     * @param remoteAddress theirs, without {@code /p2p}
     * @param inbound whether the peer connected to us
     * @param limited whether it is bounded in time or bytes
     * @param security the security protocol's id, null where the transport has its own
     * @param muxer the muxer's id, null where the transport has its own
     */
    public record Facts(
            Loop loop,
            PeerId remote,
            PublicKey remoteKey,
            Multiaddr localAddress,
            Multiaddr remoteAddress,
            boolean inbound,
            boolean limited,
            @Nullable String security,
            @Nullable String muxer) {}

    private final Facts facts;

    /** A connection of those facts within its budget, which is given back at its end. */
    protected KnownConnection(Facts facts, Surroundings node, Scope scope) {
        super(node, scope);
        this.facts = facts;
    }

    @Override
    public final PeerId remote() {
        return facts.remote;
    }

    @Override
    public final PublicKey remoteKey() {
        return facts.remoteKey;
    }

    @Override
    public final Multiaddr localAddress() {
        return facts.localAddress;
    }

    @Override
    public final Multiaddr remoteAddress() {
        return facts.remoteAddress;
    }

    @Override
    public final boolean inbound() {
        return facts.inbound;
    }

    @Override
    public final boolean limited() {
        return facts.limited;
    }

    @Override
    public final @Nullable String security() {
        return facts.security;
    }

    @Override
    public final @Nullable String muxer() {
        return facts.muxer;
    }

    @Override
    public final Loop loop() {
        return facts.loop;
    }
}
