package libp2p.testkit.select;

import java.util.ArrayList;
import java.util.List;
import libp2p.core.Buf;
import libp2p.core.CloseReason;
import libp2p.core.Loop;
import libp2p.core.net.BaseStream;
import libp2p.core.net.Connection;
import libp2p.core.net.Observer;
import libp2p.core.net.StreamHandler;
import libp2p.testkit.TestLoop;

/** A stream whose wire is a test: it says what arrives and how much may leave, and sees what left. */
final class LineStream extends BaseStream {
    final TestLoop loop;
    final Buf sent = new Buf(64);
    final List<Long> resets = new ArrayList<>();
    final List<Throwable> bugs;
    int room = Integer.MAX_VALUE;

    private LineStream(TestLoop loop, StreamHandler handler, List<Throwable> bugs) {
        super(handler, new Observer() {
            @Override
            public void bug(String where, Throwable bug) {
                bugs.add(bug);
            }
        });
        this.loop = loop;
        this.bugs = bugs;
    }

    /** Open, with room for so many bytes. */
    static LineStream open(StreamHandler handler, int room) {
        LineStream s = new LineStream(TestLoop.alone(), handler, new ArrayList<>());
        s.room = room;
        s.loop.run(s::opened);
        return s;
    }

    static LineStream open(StreamHandler handler) {
        return open(handler, Integer.MAX_VALUE);
    }

    void arrive(byte[] data) {
        loop.run(() -> arrived(new Buf(data)));
    }

    void arriveEnd() {
        loop.run(this::arrivedEnd);
    }

    void arriveReset(long code) {
        loop.run(() -> arrivedReset(code));
    }

    void arriveStop(long code) {
        loop.run(() -> arrivedStop(code));
    }

    void moreRoom(int n) {
        room += n;
        loop.run(this::writable);
    }

    byte[] takeSent() {
        byte[] b = sent.takeAll();
        sent.clear();
        return b;
    }

    @Override
    protected int transmit(Buf source) {
        int n = Math.min(room, source.size());
        sent.grow(n);
        source.moveTo(sent, n);
        room -= n;
        return n;
    }

    @Override
    protected void transmitFinish() {}

    @Override
    protected void transmitReset(long code) {
        resets.add(code);
    }

    @Override
    protected void consumed(int n) {}

    @Override
    protected void removed(CloseReason reason) {}

    @Override
    public Connection connection() {
        throw new UnsupportedOperationException("a line has no connection");
    }

    @Override
    public Loop loop() {
        return loop;
    }
}
