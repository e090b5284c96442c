package libp2p.interop.peer;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import libp2p.core.Crypto;
import libp2p.core.Violation;
import libp2p.core.identity.Envelope;
import libp2p.core.identity.PeerId;
import libp2p.core.identity.PeerRecord;
import libp2p.core.net.Connection;
import libp2p.core.node.Identified;
import libp2p.identify.Identify;
import libp2p.interop.peer.JavaPeer.Lines;
import libp2p.multiformats.Multiaddr;

/** What this node learned of its peers through identify and identify push. */
final class Identities implements Identify.Listener {
    private static final class Known {
        private final Map<String, Object> fields = new LinkedHashMap<>();
        private int messages;
        private Envelope record;
    }

    private final Lines lines;
    private final Map<PeerId, Known> known = new HashMap<>(); // guarded by this

    Identities(Lines lines) {
        this.lines = lines;
    }

    /** What a message leaves out stays as it was. */
    @Override
    public void identified(Connection connection, Identified i) {
        Map<String, Object> event = Lines.fields("event", "identified", "peer", connection.remote().toString());
        synchronized (this) {
            Known k = known.computeIfAbsent(connection.remote(), p -> new Known());
            k.messages++;
            k.fields.put("messages", k.messages);
            keep(k, "protocolVersion", i.version());
            keep(k, "agentVersion", i.agent());
            keep(k, "publicKey", i.key() == null ? null : i.key().type().name().toLowerCase(Locale.ROOT));
            keep(k, "listenAddrs", i.addresses() == null ? null : texts(i.addresses()));
            keep(k, "observedAddr", i.observed() == null ? null : i.observed().toString());
            keep(k, "protocols", i.protocols());
            if (i.record() != null) k.record = i.record();
            event.putAll(k.fields);
            notifyAll();
        }
        lines.say(event);
    }

    private static void keep(Known k, String name, Object value) {
        if (value != null) k.fields.put(name, value);
    }

    private static List<String> texts(List<Multiaddr> addresses) {
        return addresses.stream().map(Multiaddr::toString).toList();
    }

    synchronized void forget(PeerId peer) {
        known.remove(peer);
    }

    /** Waits for the first message of the peer. */
    synchronized Map<String, Object> of(PeerId peer, Crypto crypto) throws InterruptedException {
        Known k = when(peer, any -> true);
        Map<String, Object> all = new LinkedHashMap<>(k.fields);
        all.put("signedPeerRecord", k.record == null ? null : opened(k.record, peer, crypto));
        return all;
    }

    /** Waits until the peer is known to speak the protocol, or not to. */
    synchronized Map<String, Object> awaitProtocol(PeerId peer, String protocol, boolean present) throws InterruptedException {
        return Lines.fields("protocols", protocols(when(peer, k -> protocols(k).contains(protocol) == present)));
    }

    private static List<?> protocols(Known k) {
        return (List<?>) k.fields.getOrDefault("protocols", List.of());
    }

    /** Called with the lock held, which waiting gives up. */
    private Known when(PeerId peer, Predicate<Known> test) throws InterruptedException {
        while (true) {
            Known k = known.get(peer);
            if (k != null && test.test(k)) return k;
            wait();
        }
    }

    private static Map<String, Object> opened(Envelope envelope, PeerId sender, Crypto crypto) {
        try {
            PeerRecord r = PeerRecord.open(envelope, crypto);
            if (!r.peer().equals(sender)) return Lines.fields("verified", false, "error", "the record is of " + r.peer());
            return Lines.fields("verified", true, "peerId", r.peer().toString(), "seq", Long.toUnsignedString(r.seq()),
                    "addresses", texts(r.addresses()), "form", envelope.payloadType().length == 2 ? "current" : "old");
        } catch (Violation v) {
            return Lines.fields("verified", false, "error", v.getMessage());
        }
    }
}
