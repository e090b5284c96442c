package libp2p.testkit.yamux;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import libp2p.core.Buf;
import libp2p.core.net.Limits;
import libp2p.core.wire.yamux.Yamux;
import libp2p.testkit.MuxEnd;
import libp2p.testkit.StreamProbe;
import libp2p.testkit.TestLoop;

/** A peer that writes frames as a test says, joined to a session of ours that accepts with probes. */
final class RawYamux {
    static final int DATA = 0;
    static final int UPDATE = 1;
    static final int PING = 2;
    static final int GOAWAY = 3;
    static final int SYN = 1;
    static final int ACK = 2;
    static final int FIN = 4;
    static final int RST = 8;
    static final int WINDOW = 256 * 1024;

    /** A frame that our session sent. */
    record Frame(int type, int flags, int id, int length, byte[] body) {
        static Frame of(int type, int flags, int id, int length) {
            return new Frame(type, flags, id, length, new byte[0]);
        }

        boolean is(int otherType, int otherFlags, int otherId) {
            return type == otherType && flags == otherFlags && id == otherId;
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof Frame f && is(f.type, f.flags, f.id) && length == f.length && java.util.Arrays.equals(body, f.body);
        }

        @Override
        public int hashCode() {
            return type + flags + id + length;
        }
    }

    final TestLoop loop = TestLoop.alone();
    final List<StreamProbe> accepted = new ArrayList<>();
    final MuxEnd end;

    /** Our session is the listener; the peer's streams are odd. */
    RawYamux() {
        this(Limits.DEFAULT, p -> p);
    }

    RawYamux(Limits limits, Function<StreamProbe, StreamProbe> like) {
        end = new MuxEnd(new Yamux(), loop, false, limits, StreamProbe.each(accepted, like));
        frames(); // the first ping
    }

    static byte[] frame(int type, int flags, int id, int length) {
        return new Buf(12).putI32(type << 16 | flags).putI32(id).putI32(length).takeAll();
    }

    static byte[] data(int flags, int id, byte[] body) {
        return new Buf(12 + body.length).put(frame(DATA, flags, id, body.length)).put(body).takeAll();
    }

    void feed(int type, int flags, int id, int length) {
        end.feed(frame(type, flags, id, length));
    }

    void feedData(int flags, int id, byte[] body) {
        end.feed(data(flags, id, body));
    }

    /** What was sent since the last call. */
    List<Frame> frames() {
        Buf b = new Buf(end.takeSent());
        List<Frame> list = new ArrayList<>();
        while (!b.isEmpty()) {
            int head = b.i32();
            int id = b.i32();
            int length = b.i32();
            int type = head >>> 16;
            list.add(new Frame(type, head & 0xffff, id, length, type == DATA ? b.take(length) : new byte[0]));
        }
        return list;
    }

    /** The reset of that stream among what was sent since the last call. */
    Frame reset(int id) {
        return frames().stream().filter(f -> f.is(UPDATE, RST, id)).findFirst().orElseThrow();
    }
}
