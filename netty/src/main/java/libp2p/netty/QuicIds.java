package libp2p.netty;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.quic.QuicConnectionIdGenerator;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/**
 * The connection ids of one socket: twelve random bytes, and eight that only this socket can make of them and of the side that they are of.
 *
 * <p>So whoever receives a packet knows, without a table, whether a connection of ours as client or as server is meant, and nobody else
 * learns anything from an id. On the socket's loop.
 */
final class QuicIds {
    /** Bytes of an id. */
    static final int SIZE = 20;

    private static final int RANDOM = 12;
    private static final int BLOCK = 16;
    private static final int KEY = 16;

    /** Whose connections an id is of. */
    enum Side { CLIENT, SERVER }

    private final SecureRandom random = new SecureRandom();
    private final Cipher cipher;
    private final byte[] block = new byte[BLOCK];
    private final byte[] sealed = new byte[BLOCK];

    QuicIds() {
        byte[] key = new byte[KEY];
        random.nextBytes(key);
        try {
            cipher = Cipher.getInstance("AES/ECB/NoPadding"); // one block each time: the bare permutation
            cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM has no AES", e);
        }
    }

    byte[] next(Side side) {
        byte[] id = new byte[SIZE];
        random.nextBytes(id);
        System.arraycopy(id, 0, block, 0, RANDOM);
        seal(side);
        System.arraycopy(sealed, 0, id, RANDOM, SIZE - RANDOM);
        return id;
    }

    /** Whether the bytes there, of which there are enough, are an id of that side. */
    boolean is(Side side, ByteBuf packet, int at) {
        packet.getBytes(at, block, 0, RANDOM);
        seal(side);
        for (int i = 0; i < SIZE - RANDOM; i++) if (packet.getByte(at + RANDOM + i) != sealed[i]) return false;
        return true;
    }

    /** Whether those bytes are an id of ours as the server. */
    boolean isServers(ByteBuf id) {
        return id.readableBytes() == SIZE && is(Side.SERVER, id, id.readerIndex());
    }

    private void seal(Side side) {
        Arrays.fill(block, RANDOM, BLOCK, (byte) side.ordinal());
        try {
            cipher.doFinal(block, 0, BLOCK, sealed, 0);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Makes ids of the server's side. */
    QuicConnectionIdGenerator servers() {
        return new QuicConnectionIdGenerator() {
            @Override
            public ByteBuffer newId(int length) {
                if (length != SIZE) throw new IllegalArgumentException("ids of " + length + " bytes");
                return ByteBuffer.wrap(next(Side.SERVER));
            }

            @Override
            public ByteBuffer newId(ByteBuffer input, int length) {
                return newId(length);
            }

            @Override
            public int maxConnectionIdLength() {
                return SIZE;
            }

            @Override
            public boolean isIdempotent() {
                return false;
            }
        };
    }
}
