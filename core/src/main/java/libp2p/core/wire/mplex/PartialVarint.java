package libp2p.core.wire.mplex;

import libp2p.core.Buf;
import libp2p.core.Violation;

/** An unsigned varint that arrives, perhaps in pieces (multiformats unsigned-varint: 9 bytes at most, minimal). */
final class PartialVarint {
    private static final int BYTES_MAX = 9;

    private long value;
    private int have;

    /** Takes what there is; true once the number is whole, which it then is until the next call. */
    boolean take(Buf from) {
        if (have == 0) value = 0;
        while (!from.isEmpty()) {
            int b = from.u8();
            value |= (b & 0x7fL) << 7 * have;
            have++;
            if ((b & 0x80) == 0) {
                if (b == 0 && have > 1) throw new Violation("a varint that is not minimal");
                have = 0;
                return true;
            }
            if (have == BYTES_MAX) throw new Violation("a varint of more than 9 bytes");
        }
        return false;
    }

    long value() {
        return value;
    }
}
