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
    /** Until a dial that was not heard goes again, the first time: TCP's initial retransmission time-out, RFC 6298 section 2.1. */
    private static final long AGAIN_FIRST = World.SECOND;

    private static final CloseReason STRANGER = CloseReason.of(CloseReason.Kind.VIOLATION, "another peer");

    private final SimTransport transport;
    private final Dial dial;
    private final Callback<? super Connection> done;
    private Network.@Nullable Route route;
    private Cancellable timer = Cancellable.NONE;
    private Cancellable again = Cancellable.NONE;
    private long wait = AGAIN_FIRST;
    private long lastArrival;
    private boolean flying; // on its way there
    private boolean heard; // it arrived, and the answer is on its way
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
        Life life = transport.life();
        long most = dial.deadlineNanos() == 0 ? transport.node().limits().connectNanos() : dial.deadlineNanos() - life.nanoTime();
        timer = life.schedule(Math.max(0, most), () -> fail(CloseReason.of(CloseReason.Kind.TIMED_OUT, "nobody answers")));
        if (dial.fromListenPort()) transport.dialsFromListenPort(this, true);
        knock();
    }

    /** Goes there; what does not arrive goes again, in times that double. */
    private void knock() {
        if (over || heard) return;
        if (!flying) {
            Network network = transport.host().world().network();
            Network.Route r = network.route(transport.host(), dial);
            route = r;
            flying = r != null && network.knock(this);
            if (flying && r != null && r.flow() == null) return; // nothing can hold it up there
        }
        again = transport.life().schedule(wait, this::knock);
        wait *= 2;
    }

    /** The end of the host that dials, made when the other has heard of it: dials under way are many, and this the larger part of one. */
    SimConnection end() {
        SimConnection c = end;
        if (c == null) {
            c = transport.connection(to().life(), dial.address(), false, route().flow());
            end = c;
        }
        return c;
    }

    @Override
    public void cancel() {
        transport.life().execute(() -> fail(CloseReason.CANCELLED));
    }

    private void fail(CloseReason reason) {
        if (ends()) done.done(null, reason);
    }

    /** Whether it was under way until now. */
    private boolean ends() {
        if (over) return false;
        over = true;
        timer.cancel();
        again.cancel();
        if (dial.fromListenPort()) transport.dialsFromListenPort(this, false);
        return true;
    }

    private Network.Route route() {
        Network.Route r = route;
        if (r == null) throw new IllegalStateException("leads nowhere");
        return r;
    }

    // ---- at the host that is dialled

    @Override
    public void run() {
        flying = false;
        SimHost there = to();
        if (over && dial.fromListenPort()) return; // crossed, and connected already
        Flow flow = route().flow();
        if (flow != null && !flow.admits(there.world().now())) return;
        if (!there.isUp() && !there.world().network().answersFor(there)) return;
        heard = true;
        Answer answer = there.isUp()
                ? there.transport().knocked(this, route())
                : refused(CloseReason.of(CloseReason.Kind.UNREACHABLE, "nobody listens"));
        there.world().network().send(answer, answer.line, 0);
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
        public void run() {
            if (attempt.transport.life().isOver()) attempt.from().world().network().unknown(line);
            else if (refusal != null) attempt.fail(refusal);
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
        here.farGone(); // then we shall hear it
        CloseReason no = over ? CloseReason.CANCELLED : unfit(here);
        if (no != null) {
            here.close(no);
            fail(no);
            return;
        }
        connected(here, to());
    }

    private void connected(SimConnection here, SimHost other) {
        ends();
        transport.node().observer().connected(here);
        done.done(here, null);
        transport.introduced(here, other);
    }

    private @Nullable CloseReason unfit(SimConnection here) {
        if (dial.expected() != null && !dial.expected().equals(here.remote())) return STRANGER;
        return here.count() ? null : SimTransport.full();
    }

    private void connected(SimPipe there) {
        SimPipe here = new SimPipe(transport.life(), to(), local(there.remoteAddress()), dial.address(), route().flow());
        here.join(there);
        here.lastArrival(lastArrival);
        if (!ends()) {
            here.close(CloseReason.CANCELLED);
            return;
        }
        transport.node().upgrader().upgrade(here, dial, done);
    }

    /** Our own address: behind a NAT it is not what the peer sees. */
    private Multiaddr local(Multiaddr seen) {
        return from().nat() == null ? seen : from().address();
    }

    /** A dial of theirs has arrived from where this goes to, and is its connection; null if we do not take it. In a turn of ours. */
    @Nullable SimConnection cross(Attempt theirs, Network.Route route) {
        SimConnection before = end;
        SimConnection here = before == null ? transport.connection(theirs.transport.life(), dial.address(), false, route.flow()) : before;
        end = here;
        here.join(theirs.end());
        CloseReason no = unfit(here);
        if (no != null) {
            fail(no);
            return null;
        }
        connected(here, theirs.from());
        return here;
    }

    /** The same with a pipe, to be upgraded in the role of our dial. */
    void cross(SimPipe here) {
        ends();
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
    public void lost(CloseReason reason) {
        fail(reason);
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

        @Override
        public void lost(CloseReason reason) {}
    }
}
