package libp2p.testkit.select;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import libp2p.core.Buf;

/** Bytes of multistream-select, written without the machine under test. */
final class Said {
    static final String HEADER = "/multistream/1.0.0";

    private Said() {}

    /** Each text as a message: its length with the newline in one byte, the text, the newline. */
    static byte[] messages(String... texts) {
        Buf out = new Buf(4096);
        for (String t : texts) out.putU8(t.length() + 1).put(t.getBytes(StandardCharsets.US_ASCII)).putU8('\n');
        return out.takeAll();
    }

    static byte[] concat(byte[]... parts) {
        Buf out = new Buf(65536);
        for (byte[] p : parts) out.put(p);
        return out.takeAll();
    }

    static byte[] raw(int... bytes) {
        byte[] b = new byte[bytes.length];
        for (int i = 0; i < b.length; i++) b[i] = (byte) bytes[i];
        return b;
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** What a buffer holds, without taking it. */
    static byte[] in(Buf buf) {
        return Arrays.copyOfRange(buf.array, buf.start, buf.end);
    }
}
