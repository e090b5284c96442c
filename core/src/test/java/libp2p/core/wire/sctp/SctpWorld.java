package libp2p.core.wire.sctp;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import libp2p.core.Buf;
import libp2p.core.CloseReason;
import libp2p.core.Rng;
import libp2p.core.Violation;

/** Two associations, virtual time, and a network between them that loses, delays, doubles and damages by a seed. */
final class SctpWorld {
    static final long MILLI = 1_000_000L;

    /** What the network does, in each thousand packets, and how long it takes. */
    record Net(int lost, int doubled, int damaged, long delayNanos, long jitterNanos) {
        static final Net GOOD = new Net(0, 0, 0, 10 * MILLI, 0);
        static final Net BAD = new Net(50, 20, 20, 10 * MILLI, 15 * MILLI);
    }

    private record Flight(long at, long order, End to, byte[] packet) {}

    final Rng rng;
    final End a;
    final End b;
    Net net = Net.GOOD;
    long now = 1;
    int packets;
    private long order;
    private final PriorityQueue<Flight> flights = new PriorityQueue<>((x, y) -> {
        int c = Long.compare(x.at, y.at);
        return c != 0 ? c : Long.compare(x.order, y.order);
    });

    SctpWorld(long seed, SctpSettings settings) {
        rng = Rng.seeded(seed);
        a = new End(settings);
        b = new End(settings);
        a.peer = b;
        b.peer = a;
    }

    static SctpWorld connected(long seed, SctpSettings settings) {
        SctpWorld w = new SctpWorld(seed, settings);
        w.a.machine.connect(w.now);
        w.until(() -> w.a.machine.isEstablished() && w.b.machine.isEstablished());
        return w;
    }

    /** Lets events happen until something holds, for at most ten minutes. */
    void until(BooleanSupplier holds) {
        long end = now + 600_000 * MILLI;
        while (!holds.getAsBoolean()) {
            if (!step() || now > end) throw new AssertionError("it never came: " + a + ", " + b);
        }
    }

    /** Lets so much time pass. */
    void pass(long nanos) {
        long end = now + nanos;
        while (nextAt() <= end) step();
        now = end;
    }

    private long nextAt() {
        a.flush();
        b.flush();
        long timers = Math.min(a.machine.deadlineNanos(), b.machine.deadlineNanos());
        Flight f = flights.peek();
        return f == null ? timers : Math.min(timers, f.at);
    }

    private boolean step() {
        long at = nextAt();
        if (at == Long.MAX_VALUE) return false;
        now = Math.max(now, at);
        Flight f = flights.peek();
        if (f != null && f.at <= now) {
            flights.poll();
            f.to.take(f.packet);
        } else {
            a.machine.expire(now);
            b.machine.expire(now);
        }
        return true;
    }

    private void post(End to, byte[] packet) {
        packets++;
        if (rng.nextInt(1000) < net.lost) return;
        int times = rng.nextInt(1000) < net.doubled ? 2 : 1;
        for (int i = 0; i < times; i++) {
            byte[] p = packet.clone();
            if (rng.nextInt(1000) < net.damaged) p[rng.nextInt(p.length)] ^= (byte) (1 << rng.nextInt(8));
            long late = net.jitterNanos == 0 ? 0 : (long) (rng.nextDouble() * net.jitterNanos);
            flights.add(new Flight(now + net.delayNanos + late, order++, to, p));
        }
    }

    /** One end, which reads at once unless it is told not to. */
    final class End implements Association.Events {
        final Association machine;
        final TreeMap<Integer, ByteArrayOutputStream> received = new TreeMap<>();
        final List<Integer> messages = new ArrayList<>(); // sizes, in the order of their ends
        final List<String> story = new ArrayList<>();
        CloseReason end;
        boolean reads = true;
        int unread;
        boolean silent; // sends nothing any more
        private int size;
        private End peer;

        End(SctpSettings settings) {
            machine = new Association(settings, Rng.seeded(rng.nextLong()), this);
        }

        void flush() {
            Buf packet = new Buf(1192);
            for (int i = 0; i < 10_000; i++) {
                if (!machine.transmit(packet.clear(), now)) return;
                if (packet.size() > 1192) throw new AssertionError("too long: " + packet.size());
                if (!silent) post(peer, packet.takeAll());
            }
            throw new AssertionError("it never stops sending");
        }

        void take(byte[] packet) {
            try {
                machine.receive(new Buf(packet), now);
            } catch (Violation v) {
                machine.abort(v.code(), v.getMessage());
                end = CloseReason.of(v);
            }
        }

        void readAll() {
            machine.read(unread);
            unread = 0;
        }

        byte[] received(int stream) {
            ByteArrayOutputStream r = received.get(stream);
            return r == null ? new byte[0] : r.toByteArray();
        }

        @Override
        public void established() {
            story.add("established");
        }

        @Override
        public void data(int stream, int ppid, Buf data, boolean begins, boolean ends) {
            if (begins) size = 0;
            size += data.size();
            int n = data.size();
            received.computeIfAbsent(stream, k -> new ByteArrayOutputStream()).writeBytes(data.takeAll());
            if (ends) messages.add(size);
            if (reads) machine.read(n);
            else unread += n;
        }

        @Override
        public void peerReset(int stream) {
            story.add("peer reset " + stream);
        }

        @Override
        public void resetDone(int stream) {
            story.add("reset " + stream);
        }

        @Override
        public void ended(CloseReason reason) {
            if (end != null) throw new AssertionError("ended twice");
            end = reason;
        }

        @Override
        public String toString() {
            return story + " " + received.keySet() + " " + end + " until " + machine.deadlineNanos() + " at " + now;
        }
    }
}
