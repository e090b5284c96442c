package libp2p.gossipsub;

import java.util.Arrays;
import libp2p.multiformats.Nullable;

/** The name of a message, by which copies are known: bytes that all peers of a topic compute alike. Immutable. */
public final class MessageId implements Comparable<MessageId> {
    private final byte[] bytes;
    private final int hash;

    private MessageId(byte[] bytes) {
        this.bytes = bytes;
        this.hash = Arrays.hashCode(bytes);
    }

    /** The id of these bytes. */
    public static MessageId of(byte[] bytes) {
        return new MessageId(Arrays.copyOf(bytes, bytes.length));
    }

    /** The same without a copy, of bytes that nobody changes. */
    static MessageId own(byte[] bytes) {
        return new MessageId(bytes);
    }

    /** The bytes. */
    public byte[] bytes() {
        return Arrays.copyOf(bytes, bytes.length);
    }

    byte[] shared() {
        return bytes;
    }

    @Override
    public int compareTo(MessageId other) {
        int n = Math.min(bytes.length, other.bytes.length);
        for (int i = 0; i < n; i++) {
            int c = (bytes[i] & 0xff) - (other.bytes[i] & 0xff);
            if (c != 0) return c;
        }
        return bytes.length - other.bytes.length;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other || other instanceof MessageId that && hash == that.hash && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    /** In hexadecimal. */
    @Override
    public String toString() {
        StringBuilder s = new StringBuilder(2 * bytes.length);
        for (byte b : bytes) s.append(Character.forDigit(b >> 4 & 15, 16)).append(Character.forDigit(b & 15, 16));
        return s.toString();
    }
}
