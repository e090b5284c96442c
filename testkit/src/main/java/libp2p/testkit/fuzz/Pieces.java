package libp2p.testkit.fuzz;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import libp2p.core.Rng;

/** How an input is cut, and all else that a machine's run has to choose: random, but the same for the same bytes. */
public final class Pieces {
    private Pieces() {}

    /** The randomness of an input. */
    public static Rng rng(byte[] input) {
        return Rng.seeded(Arrays.hashCode(input) * 31L + input.length);
    }

    /** The input in order: whole, in single bytes, or in random pieces. */
    public static List<byte[]> cut(byte[] input, Rng rng) {
        int how = rng.nextInt(4);
        int most = how == 0 ? Integer.MAX_VALUE : how == 1 ? 1 : how == 2 ? 16 : 1024;
        List<byte[]> pieces = new ArrayList<>();
        for (int at = 0; at < input.length;) {
            int n = Math.min(input.length - at, most == Integer.MAX_VALUE ? most : 1 + rng.nextInt(most));
            pieces.add(Arrays.copyOfRange(input, at, at + n));
            at += n;
        }
        return pieces;
    }
}
