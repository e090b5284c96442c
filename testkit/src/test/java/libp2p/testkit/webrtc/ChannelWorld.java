package libp2p.testkit.webrtc;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import libp2p.core.Buf;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Rng;
import libp2p.core.Violation;
import libp2p.core.net.Limits;
import libp2p.core.wire.Muxer;
import libp2p.core.wire.sctp.Association;
import libp2p.core.wire.sctp.SctpSettings;
import libp2p.core.wire.webrtc.ChannelSession;
import libp2p.testkit.MuxEnd;
import libp2p.testkit.StreamProbe;
import libp2p.testkit.TestLoop;

/** Two ends of a WebRTC connection without DTLS, and a network between them that loses and delays packets by a seed. */
final class ChannelWorld {
    static final long MILLI = 1_000_000L;

    final TestLoop loop = TestLoop.alone();
    final Rng rng;
    final End client;
    final End server;
    int lost; // of a thousand packets

    ChannelWorld(long seed, Limits limits) {
        rng = Rng.seeded(seed);
        client = new End(true, limits);
        server = new End(false, limits);
        client.peer = server;
        server.peer = client;
        client.sctp.connect(loop.nanoTime());
        client.pump();
        until(() -> client.sctp.isEstablished() && server.sctp.isEstablished());
    }

    /** Lets time pass until something holds, for at most two minutes. */
    void until(BooleanSupplier holds) {
        for (int i = 0; i < 120_000; i++) {
            loop.settle();
            if (holds.getAsBoolean()) return;
            loop.advance(MILLI);
        }
        throw new AssertionError("it never came: " + client + ", " + server);
    }

    final class End implements Association.Events, Muxer {
        final Association sctp;
        final ChannelSession session;
        final List<StreamProbe> inbound = new ArrayList<>();
        Violation violation;
        boolean raw; // its session hears nothing
        private final boolean even;
        private ChannelSession made;
        private End peer;
        private Cancellable timer = Cancellable.NONE;
        private boolean posted;

        End(boolean even, Limits limits) {
            this.even = even;
            this.sctp = new Association(SctpSettings.DEFAULT, Rng.seeded(rng.nextLong()), this);
            new MuxEnd(this, loop, even, limits, StreamProbe.each(inbound, StreamProbe::echo));
            this.session = made;
        }

        @Override
        public String id() {
            return "/webrtc";
        }

        @Override
        public Session start(Context c) {
            made = new ChannelSession(
                    new Context(c.connection(), c.initiator(), c.accept(), this::post, c.readReady(), c.ended(), c.plainMax(),
                            c.workspace(), c.limits(), c.scope(), c.observer()),
                    sctp, even);
            return made;
        }

        private void post() {
            if (posted) return;
            posted = true;
            loop.execute(this::pump);
        }

        void pump() {
            posted = false;
            Buf packet = new Buf(SctpSettings.DEFAULT.packetMax());
            while (sctp.transmit(packet.clear(), loop.nanoTime())) {
                byte[] p = packet.takeAll();
                long delay = MILLI * (5 + rng.nextInt(5));
                if (rng.nextInt(1000) >= lost) loop.schedule(delay, () -> peer.take(p));
            }
            timer.cancel();
            long at = sctp.deadlineNanos();
            if (at != Long.MAX_VALUE) timer = loop.schedule(at - loop.nanoTime(), this::expired);
        }

        private void expired() {
            sctp.expire(loop.nanoTime());
            pump();
        }

        private void take(byte[] packet) {
            try {
                sctp.receive(new Buf(packet), loop.nanoTime());
                session.sent();
            } catch (Violation v) {
                violation = v;
                sctp.abort(v.code(), v.getMessage());
            }
            pump();
        }

        @Override
        public String toString() {
            return "violation " + violation + ", room " + sctp.room() + ", idle " + sctp.isIdle() + ", streams " + session.streams()
                    + ", lingers " + session.lingers() + ", ended " + sctp.isEnded();
        }

        @Override
        public void established() {}

        @Override
        public void data(int channel, int ppid, Buf data, boolean begins, boolean ends) {
            if (raw) sctp.read(data.size());
            else session.data(channel, ppid, data, begins, ends);
        }

        @Override
        public void peerReset(int channel) {
            session.peerReset(channel);
        }

        @Override
        public void resetDone(int channel) {
            session.resetDone(channel);
        }

        @Override
        public void ended(CloseReason reason) {
            session.close(reason);
        }
    }
}
