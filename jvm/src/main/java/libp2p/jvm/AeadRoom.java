package libp2p.jvm;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import libp2p.core.Crypto;
import libp2p.multiformats.Nullable;

/**
 * Where a native cipher reads and writes. Native code gets a Java array only by a copy of the whole of it, there and back, however little
 * of it is meant: so short records go through arrays not much larger than they are, and long ones through memory outside the heap.
 *
 * <p>Belongs to a thread; what a call leaves here means nothing to the next.
 */
final class AeadRoom {
    /** The room of the arrays; the steps are wide, since copying twice what is needed of so little costs less than finding a better one. */
    private static final int[] SIZES = {256, 2048, 16 * 1024};

    /** The least that is allocated outside the heap: a whole Noise record. */
    private static final int DIRECT_MIN = 65_535 + Crypto.Aead.TAG;

    private final byte[][] ins = new byte[SIZES.length][];
    private final byte[][] outs = new byte[SIZES.length][];
    private @Nullable ByteBuffer directIn;
    private @Nullable ByteBuffer directOut;

    /** As {@link Cipher#doFinal(byte[], int, int, byte[], int)}. */
    void doFinal(Cipher cipher, byte[] in, int inAt, int size, byte[] out, int outAt) throws GeneralSecurityException {
        for (int i = 0; i < SIZES.length; i++) {
            if (size + Crypto.Aead.TAG > SIZES[i]) continue;
            if (ins[i] == null) {
                ins[i] = new byte[SIZES[i]];
                outs[i] = new byte[SIZES[i]];
            }
            System.arraycopy(in, inAt, ins[i], 0, size);
            int n = cipher.doFinal(ins[i], 0, size, outs[i], 0);
            System.arraycopy(outs[i], 0, out, outAt, n);
            return;
        }
        outsideTheHeap(cipher, in, inAt, size, out, outAt);
    }

    @BeyondAndroid26("methods of ByteBuffer that give a Buffer there")
    private void outsideTheHeap(Cipher cipher, byte[] in, int inAt, int size, byte[] out, int outAt) throws GeneralSecurityException {
        ByteBuffer from = directIn;
        ByteBuffer to = directOut;
        if (from == null || to == null || from.capacity() < size + Crypto.Aead.TAG) {
            int room = Math.max(DIRECT_MIN, size + Crypto.Aead.TAG);
            directIn = from = ByteBuffer.allocateDirect(room);
            directOut = to = ByteBuffer.allocateDirect(room);
        }
        from.clear();
        to.clear();
        from.put(in, inAt, size).flip();
        int n = cipher.doFinal(from, to);
        to.flip();
        to.get(out, outAt, n);
    }
}
