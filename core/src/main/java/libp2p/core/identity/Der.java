package libp2p.core.identity;

import java.util.Arrays;
import libp2p.core.Violation;
import libp2p.multiformats.Nullable;

/**
 * The little of DER (X.690) that keys and signatures need, strictly: one form for each value, nothing left over, lengths checked.
 *
 * <p>A reader walks the values of one constructed value; nested ones get readers of their own, so it is as deep as the code that asks, and
 * no deeper. Anything malformed is a {@link Violation}. The writers are static and return whole values. Not thread-safe.
 */
public final class Der {
    static final int INTEGER = 0x02;
    static final int BIT_STRING = 0x03;
    static final int OCTET_STRING = 0x04;
    static final int NULL = 0x05;
    static final int OID = 0x06;
    static final int SEQUENCE = 0x30;
    private static final int EXPLICIT = 0xa0;

    private final byte[] bytes;
    private int at;
    private final int end;

    private Der(byte[] bytes, int at, int end) {
        this.bytes = bytes;
        this.at = at;
        this.end = end;
    }

    /** A reader of the values that the bytes are; it shares the array. */
    public static Der of(byte[] bytes) {
        return new Der(bytes, 0, bytes.length);
    }

    // ---- reading

    /** The values of the sequence that comes next. */
    public Der sequence() {
        return value(SEQUENCE);
    }

    /** The value within the explicit context tag {@code [n]}, if that comes next; null otherwise. */
    public @Nullable Der explicit(int n) {
        return nextIs(EXPLICIT | n) ? value(EXPLICIT | n) : null;
    }

    /** Takes a positive integer or zero, big-endian without leading zeros (zero is one byte), of at most {@code max} bytes. */
    public byte[] integer(int max) {
        Der v = value(INTEGER);
        int n = v.end - v.at;
        if (n == 0) throw new Violation("DER integer is empty");
        int first = v.bytes[v.at];
        if (first < 0) throw new Violation("DER integer is negative");
        if (first == 0 && n > 1) {
            if (v.bytes[v.at + 1] >= 0) throw new Violation("DER integer is not in its shortest form");
            v.at++;
            n--;
        }
        if (n > max) throw new Violation("DER integer of more than " + max + " bytes");
        return Arrays.copyOfRange(v.bytes, v.at, v.end);
    }

    /** Takes an integer that must be {@code expected}, 0 to 127. */
    public void integerIs(int expected) {
        byte[] v = integer(1);
        if (v[0] != expected) throw new Violation("DER version is not " + expected);
    }

    /** Takes an octet string. */
    public byte[] octets() {
        return value(OCTET_STRING).rest();
    }

    /** Takes a bit string of whole bytes. */
    public byte[] bits() {
        Der v = value(BIT_STRING);
        if (v.at == v.end || v.bytes[v.at] != 0) throw new Violation("DER bit string is not of whole bytes");
        v.at++;
        return v.rest();
    }

    /** Takes an object identifier, in its encoded form without tag and length. */
    public byte[] oid() {
        byte[] v = value(OID).rest();
        if (v.length == 0 || v[v.length - 1] < 0) throw new Violation("DER object identifier is malformed");
        return v;
    }

    /** Takes an object identifier that must be {@code expected}. */
    public void oidIs(byte[] expected) {
        if (!Arrays.equals(oid(), expected)) throw new Violation("DER has another object identifier than expected");
    }

    /** Takes a null. */
    public void nothing() {
        if (value(NULL).hasMore()) throw new Violation("DER null has a value");
    }

    /** Whether a value with that tag comes next. */
    public boolean nextIs(int tag) {
        return at < end && (bytes[at] & 0xff) == tag;
    }

    /** Whether there are more values. */
    public boolean hasMore() {
        return at < end;
    }

    /** Passes over one value of whatever kind. */
    public void skip() {
        if (at >= end) throw new Violation("DER is cut short");
        value(bytes[at] & 0xff);
    }

