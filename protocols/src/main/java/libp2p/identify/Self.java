package libp2p.identify;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import libp2p.core.Buf;
import libp2p.core.Cancellable;
import libp2p.core.identity.Envelope;
import libp2p.core.identity.PeerRecord;
import libp2p.core.node.Node;
import libp2p.core.proto.ProtoWriter;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;
import libp2p.multiformats.Varint;

/** What we tell of ourselves: made when it is asked for after a change, and signed when our addresses have changed. On the node's loop. */
final class Self {
    /** Bytes of one message of ours: what rust-libp2p reads. */
    static final int MESSAGE_MAX = 4096;

    /** Messages of ours in one answer: what go-libp2p and js-libp2p read. */
    static final int MESSAGES_MAX = 10;

    /** Bytes of the addresses in our signed record, so that the record fits a message whatever the key. */
    static final int RECORD_ADDRESSES_MAX = 2048;

    /**
     * What we say at one time.
     *
     * @param number grows with each change
     */
    record Snapshot(long number, List<Multiaddr> addresses, List<String> protocols, @Nullable Envelope record) {}

    private final Node node;
    private final Identify.Params params;
    private final List<Consumer<Snapshot>> waiting = new ArrayList<>(); // bounded in number by streams, in time by the signer's deadline
    private @Nullable Snapshot latest;
    private boolean changed = true;
    private boolean signing;
    private long seq;
    private Cancellable signer = Cancellable.NONE;
    private Cancellable deadline = Cancellable.NONE;

    Self(Node node, Identify.Params params) {
        this.node = node;
        this.params = params;
    }

    /** Our addresses or protocols may be others now. */
    void changed() {
        changed = true;
    }

    /** Gives what we say now, at once or when it is signed. */
    void latest(Consumer<Snapshot> then) {
        Snapshot s = latest;
        if (s != null && !changed) {
            then.accept(s);
            return;
        }
        waiting.add(then);
        if (!signing) renew();
    }

    void stop() {
        waiting.clear();
        signer.cancel();
        deadline.cancel();
    }

    private void renew() {
        changed = false;
        List<Multiaddr> addresses = node.addresses().value();
        List<String> protocols = node.protocols().value();
        Snapshot last = latest;
        if (last != null && last.addresses.equals(addresses)) {
            publish(last.protocols.equals(protocols) ? last : new Snapshot(last.number + 1, addresses, protocols, last.record));
            return;
        }
        signing = true;
        seq = Math.max(seq + 1, node.epochMillis());
        PeerRecord record = new PeerRecord(node.identity().id(), seq, certified(addresses));
        // Who asked waits for half of its time, and then hears the rest.
        deadline = node.loop().schedule(params.timeoutNanos() / 2, () -> signer.cancel());
        signer = record.seal(node.identity(), node.loop(), (envelope, failure) -> {
            deadline.cancel();
            signing = false;
            publish(new Snapshot(last == null ? 1 : last.number + 1, addresses, protocols, envelope));
        });
    }

    private void publish(Snapshot next) {
        latest = next;
        List<Consumer<Snapshot>> told = new ArrayList<>(waiting);
        waiting.clear();
        for (Consumer<Snapshot> w : told) w.accept(next);
    }

    private static List<Multiaddr> certified(List<Multiaddr> addresses) {
        List<Multiaddr> kept = new ArrayList<>();
        int size = 0;
        for (Multiaddr a : addresses) {
            size += a.bytes().length + 8;
            if (size > RECORD_ADDRESSES_MAX || kept.size() == PeerRecord.ADDRESSES_MAX) break;
            kept.add(a);
        }
        return kept;
    }

    /** The frames to send: single fields first, then lists in their order, then the record; what ten messages do not hold is left out. */
    Buf frames(Snapshot s, @Nullable Multiaddr observed) {
        Chunks out = new Chunks();
        out.add(Fields.KEY, node.identity().publicKey().encode());
        if (observed != null) out.add(Fields.OBSERVED, observed.bytes());
        out.add(Fields.VERSION, utf8(params.version()));
        out.add(Fields.AGENT, utf8(params.agent()));
        for (Multiaddr a : s.addresses) out.add(Fields.ADDRESS, a.bytes());
        for (String p : s.protocols) out.add(Fields.PROTOCOL, utf8(p));
        if (s.record != null) out.add(Fields.RECORD, s.record.encode());
        return out.end();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Fields in frames of at most {@link #MESSAGE_MAX} bytes. */
    private static final class Chunks {
        private final Buf all = new Buf(1024);
        private final Buf message = new Buf(1024);
        private int messages;

        void add(int field, byte[] value) {
            int size = ProtoWriter.bytesSize(field, value.length);
            if (size > MESSAGE_MAX) return;
            if (message.size() + size > MESSAGE_MAX && messages == MESSAGES_MAX - 1) return;
            if (message.size() + size > MESSAGE_MAX) cut();
            new ProtoWriter(message).bytes(field, value);
        }

        Buf end() {
            cut();
            return all;
        }

        private void cut() {
            messages++;
            all.grow(Varint.size(message.size()) + message.size());
            all.putVarint(message.size()).put(message.array, message.start, message.size());
            message.clear();
        }
    }
}
