package libp2p.gossipsub;

import java.util.Arrays;
import libp2p.core.Buf;
import libp2p.core.Violation;
import libp2p.core.identity.PeerId;
import libp2p.core.proto.ProtoReader;
import libp2p.core.proto.ProtoWriter;
import libp2p.multiformats.Nullable;
import libp2p.multiformats.Varint;

/**
 * A message of a topic, as it came or as we made it.
 *
 * <p>It keeps the bytes it came in, as the RPC that passes it on to others, and gives copies of its parts. What the application makes
 * of it once, such as the payload decompressed, is its {@link #attachment}. Immutable but for that, which the topic's {@link MessageIds}
 * may set while they name it.
 */
public final class Message {
    private final byte[] frame;
    private final int at; // of the protobuf message within the frame
    private final String topic;
    private final int dataAt;
    private final int dataSize;
    private final byte @Nullable [] from;
    private final byte @Nullable [] seqno;
    private final byte @Nullable [] signature;
    private final byte @Nullable [] key;
    private PeerId receivedFrom;
    private final long arrivedNanos;
    private @Nullable MessageId id;
    private @Nullable Object attachment;

    private Message(byte[] frame, int at, PeerId receivedFrom, long arrivedNanos, RpcLimits limits) {
        this.frame = frame;
        this.at = at;
        this.receivedFrom = receivedFrom;
        this.arrivedNanos = arrivedNanos;
        ProtoReader in = new ProtoReader(new Buf(frame, at, frame.length));
        String name = null;
        Buf data = null;
        byte[] author = null;
        byte[] number = null;
        byte[] signed = null;
        byte[] by = null;
        for (int field = in.next(); field != 0; field = in.next()) {
            switch (field) {
                case Fields.MESSAGE_FROM -> author = once(author, in, limits);
                case Fields.MESSAGE_DATA -> {
                    if (data != null) throw new Violation("a message that says a field twice");
                    data = in.view(limits.bytesMax());
                }
                case Fields.MESSAGE_SEQNO -> number = once(number, in, limits);
                case Fields.MESSAGE_TOPIC -> {
                    if (name != null) throw new Violation("a message of several topics");
                    name = in.string(limits.topicBytesMax());
                }
                case Fields.MESSAGE_SIGNATURE -> signed = once(signed, in, limits);
                case Fields.MESSAGE_KEY -> by = once(by, in, limits);
                default -> {}
            }
        }
        if (name == null) throw new Violation("a message without a topic");
        topic = name;
        dataAt = data == null ? frame.length : data.start;
        dataSize = data == null ? 0 : data.size();
        from = author;
        seqno = number;
        signature = signed;
        key = by;
    }

    private static byte[] once(byte @Nullable [] before, ProtoReader in, RpcLimits limits) {
        if (before != null) throw new Violation("a message that says a field twice");
        return in.bytes(limits.bytesMax());
    }

    /** Reads a message, all of the data, which it copies. */
    static Message read(Buf raw, PeerId receivedFrom, long arrivedNanos, RpcLimits limits) {
        int size = raw.size();
        Buf out = new Buf(frameSize(size));
        head(out, size);
        int at = out.end;
        raw.moveTo(out, size);
        return new Message(out.array, at, receivedFrom, arrivedNanos, limits);
    }

    /** Makes a message of ours; null for the fields that it shall not have. */
    static Message make(
            String topic, byte[] data, byte @Nullable [] from, byte @Nullable [] seqno, byte @Nullable [] signature, byte @Nullable [] key,
            PeerId self, long nanos, RpcLimits limits) {
        byte[] raw = encode(topic, data, from, seqno, signature, key);
        return read(new Buf(raw), self, nanos, limits);
    }

    /** The protobuf message, its fields in the order of their numbers, as all implementations write them. */
    static byte[] encode(
            String topic, byte[] data, byte @Nullable [] from, byte @Nullable [] seqno, byte @Nullable [] signature,
                    byte @Nullable [] key) {
        ProtoWriter out = new ProtoWriter(new Buf(data.length + 256));
        if (from != null) out.bytes(Fields.MESSAGE_FROM, from);
        out.bytes(Fields.MESSAGE_DATA, data);
        if (seqno != null) out.bytes(Fields.MESSAGE_SEQNO, seqno);
        out.string(Fields.MESSAGE_TOPIC, topic);
        if (signature != null) out.bytes(Fields.MESSAGE_SIGNATURE, signature);
        if (key != null) out.bytes(Fields.MESSAGE_KEY, key);
        return out.toBytes();
    }

