package libp2p.core.proto;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import libp2p.core.Buf;

/**
 * Writes the fields of a protobuf message, in the order of the calls, each whether or not its value is protobuf's default.
 *
 * <p>Numbers take their shortest form, so the same calls give the same bytes. The buffer grows as needed; who knows the size beforehand
 * (see {@link #varintSize} and {@link #bytesSize}) gives it that room and nothing is copied. Source: protobuf.dev, "Encoding".
 */
public final class ProtoWriter {
    private final Buf out;

    /** Appends to {@code out}. */
    public ProtoWriter(Buf out) {
        this.out = out;
    }

    /** Writes to a buffer of its own. */
    public ProtoWriter() {
        this(new Buf(64));
    }

    /** Appends a field of type int32, int64, uint32, uint64 or enum; negative numbers take ten bytes. */
    public ProtoWriter varint(int field, long value) {
        out.grow(varintSize(field, value));
        raw(tag(field, ProtoReader.VARINT));
        raw(value);
        return this;
    }

    /** Appends a field of type bool. */
    public ProtoWriter bool(int field, boolean value) {
        return varint(field, value ? 1 : 0);
    }

    /** Appends a field of type fixed64. */
    public ProtoWriter fixed64(int field, long value) {
        out.grow(rawSize(tag(field, ProtoReader.FIXED64)) + 8);
        raw(tag(field, ProtoReader.FIXED64));
        out.putI64(Long.reverseBytes(value));
        return this;
    }

    /** Appends a field of type fixed32. */
    public ProtoWriter fixed32(int field, int value) {
        out.grow(rawSize(tag(field, ProtoReader.FIXED32)) + 4);
        raw(tag(field, ProtoReader.FIXED32));
        out.putI32(Integer.reverseBytes(value));
        return this;
    }

    /** Appends a field of type bytes. */
    public ProtoWriter bytes(int field, byte[] value) {
        return bytes(field, value, 0, value.length);
    }

    /** Appends a field of type bytes: {@code value[at..at+n)}. */
    public ProtoWriter bytes(int field, byte[] value, int at, int n) {
        header(field, n);
        out.put(value, at, n);
        return this;
    }

    /** Appends a field of type string. */
    public ProtoWriter string(int field, String value) {
        return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    /** Appends a field that holds what the other writer has in its buffer, which stays there. */
    public ProtoWriter message(int field, ProtoWriter value) {
        return bytes(field, value.out.array, value.out.start, value.out.size());
    }

    /** Appends the beginning of a field of type bytes; its {@code n} bytes come next. */
    public ProtoWriter header(int field, int n) {
        out.grow(bytesSize(field, n));
        raw(tag(field, ProtoReader.BYTES));
        raw(n);
        return this;
    }

    /** What is in the buffer, in an array of its own. */
    public byte[] toBytes() {
        return Arrays.copyOfRange(out.array, out.start, out.end);
    }

    /** How many bytes {@link #varint} takes. */
    public static int varintSize(int field, long value) {
        return rawSize(tag(field, ProtoReader.VARINT)) + rawSize(value);
    }

    /** How many bytes {@link #bytes} takes for a value of {@code n} bytes. */
    public static int bytesSize(int field, int n) {
        if (n < 0) throw new IllegalArgumentException("negative size " + n);
        return Math.addExact(rawSize(tag(field, ProtoReader.BYTES)) + rawSize(n), n);
    }

    private static long tag(int field, int wireType) {
        if (field <= 0 || field >= 1 << 29) throw new IllegalArgumentException("field number " + field);
        return (long) field << 3 | wireType;
    }

    private static int rawSize(long v) {
        return v == 0 ? 1 : (70 - Long.numberOfLeadingZeros(v)) / 7;
    }

    private void raw(long value) {
        long v = value;
        while ((v & ~0x7fL) != 0) {
            out.putU8((int) v & 0x7f | 0x80);
            v >>>= 7;
        }
        out.putU8((int) v);
    }
}