    /** Takes the content of the value with that one-byte tag, which must come next. */
    public byte[] content(int tag) {
        return value(tag).rest();
    }

    /** Takes one value of whatever kind as it is, its tag and length included. */
    public byte[] whole() {
        int from = at;
        skip();
        return Arrays.copyOfRange(bytes, from, at);
    }

    /** Takes all the bytes that are left. */
    public byte[] rest() {
        byte[] v = Arrays.copyOfRange(bytes, at, end);
        at = end;
        return v;
    }

    /** Demands that nothing is left. */
    public void end() {
        if (at != end) throw new Violation("DER goes on after its end");
    }

    private Der value(int tag) {
        if (end - at < 2) throw new Violation("DER is cut short");
        if ((bytes[at] & 0xff) != tag) throw new Violation("DER tag " + (bytes[at] & 0xff) + " instead of " + tag);
        if ((tag & 0x1f) == 0x1f) throw new Violation("DER tag of several bytes");
        int n = bytes[at + 1] & 0xff;
        int from = at + 2;
        if (n >= 0x80) {
            int count = n & 0x7f;
            if (count == 0 || count > 3 || count > end - from) throw new Violation("DER length is malformed");
            n = 0;
            for (int i = 0; i < count; i++) n = n << 8 | bytes[from + i] & 0xff;
            if (n < 0x80 || n < 1 << 8 * (count - 1)) throw new Violation("DER length is not in its shortest form");
            from += count;
        }
        if (n > end - from) throw new Violation("DER value of " + n + " bytes, has " + (end - from));
        at = from + n;
        return new Der(bytes, from, at);
    }

    // ---- writing

    /** A sequence of these values. */
    public static byte[] sequenceOf(byte[]... values) {
        return tagged(SEQUENCE, values);
    }

    /** A value in the explicit context tag {@code [n]}. */
    public static byte[] explicitOf(int n, byte[] value) {
        return tagged(EXPLICIT | n, value);
    }

    /** A positive integer or zero, given big-endian. */
    public static byte[] integerOf(byte[] unsigned) {
        int from = 0;
        while (from < unsigned.length - 1 && unsigned[from] == 0) from++;
        byte[] v = Arrays.copyOfRange(unsigned, from, Math.max(unsigned.length, 1));
        return v[0] < 0 ? tagged(INTEGER, new byte[1], v) : tagged(INTEGER, v);
    }

    /** A small integer, 0 to 127. */
    public static byte[] integerOf(int small) {
        return new byte[] {INTEGER, 1, (byte) small};
    }

    /** An octet string. */
    public static byte[] octetsOf(byte[] octets) {
        return tagged(OCTET_STRING, octets);
    }

    /** A bit string of whole bytes. */
    public static byte[] bitsOf(byte[] bits) {
        return tagged(BIT_STRING, new byte[1], bits);
    }

    /** An object identifier, given in its encoded form. */
    public static byte[] oidOf(byte[] oid) {
        return tagged(OID, oid);
    }

    /** A null. */
    public static byte[] nothingOf() {
        return new byte[] {NULL, 0};
    }

    /** A value with that one-byte tag, whose content is these parts. */
    public static byte[] tagged(int tag, byte[]... parts) {
        int n = 0;
        for (byte[] p : parts) n = Math.addExact(n, p.length);
        int count = n < 0x80 ? 0 : n < 0x100 ? 1 : n < 0x10000 ? 2 : 3;
        if (n >= 1 << 24) throw new IllegalArgumentException("DER value of " + n + " bytes");
        byte[] out = new byte[2 + count + n];
        out[0] = (byte) tag;
        out[1] = (byte) (count == 0 ? n : 0x80 | count);
        int at = 2;
        for (int i = count - 1; i >= 0; i--) out[at++] = (byte) (n >>> 8 * i);
        for (byte[] p : parts) {
            System.arraycopy(p, 0, out, at, p.length);
            at += p.length;
        }
        return out;
    }
}
