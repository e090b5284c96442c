package libp2p.sim;

import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.net.Connection;
import libp2p.core.net.Dial;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;

/** One dial: it arrives, as an event of the host that is dialled, and is answered, as an event of the host that dials. */
final class Attempt extends Event implements Cancellable, Line {
    private static final CloseReason STRANGER = CloseReason.of(CloseReason.Kind.VIOLATION, "another peer");

    private final SimTransport transport;
    private final Dial dial;
    private final Callback<? super Connection> done;
    private Network.@Nullable Route route;
    private Cancellable timer = Cancellable.NONE;
    private long lastArrival;
    private @Nullable SimConnection end; // ours, in the fidelity STREAMS
    private boolean over;

    Attempt(SimTransport transport, Dial dial, Callback<? super Connection> done) {
        this.transport = transport;
        this.dial = dial;
        this.done = done;
    }

    SimTransport transport() {
        return transport;
    }

    Dial dial() {
        return dial;
    }

    void begin() {
        SimHost host = transport.host();
        long wait = dial.deadlineNanos() == 0 ? transport.node().limits().connectNanos() : dial.deadlineNanos() - host.nanoTime();
        timer = host.schedule(Math.max(0, wait), () -> fail(CloseReason.of(CloseReason.Kind.TIMED_OUT, "nobody answers")));
        Network.Route r = host.world().network().route(host, dial);
        if (r == null) return;
        route = r;
        if (!host.world().fidelity().isBytes()) end = transport.connection(r.to(), dial.address(), false);
        host.world().network().send(this, this, 0);
    }

    /** The end of the host that dials. */
    SimConnection end() {
        SimConnection c = end;
        if (c == null) throw new IllegalStateException("nothing is dialled, or a pipe");
        return c;
    }

    @Override
    public void cancel() {
        transport.host().execute(() -> fail(CloseReason.CANCELLED));
    }

    private void fail(CloseReason reason) {
        if (over) return;
        over = true;
        timer.cancel();
        done.done(null, reason);
    }

    private Network.Route route() {
        Network.Route r = route;
        if (r == null) throw new IllegalStateException("leads nowhere");
        return r;
    }

    // ---- at the host that is dialled

    @Override
    void run() {
        Answer answer = to().transport().knocked(this, route().source());
        to().world().network().send(answer, answer.line, 0);
    }

    Answer refused(CloseReason why) {
        return new Answer(this, new Back(this), why, null, null);
    }

    Answer taken(SimConnection there) {
        return new Answer(this, there, null, there, null);
    }

    Answer taken(SimPipe there) {
        return new Answer(this, there, null, null, there);
    }

    /** What comes back. */
    static final class Answer extends Event {
        private final Attempt attempt;
        private final Line line;
        private final @Nullable CloseReason refusal;
        private final @Nullable SimConnection connection;
        private final @Nullable SimPipe pipe;

        Answer(Attempt attempt, Line line, @Nullable CloseReason refusal, @Nullable SimConnection connection, @Nullable SimPipe pipe) {
            this.attempt = attempt;
            this.line = line;
            this.refusal = refusal;
            this.connection = connection;
            this.pipe = pipe;
        }

        @Override
        void run() {
            if (refusal != null) attempt.fail(refusal);
            else if (connection != null) attempt.connected();
            else if (pipe != null) attempt.connected(pipe);
        }

        @Override
        Kind kind() {
            return Kind.ANSWER;
        }

        @Override
        SimHost host() {
            return attempt.from();
        }

        @Override
        public String toString() {
            return refusal == null ? "is connected to " + line.from() : "is refused by " + line.from() + ": " + refusal;
        }
    }

    // ---- at the host that dials

    private void connected() {
        SimConnection here = end();
        here.lastArrival(lastArrival);
        CloseReason no = null;
        if (over) no = CloseReason.CANCELLED;
        else if (dial.expected() != null && !dial.expected().equals(here.remote())) no = STRANGER;
        else if (!here.count()) no = SimTransport.full();
        if (no != null) {
            here.close(no);
            fail(no);
            return;
        }
        over = true;
        timer.cancel();
        transport.node().observer().connected(here);
        done.done(here, null);
        transport.introduced(here, to());
    }

    private void connected(SimPipe there) {
        SimPipe here = new SimPipe(from(), to(), there.remoteAddress(), dial.address());
        here.join(there);
        here.lastArrival(lastArrival);
        if (over) {
            here.close(CloseReason.CANCELLED);
            return;
        }
        over = true;
        timer.cancel();
        transport.node().upgrader().upgrade(here, dial, done);
    }

    // ---- the line there, and back

    @Override
    Kind kind() {
        return Kind.KNOCK;
    }

    @Override
    SimHost host() {
        return to();
    }

    @Override
    public SimHost from() {
        return transport.host();
    }

    @Override
    public SimHost to() {
        return route().to();
    }

    @Override
    public long lastArrival() {
        return lastArrival;
    }

    @Override
    public void lastArrival(long time) {
        lastArrival = time;
    }

    @Override
    public String toString() {
        return "is dialled by " + from();
    }

    /** The way back of an answer that makes no connection. */
    private record Back(Attempt attempt) implements Line {
        @Override
        public SimHost from() {
            return attempt.to();
        }

        @Override
        public SimHost to() {
            return attempt.from();
        }

        @Override
        public long lastArrival() {
            return 0;
        }

        @Override
        public void lastArrival(long time) {}
    }
}
