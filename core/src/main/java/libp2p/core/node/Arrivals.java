package libp2p.core.node;

import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.net.Accept;
import libp2p.core.net.Connection;
import libp2p.core.net.Scope;
import libp2p.core.net.Scope.Resource;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;
import libp2p.multiformats.Proto;

/** Admission of those who connect to us: the gater is asked, and the handshake and the address are counted. Called on any loop. */
final class Arrivals implements Accept {
    /** The part of an IPv6 address, in bytes, that one customer of a network has for itself (a /56). */
    private static final int IP6_PREFIX = 7;

    private final SwarmConfig config;
    private final Consumer<Connection> adopt;

    /** Gives the connections to {@code adopt}, on their loop. */
    Arrivals(SwarmConfig config, Consumer<Connection> adopt) {
        this.config = config;
        this.adopt = adopt;
    }

    @Override
    public @Nullable CloseReason admit(Multiaddr local, Multiaddr remote) {
        CloseReason no = config.gater().accept(local, remote);
        if (no == null) no = count(remote);
        if (no != null) config.observer().refused(remote, no);
        return no;
    }

    private @Nullable CloseReason count(Multiaddr remote) {
        Scope from = from(remote);
        if (from != null && !from.reserve(Resource.ARRIVALS, 1)) {
            return CloseReason.of(CloseReason.Kind.REFUSED, Codes.RESOURCE_LIMIT_EXCEEDED, "too many connections from this address");
        }
        if (config.scope().reserve(Resource.HANDSHAKES_INBOUND, 1)) return null;
        leave(remote);
        return CloseReason.of(CloseReason.Kind.REFUSED, Codes.RESOURCE_LIMIT_EXCEEDED, "too many handshakes");
    }

    @Override
    public void failed(Multiaddr local, Multiaddr remote, CloseReason reason) {
        config.scope().release(Resource.HANDSHAKES_INBOUND, 1);
        leave(remote);
    }

    @Override
    public void accepted(Connection connection) {
        config.scope().release(Resource.HANDSHAKES_INBOUND, 1);
        adopt.accept(connection);
    }

    /** A connection by another has ended. */
    void leave(Multiaddr remote) {
        Scope from = from(remote);
        if (from != null) from.release(Resource.ARRIVALS, 1);
    }

    /** The budget of the address; null for one that says nothing of who is there, or that is this machine's own. */
    private @Nullable Scope from(Multiaddr remote) {
        if (remote.has(Proto.P2P_CIRCUIT)) return null;
        Multiaddr plain = remote.unmapped();
        byte[] ip = plain.ip();
        if (ip == null || plain.isLoopback()) return null;
        return config.scope().address(new String(ip, 0, ip.length == 4 ? 4 : IP6_PREFIX, StandardCharsets.ISO_8859_1));
    }
}
