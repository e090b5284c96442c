package libp2p.core.wire;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.Loop;
import libp2p.core.Violation;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Accept;
import libp2p.core.net.Connection;
import libp2p.core.net.Dial;
import libp2p.core.net.Gater;
import libp2p.core.net.Pipe;
import libp2p.core.net.Role;
import libp2p.core.net.Scope;
import libp2p.core.net.Upgrader;
import libp2p.core.node.Node;
import libp2p.multiformats.Component;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;
import libp2p.multiformats.Proto;

/** The node's {@link Upgrader}: each pipe gets an {@link Upgrade}, and becomes a {@link Wire} if that succeeds. */
public final class Upgrades implements Upgrader {

    /**
     * What upgrades work with.
     *
     * @param node whose identity and crypto they use
     * @param surroundings what connections need of the node
     * @param securities by preference
     * @param muxers by preference
     * @param workspaces the workspace of each loop; called on that loop
     * @param scope the node's budget
     * @param gater has a say once the peer is known
     */
    public record Parts(
            Node node,
            BaseConnection.Surroundings surroundings,
            List<Security> securities,
            List<Muxer> muxers,
            Function<Loop, Workspace> workspaces,
            Scope scope,
            Gater gater) {

        List<String> muxerIds() {
            List<String> ids = new ArrayList<>();
            for (Muxer m : muxers) ids.add(m.id());
            return ids;
        }

        List<String> securityIds() {
            List<String> ids = new ArrayList<>();
            for (Security s : securities) ids.add(s.id());
            return ids;
        }

        /** The same with the security protocol only that the address names (specs/addressing, pull request 353), if it names one. */
        Parts named(Multiaddr address) {
            Proto last = null;
            for (Component c : address.components()) if (c.proto() != Proto.P2P) last = c.proto();
            String prefix = last == Proto.NOISE ? "/noise" : last == Proto.TLS ? "/tls/" : "";
            if (prefix.isEmpty()) return this;
            List<Security> these = new ArrayList<>();
            for (Security s : securities) if (s.id().startsWith(prefix)) these.add(s);
            return new Parts(node, surroundings, these, muxers, workspaces, scope, gater);
        }

        /** The same with one security protocol before the others. */
        Parts preferring(String first) {
            List<Security> these = new ArrayList<>(securities);
            these.sort(Comparator.comparing(s -> !s.id().equals(first)));
            return new Parts(node, surroundings, these, muxers, workspaces, scope, gater);
        }

        @Nullable Muxer muxer(String id) {
            for (Muxer m : muxers) if (m.id().equals(id)) return m;
            return null;
        }

        @Nullable Security security(String id) {
            for (Security s : securities) if (s.id().equals(id)) return s;
            return null;
        }
    }

    /**
     * Where a connection has its place that a transport made without an upgrade.
     *
     * @param surroundings what it needs of the node
     * @param scope its budget
     * @param workspace its loop's
     * @param release to be run at its end, or at once if it is refused
     * @param refusal why it must not be; null if it may
     */
    public record Place(
            BaseConnection.Surroundings surroundings,
            Scope scope,
            Workspace workspace,
            Runnable release,
            @Nullable CloseReason refusal) {}

    private final Parts parts;

    /** An upgrader of these parts. */
    public Upgrades(Parts parts) {
        if (parts.securities.isEmpty() || parts.muxers.isEmpty()) {
            throw new IllegalArgumentException("needs a security protocol and a muxer");
        }
        this.parts = parts;
    }

    @Override
    public Cancellable upgrade(Pipe pipe, Dial dial, Callback<? super Connection> done) {
        Parts these = parts.named(dial.address());
        if (these.securities.isEmpty()) {
            CloseReason none = CloseReason.of(CloseReason.Kind.UNSUPPORTED, "we do not speak the security protocol of " + dial.address());
            pipe.close(none);
            pipe.loop().execute(() -> done.done(null, none));
            return Cancellable.NONE;
        }
        String guess = dial.guess();
        boolean known = guess != null && these.security(guess) != null;
        if (known && guess != null) these = these.preferring(guess);
        boolean eager = dial.role() == Role.INITIATOR && (known || these.securities.size() == 1);
        Upgrade u = new Upgrade(these, pipe, dial.role(), false, eager, dial.expected(), done);
        u.begin();
        return () -> pipe.loop().execute(() -> u.fail(CloseReason.CANCELLED));
    }

    @Override
    public void accept(Pipe pipe, Accept accept) {
        Upgrade u = new Upgrade(parts, pipe, Role.RESPONDER, true, false, null, (connection, failure) -> {
            if (connection != null) accept.accepted(connection);
            else if (failure != null) accept.failed(pipe.localAddress(), pipe.remoteAddress(), failure);
        });
        u.begin();
    }

    /**
     * The place of a connection whose transport has encryption and streams of its own, once it knows the peer; asks who has a say, as an
     * upgrade does. On the connection's loop. Throws Violation if the peer is ourselves.
     */
    public Place place(Loop loop, PeerId remote, Multiaddr address, boolean inbound) {
        if (remote.equals(parts.node().identity().id())) throw new Violation("we reached ourselves");
        CloseReason no = parts.gater().secured(remote, address, inbound);
        Scope peer = parts.scope().peer(remote);
        Scope.Resource resource = inbound ? Scope.Resource.CONNECTIONS_INBOUND : Scope.Resource.CONNECTIONS_OUTBOUND;
        boolean counted = no == null && peer.reserve(resource, 1);
        if (no == null && !counted) no = CloseReason.of(CloseReason.Kind.REFUSED, Codes.RESOURCE_LIMIT_EXCEEDED, "too many connections");
        Runnable release = counted ? () -> peer.release(resource, 1) : () -> {};
        return new Place(parts.surroundings(), peer.connection(), parts.workspaces().apply(loop), release, no);
    }
}
