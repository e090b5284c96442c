package libp2p.identify;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import libp2p.core.Buf;
import libp2p.core.Violation;
import libp2p.core.identity.Envelope;
import libp2p.core.identity.PeerId;
import libp2p.core.identity.PublicKey;
import libp2p.core.net.Connection;
import libp2p.core.net.Limits;
import libp2p.core.node.Frames;
import libp2p.core.node.Identified;
import libp2p.core.proto.ProtoReader;
import libp2p.multiformats.FormatException;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;

/** One peer's messages as they come in, merged: lists are joined, of single fields the last one counts. Of one loop. */
final class Reading {
    /** Protocol ids that a peer may name; more are a violation. */
    static final int PROTOCOLS_MAX = 1024;

    /** Addresses that are looked at; a peer that is everywhere may have more. */
    static final int ADDRESSES_MAX = 500;

    private final Limits limits;
    private final Frames frames;
    private int messages;
    private int protocolsSaid;
    private int addressesSaid;
    private final Set<String> protocols = new LinkedHashSet<>();
    private final Set<Multiaddr> addresses = new LinkedHashSet<>();
    private byte @Nullable [] key;
    private byte @Nullable [] record;
    private @Nullable Multiaddr observed;
    private @Nullable String version;
    private @Nullable String agent;

    Reading(Limits limits) {
        this.limits = limits;
        frames = new Frames(limits.identifyBytesMax());
    }

    /** Takes all of the data. */
    void take(Buf data) {
        for (Buf frame = frames.next(data); frame != null; frame = frames.next(data)) {
            if (++messages > limits.identifyMessagesMax()) throw new Violation("identify messages without end");
            merge(new ProtoReader(frame));
        }
    }

    /** The peer of the connection has said all; {@link Violation} if that was not all of a message, or of another peer. */
    void end(Connection connection) {
        if (messages == 0 || frames.begun()) throw new Violation("the peer finished within an identify message");
        if (key != null && !Arrays.equals(key, connection.remoteKey().encode())) throw new Violation("the key of another peer");
    }

    /** The envelope as it came, to be verified. */
    byte @Nullable [] record() {
        return record;
    }

    /** What was learned; in a push, what was not said leaves what was known. */
    Identified identified(Connection connection, @Nullable Envelope verified, boolean pushed) {
        PublicKey said = key == null ? null : connection.remoteKey();
        return new Identified(
                said,
                pushed && addressesSaid == 0 ? null : addresses(connection.remote()),
                pushed && protocolsSaid == 0 ? null : new ArrayList<>(protocols),
                connection.limited() ? null : observed,
                agent,
                version,
                verified,
                pushed);
    }

    private void merge(ProtoReader in) {
        int max = limits.identifyBytesMax();
        for (int field = in.next(); field != 0; field = in.next()) {
            switch (field) {
                case Fields.KEY -> key = in.bytes(max);
                case Fields.ADDRESS -> address(in.bytes(max));
                case Fields.PROTOCOL -> protocol(in.bytes(max));
                case Fields.OBSERVED -> observed = multiaddr(in.bytes(max));
                case Fields.VERSION -> version = Text.clean(in.bytes(max));
                case Fields.AGENT -> agent = Text.clean(in.bytes(max));
                case Fields.RECORD -> record = in.bytes(max);
                default -> {}
            }
        }
    }

    private void address(byte[] bytes) {
        if (++addressesSaid > ADDRESSES_MAX) return;
        Multiaddr a = multiaddr(bytes);
        if (a != null) addresses.add(a);
    }

    /** An id that would have to be cleaned is none that anybody speaks. */
    private void protocol(byte[] utf8) {
        if (++protocolsSaid > PROTOCOLS_MAX) throw new Violation("more than " + PROTOCOLS_MAX + " protocols");
        String id = new String(utf8, StandardCharsets.UTF_8);
        if (!id.isEmpty() && Text.isClean(id, utf8) && protocols.size() < limits.protocolsPerPeerMax()) protocols.add(id);
    }

    /** A peer may name itself in its addresses, but no other peer. */
    private List<Multiaddr> addresses(PeerId remote) {
        Set<Multiaddr> kept = new LinkedHashSet<>();
        for (Multiaddr a : addresses) {
            if (kept.size() == limits.addressesPerPeerMax()) break;
            if (a.peer() == null) kept.add(a);
            else if (remote.equals(PeerId.of(a))) kept.add(a.withoutPeer());
        }
        return new ArrayList<>(kept);
    }

    private static @Nullable Multiaddr multiaddr(byte[] bytes) {
        try {
            return Multiaddr.of(bytes);
        } catch (FormatException e) {
            return null;
        }
    }
}
