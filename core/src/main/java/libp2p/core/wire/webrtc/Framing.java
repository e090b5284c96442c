package libp2p.core.wire.webrtc;

import libp2p.core.Buf;
import libp2p.core.Codes;
import libp2p.core.Violation;
import libp2p.multiformats.Varint;

/**
 * The messages of a data channel (specs/webrtc/README.md, "Multiplexing"): a length, and protobuf with a flag, bytes and an error code.
 *
 * <p>What arrives is read as a stream of bytes, whatever the data channel's messages are: some peers send a message in several, and bytes
 * are passed on as they come.
 */
public final class Framing {
    /** The longest message with its length that is sent. The specification allows 16 KiB, of which go-libp2p reads 4 in one piece. */
    public static final int MESSAGE_MAX = 4 * 1024;

    /** The most bytes of a stream in one message. */
    public static final int BYTES_MAX = MESSAGE_MAX - 5;

    /** The longest message that is read; go-libp2p's bound. */
    static final int RECEIVED_MAX = (256 + 1) * 1024;

    /** The sender says no more. */
    public static final int FIN = 0;

    /** The sender reads no more. */
    public static final int STOP_SENDING = 1;

    /** The sender gives the stream up. */
    public static final int RESET_STREAM = 2;

    /** FIN has come, and all before it. */
    public static final int FIN_ACK = 3;

    private static final int FLAG_TAG = 1 << 3;
    private static final int BYTES_TAG = 2 << 3 | 2;
    private static final int CODE_TAG = 3 << 3;
    private static final int FLAG_MESSAGE_MAX = 10;

    /** What a reader finds. */
    public interface Found {
        /** Bytes of the stream, all of which are to be taken. */
        void bytes(Buf data);

        /** A flag, after the bytes of its message; the code is 0 where none was told. */
        void flag(int flag, long code);
    }

    private enum State {
        /** The length of a message. */
        LENGTH,
        /** The key of a field. */
        KEY,
        /** The value of a number. */
        NUMBER,
        /** The length of bytes. */
        SIZE,
        /** Bytes of the stream. */
        BYTES,
        /** Bytes of a field that is not known. */
        SKIPPED
    }

    private State state = State.LENGTH;
    private int left; // of the message
    private int fieldLeft;
    private int field;
    private int flag = -1;
    private long code;
    private long number;
    private int shift;

    // ---- writing

    /** A message of {@code n} bytes, taken from {@code source}. */
    public static byte[] bytes(Buf source, int n) {
        int body = 1 + Varint.size(n) + n;
        Buf b = new Buf(Varint.size(body) + body);
        b.putVarint(body).putU8(BYTES_TAG).putVarint(n).put(source.array, source.start, n);
        source.skip(n);
        return b.array;
    }

    /** A message of a flag; with a code, unless that is 0. */
    public static byte[] flag(int flag, long code) {
        Buf b = new Buf(FLAG_MESSAGE_MAX);
        int body = 2 + (code == Codes.NONE ? 0 : 1 + Varint.size(code));
        b.putVarint(body).putU8(FLAG_TAG).putU8(flag);
        if (code != Codes.NONE) b.putU8(CODE_TAG).putVarint(code);
        return b.takeAll();
    }

    // ---- reading

    /** Whether it is between messages. */
    public boolean isBetween() {
        return state == State.LENGTH && shift == 0;
    }

    /** Takes all there is; throws {@link Violation} for what is no such message. */
    public void read(Buf data, Found found) {
        while (!data.isEmpty()) {
            switch (state) {
                case LENGTH -> {
                    if (!varint(data)) return;
                    if (number > RECEIVED_MAX) throw new Violation("a WebRTC message of " + number + " bytes");
                    left = (int) number;
                    flag = -1;
                    code = Codes.NONE;
                    state = State.KEY;
                }
                case KEY -> {
                    if (!varintInside(data)) return;
                    key((int) Math.min(number, Integer.MAX_VALUE));
                }
                case NUMBER -> {
                    if (!varintInside(data)) return;
                    if (field == FLAG_TAG) flag = (int) Math.min(number, Integer.MAX_VALUE);
                    else if (field == CODE_TAG) code = Codes.checked(number);
                    state = State.KEY;
                }
                case SIZE -> {
                    if (!varintInside(data)) return;
                    if (number > left) throw new Violation("bytes beyond the end of a WebRTC message");
                    fieldLeft = (int) number;
                    state = field == BYTES_TAG ? State.BYTES : State.SKIPPED;
                }
                case BYTES, SKIPPED -> content(data, found);
            }
            if ((state == State.BYTES || state == State.SKIPPED) && fieldLeft == 0) state = State.KEY;
            if (state == State.KEY && left == 0) end(found);
        }
    }

    private void key(int key) {
        field = key;
        switch (key & 7) {
            case 0 -> state = State.NUMBER;
            case 1 -> skip(8);
            case 2 -> state = State.SIZE;
            case 5 -> skip(4);
            default -> throw new Violation("wire type of a WebRTC message");
        }
        if (left == 0) throw new Violation("a WebRTC message is cut short");
    }

    private void skip(int n) {
        if (n > left) throw new Violation("a WebRTC message is cut short");
        fieldLeft = n;
        state = State.SKIPPED;
    }

    private void content(Buf data, Found found) {
        int n = Math.min(fieldLeft, data.size());
        fieldLeft -= n;
        left -= n;
        if (state == State.SKIPPED) data.skip(n);
        else found.bytes(data.slice(n));
    }

    private void end(Found found) {
        state = State.LENGTH;
        if (flag >= 0) found.flag(flag, code);
    }

    private boolean varintInside(Buf data) {
        int before = data.size();
        if (before > left) { // it must end within the message
            Buf inside = new Buf(data.array, data.start, data.start + left);
            boolean whole = varint(inside);
            if (!whole) throw new Violation("a WebRTC message is cut short");
            left -= inside.start - data.start;
            data.start = inside.start;
            return true;
        }
        boolean whole = varint(data);
        left -= before - data.size();
        if (!whole && left == 0) throw new Violation("a WebRTC message is cut short");
        return whole;
    }

    /** Goes on with a number; true once it is whole, and then in {@link #number}. */
    private boolean varint(Buf data) {
        if (shift == 0) number = 0;
        while (!data.isEmpty()) {
            int b = data.u8();
            if (shift > 56) throw new Violation("a number in a WebRTC message is too long");
            number |= (b & 0x7fL) << shift;
            shift += 7;
            if ((b & 0x80) == 0) {
                shift = 0;
                return true;
            }
        }
        return false;
    }
}