    private static int frameSize(int size) {
        int rpc = ProtoWriter.bytesSize(Fields.RPC_PUBLISH, size);
        return Varint.size(rpc) + rpc;
    }

    private static void head(Buf out, int size) {
        out.putVarint(ProtoWriter.bytesSize(Fields.RPC_PUBLISH, size));
        new ProtoWriter(out).header(Fields.RPC_PUBLISH, size);
    }

    // ---- for applications

    /** The topic. */
    public String topic() {
        return topic;
    }

    /** The payload, in an array of its own. */
    public byte[] data() {
        return Arrays.copyOfRange(frame, dataAt, dataAt + dataSize);
    }

    /** The payload where it lies, to be read and not to be changed. */
    public Buf dataView() {
        return new Buf(frame, dataAt, dataAt + dataSize);
    }

    /** Bytes of the payload. */
    public int dataSize() {
        return dataSize;
    }

    /** Who says to have written it; null if nobody does, or what is said is no peer id. Proved only where the topic's policy is to sign. */
    public @Nullable PeerId from() {
        byte[] f = from;
        if (f == null) return null;
        try {
            return PeerId.decode(f);
        } catch (Violation v) {
            return null;
        }
    }

    /** The author's number for it, of 8 bytes where the topic's policy is to sign; null if there is none. */
    public byte @Nullable [] seqno() {
        byte[] s = seqno;
        return s == null ? null : Arrays.copyOf(s, s.length);
    }

    /** The peer that gave it to us; ourselves if we made it. */
    public PeerId receivedFrom() {
        return receivedFrom;
    }

    /** When it came, on the loops' clock. */
    public long arrivedNanos() {
        return arrivedNanos;
    }

    /** Its id. */
    public MessageId id() {
        MessageId i = id;
        if (i == null) throw new IllegalStateException("the message is being named");
        return i;
    }

    /** What the topic's {@link MessageIds} made of it. */
    public @Nullable Object attachment() {
        return attachment;
    }

    /** Keeps something with the message; called by {@link MessageIds}, which see it first. */
    public void attach(@Nullable Object value) {
        attachment = value;
    }

    // ---- for the parts

    /** It is taken from this peer, since it was not taken from the one before. */
    void receivedFrom(PeerId peer) {
        receivedFrom = peer;
    }

    void name(MessageId given) {
        id = given;
    }

    /** The RPC with this one message, after its length; shared, not to be changed. */
    byte[] frame() {
        return frame;
    }

    /** Bytes that keeping it costs, about. */
    int cost() {
        return frame.length + 200;
    }

    byte @Nullable [] fromBytes() {
        return from;
    }

    byte @Nullable [] seqnoBytes() {
        return seqno;
    }

    byte @Nullable [] signature() {
        return signature;
    }

    byte @Nullable [] key() {
        return key;
    }

    /** Bytes of the protobuf message. */
    int size() {
        return frame.length - at;
    }

    /** Whether it was made of exactly these bytes. */
    boolean isOf(Buf raw) {
        int n = size();
        if (raw.size() != n) return false;
        byte[] other = raw.array;
        int begin = raw.start;
        for (int i = 0; i < n; i++) if (frame[at + i] != other[begin + i]) return false;
        return true;
    }

    /** What was signed: the prefix and the message without signature and key, as go and rust have it. */
    byte[] signed() {
        Buf rest = new Buf(frame, at, frame.length);
        ProtoReader in = new ProtoReader(rest);
        Buf out = new Buf(Signing.PREFIX_SIZE + size());
        Signing.prefix(out);
        int begin = at;
        for (int field = in.next(); field != 0; field = in.next()) {
            in.skip();
            if (field != Fields.MESSAGE_SIGNATURE && field != Fields.MESSAGE_KEY) out.put(frame, begin, rest.start - begin);
            begin = rest.start;
        }
        return Arrays.copyOf(out.array, out.end);
    }

    @Override
    public String toString() {
        return "Message[" + topic + ", " + dataSize + " bytes, " + id + "]";
    }
}
