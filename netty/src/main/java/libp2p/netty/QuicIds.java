package libp2p.netty;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/**
 * The connection ids of one socket: a connection's number and a serial number, sealed in one block that only this socket can open.
 *
 * <p>So whoever receives a packet knows, without a table of ids, which connection is meant, and nobody else learns anything from an id. On
 * the socket's loop.
 */
final class QuicIds {
    /** Bytes of an id. */
    static final int SIZE = 16;

    /** The number of those that we dial: the library's own table tells them apart. Others have numbers above it. */
    static final long DIALLED = 0;

    private static final int KEY = 16;
    private static final int SERIAL_BITS = 48; // and so many of the number; 32 are zero, by which a block of ours is known
    private static final int NUMBER_LOW_BITS = Long.SIZE - SERIAL_BITS; // of the number, beside the serial number

    private final Cipher sealing;
    private final Cipher opening;
    private final byte[] sealed = new byte[SIZE];
    private final ByteBuffer block = ByteBuffer.allocate(SIZE);
    private long serial;

    QuicIds() {
        byte[] key = new byte[KEY];
        new SecureRandom().nextBytes(key);
        sealing = cipher(Cipher.ENCRYPT_MODE, key);
        opening = cipher(Cipher.DECRYPT_MODE, key);
    }

    private static Cipher cipher(int mode, byte[] key) {
        try {
            Cipher c = Cipher.getInstance("AES/ECB/NoPadding"); // one block each time, and no two the same: the bare permutation
            c.init(mode, new SecretKeySpec(key, "AES"));
            return c;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM has no AES", e);
        }
    }

    private static void run(Cipher cipher, byte[] from, byte[] to) {
        try {
            cipher.doFinal(from, 0, SIZE, to, 0);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A new id of the connection with that number. */
    byte[] next(long number) {
        long n = serial++ & -1L >>> Long.SIZE - SERIAL_BITS;
        block.putLong(0, number >>> NUMBER_LOW_BITS).putLong(Long.BYTES, number << SERIAL_BITS | n);
        byte[] id = new byte[SIZE];
        run(sealing, block.array(), id);
        return id;
    }

    /** The number of the connection whose id the bytes there are, of which there are enough; negative if they are no id of ours. */
    long number(ByteBuf packet, int at) {
        packet.getBytes(at, sealed);
        run(opening, sealed, block.array());
        long high = block.getLong(0);
        return high >>> Integer.SIZE == 0 ? high << NUMBER_LOW_BITS | block.getLong(Long.BYTES) >>> SERIAL_BITS : -1;
    }

    /** Whether those bytes are an id of ours as the server. */
    boolean isServers(ByteBuf id) {
        return id.readableBytes() == SIZE && number(id, id.readerIndex()) > DIALLED;
    }
}
