package libp2p.core.proto;

import java.nio.charset.StandardCharsets;
import libp2p.core.Buf;
import libp2p.core.Violation;

/**
 * Reads the fields of one protobuf message, which is all there is in the buffer.
 *
 * <p>{@link #next} goes from field to field and passes over a value that was not asked for, so unknown fields need no code. Whatever is
 * malformed, cut short, longer than the caller allows, or of another wire type than asked for, is a {@link Violation}; so are groups, which
 * libp2p never uses. Numbers need not be in their shortest form, as in every protobuf library. Source: protobuf.dev, "Encoding".
 */
public final class ProtoReader {
    /** Wire type of int32, int64, uint32, uint64, bool and enum. */
    public static final int VARINT = 0;
    /** Wire type of fixed64 and double. */
    public static final int FIXED64 = 1;
    /** Wire type of bytes, string, messages and packed numbers. */
    public static final int BYTES = 2;
    /** Wire type of fixed32 and float. */
    public static final int FIXED32 = 5;

    private static final int VARINT_BYTES_MAX = 10;
    private static final long TAG_MAX = 0xffffffffL;

    private final Buf in;
    private int wireType;
    private boolean pending;

    /** Reads all of {@code in}, taking what it reads. */
    public ProtoReader(Buf in) {
        this.in = in;
    }

    /** Reads all of {@code message}. */
    public ProtoReader(byte[] message) {
        this(new Buf(message));
    }

    /** Goes to the next field, passing over the value of this one if it was not read; returns its number, or 0 at the end. */
    public int next() {
        if (pending) skip();
        if (in.isEmpty()) return 0;
        long tag = raw();
        if (tag < 0 || tag > TAG_MAX) throw new Violation("protobuf field number is too large");
        int number = (int) (tag >>> 3);
        if (number == 0) throw new Violation("protobuf field number is 0");
        wireType = (int) tag & 7;
        if (wireType != VARINT && wireType != FIXED64 && wireType != BYTES && wireType != FIXED32) {
            throw new Violation("protobuf wire type " + wireType);
        }
        pending = true;
        return number;
    }

    /** The wire type of the field that {@link #next} found. */
    public int wireType() {
        return wireType;
    }

    /** The value as 64 bits: of uint64 an unsigned number, of int64 a signed one. */
    public long varint() {
        take(VARINT);
        return raw();
    }

    /** The value as a number of {@code [0, max]}; others are a violation. */
    public long varint(long max) {
        long v = varint();
        if (v < 0 || v > max) throw new Violation("protobuf number is larger than " + max);
        return v;
    }

    /** The lowest 32 bits of the value, as protobuf reads int32, uint32 and enums. */
    public int int32() {
        return (int) varint();
    }

    /** Whether the value is not 0. */
    public boolean bool() {
        return varint() != 0;
    }

    /** The eight bytes of the value as a number. */
    public long fixed64() {
        take(FIXED64);
        return Long.reverseBytes(in.i64());
    }

    /** The four bytes of the value as a number. */
    public int fixed32() {
        take(FIXED32);
        return Integer.reverseBytes(in.i32());
    }

    /** The value in an array of its own; more than {@code max} bytes are a violation. */
    public byte[] bytes(int max) {
        return in.take(length(max));
    }

    /** The value where it lies, in the message's array, for as long as that is lent; more than {@code max} bytes are a violation. */
    public Buf view(int max) {
        return in.slice(length(max));
    }

    /** The value as a message of at most {@code max} bytes; the other reader may be used after this one has moved on. */
    public ProtoReader message(int max) {
        return new ProtoReader(view(max));
    }

    /** The value as text of at most {@code max} bytes; malformed UTF-8 is a violation (who wants it replaced asks for {@link #bytes}). */
    public String string(int max) {
        byte[] b = bytes(max);
        if (!Utf8.valid(b)) throw new Violation("protobuf string is not UTF-8");
        return new String(b, StandardCharsets.UTF_8);
    }

    /** Passes over the value, whatever it is. */
    public void skip() {
        take(wireType);
        if (wireType == VARINT) raw();
        else if (wireType == FIXED64) in.skip(8);
        else if (wireType == FIXED32) in.skip(4);
        else in.skip(size(Integer.MAX_VALUE));
    }

    private void take(int type) {
        if (!pending) throw new IllegalStateException("no value to read");
        if (wireType != type) throw new Violation("protobuf wire type " + wireType + " instead of " + type);
        pending = false;
    }

    private int length(int max) {
        take(BYTES);
        return size(max);
    }

    private int size(int max) {
        long n = raw();
        if (n < 0 || n > max) throw new Violation("protobuf value of more than " + max + " bytes");
        if (n > in.size()) throw new Violation("protobuf value of " + n + " bytes, has " + in.size());
        return (int) n;
    }

    private long raw() {
        long v = 0;
        for (int i = 0; i < VARINT_BYTES_MAX; i++) {
            int b = in.u8();
            if (i == VARINT_BYTES_MAX - 1 && b > 1) break;
            v |= (long) (b & 0x7f) << 7 * i;
            if (b < 0x80) return v;
        }
        throw new Violation("protobuf number of more than 64 bits");
    }
}
