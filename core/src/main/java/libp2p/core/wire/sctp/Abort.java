package libp2p.core.wire.sctp;

import java.nio.charset.StandardCharsets;
import libp2p.core.Buf;
import libp2p.core.CloseReason;

/** The reason of an ABORT (RFC 9260 3.3.10.12), a text that holds our code, if there is one, for who understands it. */
final class Abort {
    private static final String CODE = "libp2p error 0x";
    private static final int REASON_MAX = 128;

    private Abort() {}

    static byte[] chunk(long code, String detail) {
        byte[] text = (CODE + Long.toHexString(code) + ": " + detail).getBytes(StandardCharsets.UTF_8);
        int n = Math.min(text.length, REASON_MAX);
        Buf b = Format.chunk(Format.ABORT, 0, Format.CHUNK + n);
        b.putU16(Format.CAUSE_USER_ABORT).putU16(Format.CHUNK + n).put(text, 0, n);
        Format.pad(b);
        return b.takeAll();
    }

    static CloseReason reason(Buf body) {
        String text = "";
        if (body.size() >= Format.CHUNK && body.u16() == Format.CAUSE_USER_ABORT) {
            int size = Math.min(body.u16() - Format.CHUNK, body.size());
            if (size > 0) text = new String(body.take(Math.min(size, REASON_MAX)), StandardCharsets.UTF_8);
        }
        int colon = text.indexOf(": ");
        if (!text.startsWith(CODE) || colon < 0) {
            return CloseReason.of(CloseReason.Kind.CONNECTION_CLOSED, text.isEmpty() ? "the peer's SCTP aborted" : text);
        }
        return CloseReason.of(CloseReason.Kind.CONNECTION_CLOSED, hex(text.substring(CODE.length(), colon)), text.substring(colon + 2));
    }

    private static long hex(String digits) {
        long v = 0;
        for (int i = 0; i < digits.length(); i++) {
            int d = Character.digit(digits.charAt(i), 16);
            if (d < 0 || v >>> 28 != 0) return 0;
            v = v << 4 | d;
        }
        return v;
    }
}
