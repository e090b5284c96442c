package libp2p.core.node;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import libp2p.core.Buf;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Connection;
import libp2p.core.net.OpenOptions;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.multiformats.Nullable;

/** What waits for one peer of {@link Messages}, and the stream it goes out on. On the node's loop; a {@link Flow} on the connection's. */
final class Outbox {
    private static final long OPEN_AGAIN_NANOS_MAX = 10_000_000_000L;

    private record Entry(byte[] frame, long untilNanos) {}

    /** What waits in a lane. */
    static final class Line {
        private final LinkedHashMap<Object, Entry> entries = new LinkedHashMap<>(4);
        private long bytes;
    }

    private final PeerId peer;
    private final Messages<?> messages;
    private final @Nullable Line[] lines; // by lane; those where nothing waits are not there
    private @Nullable Flow flow; // open, or being opened
    private @Nullable Connection connection;
    private boolean ready;
    private long readyAt;
    private int attempts;
    private int transit;
    private boolean dirty;
    private boolean closed;
    private Cancellable again = Cancellable.NONE;

    Outbox(PeerId peer, Messages<?> messages) {
        this.peer = peer;
        this.messages = messages;
        lines = new Line[messages.params().lanes().size()];
    }

    // ---- the stream

    void open() {
        if (flow != null || closed || attempts >= messages.params().opensMax()) return;
        for (Connection c : messages.node().connections(peer)) {
            if (c.limited()) continue;
            attempts++;
            again.cancel();
            Flow f = new Flow();
            flow = f;
            connection = c;
            f.opening = c.open(messages.ids(), OpenOptions.DEFAULT, f);
            return;
        }
    }

    void openAnew() {
        if (flow == null) attempts = 0;
        open();
    }

    private void opened(Flow f, String protocol) {
        Connection c = connection;
        if (flow != f || c == null) return;
        ready = true;
        readyAt = messages.node().loop().nanoTime();
        messages.receiver().onReady(peer, c, protocol);
        pump();
    }

    private void ended(Flow f, CloseReason reason) {
        if (flow != f) return;
        flow = null;
        connection = null;
        transit = 0;
        Arrays.fill(lines, null);
        long now = messages.node().loop().nanoTime();
        if (ready && now - readyAt > OPEN_AGAIN_NANOS_MAX) attempts = 0;
        if (ready) {
            ready = false;
            messages.receiver().onUnready(peer, reason);
        }
        if (closed || reason.kind() == CloseReason.Kind.UNSUPPORTED) return;
        long wait = Math.min(OPEN_AGAIN_NANOS_MAX, messages.params().openAgainNanos() << Math.min(20, Math.max(0, attempts - 1)));
        again = messages.node().loop().schedule(wait, this::open);
    }

    /** Gives up the stream; nobody hears of its end. */
    void close() {
        end(false);
    }

    /** The same, after what is on its way. */
    void finish() {
        pump();
        end(true);
    }

    private void end(boolean gently) {
        closed = true;
        again.cancel();
        Flow f = flow;
        Connection c = connection;
        flow = null;
        if (f == null || c == null) return;
        f.opening.cancel();
        c.loop().execute(() -> f.end(gently));
    }

    // ---- what waits

    boolean add(byte[] frame, int lane, @Nullable Object key, long untilNanos) {
        Line l = lines[lane];
        if (l == null) {
            l = messages.line();
            lines[lane] = l;
        }
        if (key != null && l.entries.containsKey(key)) return true;
        Messages.Lane bounds = messages.params().lanes().get(lane);
        if (l.entries.size() >= bounds.framesMax() || !l.entries.isEmpty() && l.bytes + frame.length > bounds.bytesMax()) {
            expire(l);
            if (l.entries.size() >= bounds.framesMax() || !l.entries.isEmpty() && l.bytes + frame.length > bounds.bytesMax()) return false;
        }
        l.entries.put(key == null ? new Object() : key, new Entry(frame, untilNanos));
        l.bytes += frame.length;
        if (!dirty && ready) {
            dirty = true;
            messages.dirty(this);
        }
        return true;
    }

    private void expire(Line l) {
        long now = messages.node().loop().nanoTime();
        for (Iterator<Entry> i = l.entries.values().iterator(); i.hasNext();) {
            Entry e = i.next();
            if (e.untilNanos >= now) continue;
            l.bytes -= e.frame.length;
            i.remove();
        }
    }

