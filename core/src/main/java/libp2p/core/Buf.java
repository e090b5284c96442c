package libp2p.core;

import java.util.Arrays;
import libp2p.multiformats.FormatException;
import libp2p.multiformats.Varint;

/**
 * Bytes with a reading and a writing place: {@code array[start..end)} is the data, {@code array[end..)} is room.
 *
 * <p>A buffer that is lent to you is yours until you return; copy what you keep. Reads beyond the data throw {@link Violation}, since
 * they are what malformed remote input leads to; writes beyond the room throw {@link IllegalStateException}, since they are bugs. Not
 * thread-safe.
 */
public final class Buf {
    /** The backing array; replaced only by {@link #swap} and {@link #grow}. */
    public byte[] array;

    /** Index of the first unread byte. */
    public int start;

    /** Index after the last byte written. */
    public int end;

    /** An empty buffer with room for {@code capacity} bytes. */
    public Buf(int capacity) {
        this(new byte[capacity], 0, 0);
    }

    /** A buffer whose data is all of {@code data}; shares the array. */
    public Buf(byte[] data) {
        this(data, 0, data.length);
    }

    /** A buffer whose data is {@code array[start..end)}; shares the array. */
    public Buf(byte[] array, int start, int end) {
        if (start < 0 || end < start || end > array.length) {
            throw new IllegalArgumentException("range " + start + ".." + end + " of " + array.length);
        }
        this.array = array;
        this.start = start;
        this.end = end;
    }

    /** How many bytes there are to read. */
    public int size() {
        return end - start;
    }

    /** Whether there is nothing to read. */
    public boolean isEmpty() {
        return start == end;
    }

    /** How many bytes can still be written. */
    public int room() {
        return array.length - end;
    }

    /** Forgets the data; all of the array is room again. */
    public Buf clear() {
        start = 0;
        end = 0;
        return this;
    }

    /** Moves the data to the front of the array, so that all that is not data is room. */
    public Buf compact() {
        if (start > 0) {
            System.arraycopy(array, start, array, 0, size());
            end -= start;
            start = 0;
        }
        return this;
    }

    /** Makes room for {@code n} more bytes, if need be in a larger array; the caller has checked {@code n} against a limit. */
    public Buf grow(int n) {
        if (n < 0) throw new IllegalArgumentException("negative size " + n);
        if (room() >= n) return this;
        compact();
        if (room() < n) array = Arrays.copyOf(array, Math.max(Math.addExact(end, n), Math.min(array.length * 2, end + (1 << 20))));
        return this;
    }

    /** Exchanges contents with another buffer, without a copy. */
    public void swap(Buf other) {
        byte[] a = array;
        int s = start;
        int e = end;
        array = other.array;
        start = other.start;
        end = other.end;
        other.array = a;
        other.start = s;
        other.end = e;
    }

    // ---- reading

    private void need(int n) {
        if (n < 0 || n > end - start) throw new Violation("needs " + n + " bytes, has " + size());
    }

    /** The byte {@code at} places after the first unread one, without taking it. */
    public int peek(int at) {
        if (at < 0 || at >= size()) throw new Violation("needs byte " + at + ", has " + size());
        return array[start + at] & 0xff;
    }

    /** Takes one unsigned byte. */
    public int u8() {
        need(1);
        return array[start++] & 0xff;
    }

    /** Takes an unsigned big-endian 16-bit number. */
    public int u16() {
        need(2);
        int v = (array[start] & 0xff) << 8 | array[start + 1] & 0xff;
        start += 2;
        return v;
    }

    /** Takes a big-endian 32-bit number as a signed int. */
    public int i32() {
        need(4);
        int s = start;
        int v = array[s] << 24 | (array[s + 1] & 0xff) << 16 | (array[s + 2] & 0xff) << 8 | array[s + 3] & 0xff;
        start += 4;
        return v;
    }

    /** Takes an unsigned big-endian 32-bit number. */
    public long u32() {
        return i32() & 0xffffffffL;
    }

    /** Takes a big-endian 64-bit number. */
    public long i64() {
        need(8);
        return u32() << 32 | u32();
    }

    /** Takes an unsigned varint (9 bytes at most, minimal form). */
    public long varint() {
        int n = varintLength();
        if (n == 0) throw new Violation("varint is cut short");
        long v = Varint.read(array, start, end);
        start += n;
        return v;
    }

    /** How many bytes the varint here takes; 0 if it is not all there yet. Malformed ones throw {@link Violation}. */
    public int varintLength() {
        try {
            return Varint.length(array, start, end);
        } catch (FormatException e) {
            throw new Violation(String.valueOf(e.getMessage()));
        }
    }

    /** Takes {@code n} bytes as an array of their own. */
    public byte[] take(int n) {
        need(n);
        byte[] b = Arrays.copyOfRange(array, start, start + n);
        start += n;
        return b;
    }

    /** Takes all bytes as an array of their own. */
    public byte[] takeAll() {
        return take(size());
    }

    /** Passes over {@code n} bytes. */
    public Buf skip(int n) {
        need(n);
        start += n;
        return this;
    }

    /** A view of the next {@code n} bytes, which are taken; shares the array. */
    public Buf slice(int n) {
        need(n);
        Buf b = new Buf(array, start, start + n);
        start += n;
        return b;
    }

    // ---- writing

    private void fits(int n) {
        if (n < 0 || n > room()) throw new IllegalStateException("no room for " + n + " bytes, only " + room());
    }

    /** Moves up to {@code n} bytes, as many as there are and fit, to the end of {@code to}; returns how many. */
    public int moveTo(Buf to, int n) {
        int m = Math.min(n, Math.min(size(), to.room()));
        if (m <= 0) return 0;
        System.arraycopy(array, start, to.array, to.end, m);
        start += m;
        to.end += m;
        return m;
    }

    /** Appends bytes. */
    public Buf put(byte[] from) {
        return put(from, 0, from.length);
    }

    /** Appends {@code from[at..at+n)}. */
    public Buf put(byte[] from, int at, int n) {
        fits(n);
        System.arraycopy(from, at, array, end, n);
        end += n;
        return this;
    }

    /** Appends one byte. */
    public Buf putU8(int v) {
        fits(1);
        array[end++] = (byte) v;
        return this;
    }

    /** Appends a big-endian 16-bit number. */
    public Buf putU16(int v) {
        fits(2);
        array[end] = (byte) (v >> 8);
        array[end + 1] = (byte) v;
        end += 2;
        return this;
    }

    /** Appends a big-endian 32-bit number. */
    public Buf putI32(int v) {
        fits(4);
        byte[] a = array;
        int e = end;
        a[e] = (byte) (v >> 24);
        a[e + 1] = (byte) (v >> 16);
        a[e + 2] = (byte) (v >> 8);
        a[e + 3] = (byte) v;
        end += 4;
        return this;
    }

    /** Appends a big-endian 64-bit number. */
    public Buf putI64(long v) {
        putI32((int) (v >> 32));
        return putI32((int) v);
    }

    /** Appends an unsigned varint. */
    public Buf putVarint(long v) {
        fits(Varint.size(v));
        end = Varint.write(v, array, end);
        return this;
    }

    @Override
    public String toString() {
        return "Buf[" + size() + " of " + array.length + "]";
    }
}
