package libp2p.core.wire;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import libp2p.core.Buf;
import libp2p.core.Codes;
import libp2p.core.Violation;
import libp2p.multiformats.Nullable;
import libp2p.multiformats.Varint;

/**
 * Multistream-select 1.0: how two ends agree on a protocol id, as one machine for each end.
 *
 * <p>A machine takes whole messages only: a cut one stays unread, and so does all that comes after the message that decides. Source:
 * specs/connections/README.md, "multistream-select"; multiformats/multistream-select, README.
 */
public final class Multistream {
    /** What both ends say first. */
    public static final String HEADER = "/multistream/1.0.0";

    /** The longest message, its newline included. */
    public static final int MESSAGE_MAX = 1024;

    /** The longest answer to {@code ls}: what rust-libp2p reads. Ids that do not fit are left out. */
    public static final int LIST_MAX = 16383;

    private static final byte[] HEADER_BYTES = ((char) (HEADER.length() + 1) + HEADER + "\n").getBytes(StandardCharsets.US_ASCII);
    private static final String NOT_AVAILABLE = "na";
    private static final String LIST = "ls";
    private static final int SHOWN_MAX = 64;

    private Multistream() {}

    /** One end of a selection. */
    public sealed interface Selection permits Initiator, Responder {
        /** Appends what this end says before it has heard anything; once, first. */
        void begin(Buf out);

        /**
         * Takes the peer's messages and appends what they call for; the id agreed on, or null while more is needed. None in common is a
         * Violation.
         */
        @Nullable String step(Buf in, Buf out);
    }

    /** The end that proposes. */
    public static final class Initiator implements Selection {
        private final List<String> protocols;
        private final int messagesMax;
        private int at;
        private int messages;

        /**
         * Proposes these ids, in this order.
         *
         * @param messagesMax how many messages the peer may send
         */
        public Initiator(List<String> protocols, int messagesMax) {
            if (protocols.isEmpty()) throw new IllegalArgumentException("no protocol to propose");
            for (int i = 0; i < protocols.size(); i++) check(protocols.get(i));
            this.protocols = protocols.size() == 1 ? List.of(protocols.get(0)) : new ArrayList<>(protocols);
            this.messagesMax = messagesMax;
        }

        /** Appends the header and the first proposal. Who proposes one id only may send what it has to say behind them at once. */
        @Override
        public void begin(Buf out) {
            putHeader(out);
            put(out, protocols.get(0));
        }

        @Override
        public @Nullable String step(Buf in, Buf out) {
            if (messages == 0) {
                if (!takeHeader(in)) return null;
                count(++messages, messagesMax);
            }
            if (messages < messagesMax && take(in, protocols.get(at))) return protocols.get(at); // as it nearly always is
            for (String message = next(in); message != null; message = next(in)) {
                count(++messages, messagesMax);
                if (message.equals(protocols.get(at))) {
                    return message;
                } else if (!message.equals(NOT_AVAILABLE)) {
                    throw new Violation("expected " + protocols.get(at) + " or na, got " + shown(message));
                } else if (++at == protocols.size()) {
                    throw new Violation("the peer speaks none of " + protocols, Codes.PROTOCOL_NEGOTIATION_FAILED);
                } else {
                    put(out, protocols.get(at));
                }
            }
            return null;
        }
    }

    /** The end that answers. It says nothing before the peer's header is there. */
    public static final class Responder implements Selection {
        private final Predicate<String> speaks;
        private final Supplier<List<String>> list;
        private final int messagesMax;
        private int messages;
        private boolean listed;

        /** Agrees to the first of these ids that the peer proposes. */
        public Responder(List<String> supported, int messagesMax) {
            this(supported::contains, () -> supported, messagesMax);
        }

        /**
         * Agrees to the first id proposed that it speaks.
         *
         * @param list what to answer to {@code ls}
         * @param messagesMax how many messages the peer may send, which bounds what is answered too
         */
        public Responder(Predicate<String> speaks, Supplier<List<String>> list, int messagesMax) {
            this.speaks = speaks;
            this.list = list;
            this.messagesMax = messagesMax;
        }

        /** Appends nothing. */
        @Override
        public void begin(Buf out) {}

