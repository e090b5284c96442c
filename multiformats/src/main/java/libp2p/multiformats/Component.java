package libp2p.multiformats;

import java.util.Arrays;

/** One protocol of a multiaddr with its value. */
public final class Component implements Comparable<Component> {
    private final Proto proto;
    private final byte[] value;

    private Component(Proto proto, byte[] value) {
        this.proto = proto;
        this.value = value;
    }

    /** @throws FormatException if the protocol has no such value */
    public static Component of(Proto proto, byte[] value) {
        return checked(proto, Arrays.copyOf(value, value.length));
    }

    /**
     * The component of a value in text, which is empty for protocols without a value.
     *
     * @throws FormatException if the protocol has no such value
     */
    public static Component of(Proto proto, String text) {
        if (!proto.hasValue() && text.isEmpty()) {
            return new Component(proto, new byte[0]);
        }
        if (text.length() > Multiaddr.TEXT_MAX) {
            throw new FormatException("value of more than " + Multiaddr.TEXT_MAX + " characters");
        }
        return checked(proto, proto.form().parse(text, proto.size()));
    }

    private static Component checked(Proto proto, byte[] value) {
        if (value.length > Multiaddr.BYTES_MAX) {
            throw new FormatException("value of more than " + Multiaddr.BYTES_MAX + " bytes");
        }
        if (proto.size() != Proto.VARIABLE && proto.size() != 8 * value.length) {
            throw new FormatException(proto + " of " + value.length + " bytes");
        }
        proto.form().check(value);
        return new Component(proto, value);
    }

    /** Reads what starts at {@code at} and goes no further than the end of the array. */
    static Component read(byte[] bytes, int at) {
        long code = Varint.read(bytes, at, bytes.length);
        Proto proto = Proto.of(code);
        if (proto == null) {
            throw new FormatException("unknown protocol " + code);
        }
        int start = at + Varint.size(code);
        long size = proto.size() / 8;
        if (proto.size() == Proto.VARIABLE) {
            size = Varint.read(bytes, start, bytes.length);
            start += Varint.size(size);
        }
        if (size > bytes.length - start) {
            throw new FormatException(proto + " announces " + size + " bytes of " + (bytes.length - start));
        }
        return checked(proto, Arrays.copyOfRange(bytes, start, start + (int) size));
    }

    public Proto proto() {
        return proto;
    }

    /** The value in bytes, without its length; none for protocols that take no value. */
    public byte[] value() {
        return Arrays.copyOf(value, value.length);
    }

    /** The value in text, empty for protocols that take no value; of a path, with its leading slash. */
    public String text() {
        return proto.form().print(value);
    }

    /** The component as part of a multiaddr: code, length if the protocol has it, value. */
    public byte[] bytes() {
        byte[] bytes = new byte[size()];
        write(bytes, 0);
        return bytes;
    }

    int size() {
        return Varint.size(proto.code()) + (proto.size() == Proto.VARIABLE ? Varint.size(value.length) : 0) + value.length;
    }

    int write(byte[] to, int at) {
        int index = Varint.write(proto.code(), to, at);
        if (proto.size() == Proto.VARIABLE) {
            index = Varint.write(value.length, to, index);
        }
        System.arraycopy(value, 0, to, index, value.length);
        return index + value.length;
    }

    @Override
    public int compareTo(Component other) {
        return Bytes.compare(bytes(), other.bytes());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Component that && proto == that.proto && Arrays.equals(value, that.value);
    }

    @Override
    public int hashCode() {
        return proto.code() * 31 + Arrays.hashCode(value);
    }

    /** The text as part of a multiaddr, such as {@code /tcp/4001}. */
    @Override
    public String toString() {
        if (!proto.hasValue()) {
            return "/" + proto;
        }
        return "/" + proto + (proto.isPath() ? "" : "/") + text();
    }
}