    boolean drop(Object key) {
        for (Line l : lines) {
            Entry e = l == null ? null : l.entries.remove(key);
            if (e == null) continue;
            l.bytes -= e.frame.length;
            return true;
        }
        return false;
    }

    int frames() {
        int n = 0;
        for (int i = 0; i < lines.length; i++) n += frames(i);
        return n;
    }

    int frames(int lane) {
        Line l = lines[lane];
        return l == null ? 0 : l.entries.size();
    }

    long bytes() {
        long n = 0;
        for (Line l : lines) if (l != null) n += l.bytes;
        return n;
    }

    /** Sends off what may be on its way, in one hop; on the connection's own loop, as much as the stream takes. */
    void pump() {
        dirty = false;
        Flow f = flow;
        Connection c = connection;
        if (!ready || f == null || c == null) return;
        boolean here = c.loop() == messages.node().loop();
        while (true) {
            List<Buf> batch = take();
            if (batch == null) return;
            if (!here) {
                c.loop().execute(() -> f.hand(batch));
                return;
            }
            transit -= f.write(batch);
            if (transit > 0) return;
        }
    }

    /** The frames that go next; null if none may. */
    private @Nullable List<Buf> take() {
        List<Buf> batch = null;
        long now = messages.node().loop().nanoTime();
        for (int lane = 0; lane < lines.length; lane++) {
            Line l = lines[lane];
            if (l == null) continue;
            Iterator<Map.Entry<Object, Entry>> i = l.entries.entrySet().iterator();
            while (i.hasNext()) {
                Entry e = i.next().getValue();
                if (e.untilNanos >= now) {
                    if (transit > 0 && transit + e.frame.length > messages.params().transitMax()) return batch;
                    if (batch == null) batch = new ArrayList<>();
                    batch.add(new Buf(e.frame));
                    transit += e.frame.length;
                }
                l.bytes -= e.frame.length;
                i.remove();
            }
            lines[lane] = null;
            messages.spare(l);
        }
        return batch;
    }

    private void written(Flow f, int n) {
        if (flow != f) return;
        transit -= n;
        if (dirty || frames() == 0) return;
        dirty = true;
        messages.dirty(this);
    }

    /** The stream itself. */
    private final class Flow implements StreamHandler {
        private Cancellable opening = Cancellable.NONE; // on the node's loop
        private @Nullable Stream stream;
        private final ArrayDeque<Buf> queue = new ArrayDeque<>(1);
        private boolean over;
        private boolean finishing;

        /** What the stream took at once of this and of what waited before. */
        int write(List<Buf> batch) {
            if (over) return 0;
            Stream s = stream;
            if (s != null) for (Buf frame : batch) messages.node().observer().message(s.connection(), s.protocol(), false, frame.size());
            queue.addAll(batch);
            return drain();
        }

        void hand(List<Buf> batch) {
            report(write(batch));
        }

        void end(boolean gently) {
            over = true;
            finishing = gently;
            Stream s = stream;
            if (s == null) return;
            if (!gently) s.reset(Codes.NONE);
            else drain();
        }

        private int drain() {
            Stream s = stream;
            if (s == null) return 0;
            int n = 0;
            while (!queue.isEmpty()) {
                Buf head = queue.peek();
                n += s.write(head);
                if (!head.isEmpty()) break;
                queue.remove();
            }
            if (finishing && queue.isEmpty()) s.finish();
            return n;
        }

        private void report(int taken) {
            if (taken > 0 && !over) home(() -> written(this, taken));
        }

        private void home(Runnable task) {
            messages.node().loop().execute(task);
        }

        @Override
        public void onOpen(Stream s) {
            stream = s;
            if (over) {
                s.reset(Codes.NONE);
                return;
            }
            String protocol = s.protocol();
            home(() -> opened(this, protocol));
        }

        @Override
        public void onData(Stream s, Buf data) {
            data.skip(data.size()); // nothing is to be said here; what is, costs nobody but the peer
        }

        @Override
        public void onWritable(Stream s) {
            report(drain());
        }

        @Override
        public void onFinish(Stream s) {}

        @Override
        public void onStop(Stream s, long code) {
            s.reset(Codes.NONE);
        }

        @Override
        public void onClose(@Nullable Stream s, CloseReason reason) {
            over = true;
            queue.clear();
            home(() -> ended(this, reason));
        }
    }
}