        /** Takes proposals and appends answers; what it does not speak it declines, until the peer has said too much. */
        @Override
        public @Nullable String step(Buf in, Buf out) {
            if (messages == 0) {
                if (!takeHeader(in)) return null;
                count(++messages, messagesMax);
                putHeader(out);
            }
            int from = in.start;
            for (String message = next(in); message != null; from = in.start, message = next(in)) {
                count(++messages, messagesMax);
                if (message.equals(LIST)) {
                    if (listed) throw new Violation("asks for the list twice");
                    listed = true;
                    putList(out, list.get());
                } else if (speaks.test(message)) {
                    int size = in.start - from;
                    out.grow(size).put(in.array, from, size); // as it came
                    return message;
                } else {
                    put(out, NOT_AVAILABLE);
                }
            }
            return null;
        }
    }

    private static void count(int messages, int max) {
        if (messages > max) throw new Violation("more than " + max + " messages in one negotiation");
    }

    /**
     * Takes the first message, if it is all there. It can be only one: another is a Violation by its first wrong byte, so that garbage ends
     * at once.
     */
    private static boolean takeHeader(Buf in) {
        for (int i = 0; i < Math.min(in.size(), HEADER_BYTES.length); i++) {
            if (in.peek(i) != HEADER_BYTES[i]) throw new Violation("expected " + HEADER + ", got something else");
        }
        if (in.size() < HEADER_BYTES.length) return false;
        in.skip(HEADER_BYTES.length);
        return true;
    }

    /** Takes the next message if it is all there and is this id, of ASCII characters; no text is made for that. */
    private static boolean take(Buf in, String id) {
        int prefix = in.varintLength();
        int size = id.length() + 1;
        if (prefix == 0 || in.size() < prefix + size || Varint.read(in.array, in.start, in.end) != size) return false;
        int from = in.start + prefix;
        for (int i = 0; i < id.length(); i++) if (id.charAt(i) >= 0x80 || in.array[from + i] != id.charAt(i)) return false;
        if (in.array[from + size - 1] != '\n') return false;
        in.skip(prefix + size);
        return true;
    }

    /** Whether an id can be said; an IllegalArgumentException if not. */
    static void check(String id) {
        int size = size(id);
        if (size == 0 || size >= MESSAGE_MAX || id.indexOf('\n') >= 0) {
            throw new IllegalArgumentException("not a protocol id: " + shown(id));
        }
    }

    /** How many bytes a text takes. */
    private static int size(String text) {
        for (int i = 0; i < text.length(); i++) if (text.charAt(i) >= 0x80) return text.getBytes(StandardCharsets.UTF_8).length;
        return text.length();
    }

    /** Takes the next message, without its newline; null if it is not all there. */
    private static @Nullable String next(Buf in) {
        int prefix = in.varintLength();
        if (prefix == 0) return null;
        long size = Varint.read(in.array, in.start, in.end);
        if (size < 1 || size > MESSAGE_MAX) throw new Violation("multistream message of " + size + " bytes");
        if (in.size() < prefix + size) return null;
        int from = in.start + prefix;
        int last = from + (int) size - 1;
        for (int i = from; i < last; i++) if (in.array[i] == '\n') throw new Violation("multistream message of several lines");
        if (in.array[last] != '\n') throw new Violation("multistream message without a newline");
        in.start = last + 1;
        return new String(in.array, from, last - from, StandardCharsets.UTF_8);
    }

    private static void putHeader(Buf out) {
        out.grow(HEADER_BYTES.length).put(HEADER_BYTES);
    }

    private static void put(Buf out, String message) {
        int size = size(message);
        out.grow(Varint.SIZE_MAX + size + 1);
        out.putVarint(size + 1);
        if (size == message.length()) for (int i = 0; i < size; i++) out.putU8(message.charAt(i));
        else out.put(message.getBytes(StandardCharsets.UTF_8));
        out.putU8('\n');
    }

    /** The list as deployed peers write it: all ids, each as a message, in one message that ends with a newline of its own. */
    private static void putList(Buf out, List<String> ids) {
        Buf inner = new Buf(256);
        for (String id : ids) {
            if (inner.size() + 2 + 4 * id.length() + 2 > LIST_MAX) break; // 4 bytes a character at most, 2 for either length
            put(inner, id);
        }
        out.grow(Varint.SIZE_MAX + inner.size() + 1);
        out.putVarint(inner.size() + 1).put(inner.array, inner.start, inner.size()).putU8('\n');
    }

    /** What the peer sent, for a message to people: bounded, and printable ASCII only. */
    private static String shown(String text) {
        StringBuilder s = new StringBuilder();
        for (int i = 0; i < Math.min(text.length(), SHOWN_MAX); i++) {
            char c = text.charAt(i);
            s.append(c >= ' ' && c < 0x7f ? c : '?');
        }
        return s.append(text.length() > SHOWN_MAX ? "..." : "").toString();
    }
}
