package libp2p.testkit;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Set;
import libp2p.core.Buf;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.Loop;
import libp2p.core.net.BaseStream;
import libp2p.core.net.Connection;
import libp2p.core.net.Scope;
import libp2p.core.net.StreamHandler;
import libp2p.core.wire.KnownConnection;

/** One end of a connection of {@link MemoryTransport}. */
final class MemoryConnection extends KnownConnection {
    private final MemoryTransport.Network network;
    private final Set<End> streams = new LinkedHashSet<>();
    private MemoryConnection other;
    private boolean draining;
    private long drainCode;

    MemoryConnection(Facts facts, Surroundings node, Scope scope, MemoryTransport.Network network) {
        super(facts, node, scope);
        this.network = network;
    }

    void join(MemoryConnection far) {
        other = far;
    }

    @Override
    protected Cancellable openRaw(StreamHandler handler) {
        End near = new End(handler);
        if (end() != null || draining) {
            loop().execute(() -> handler.onClose(null, CloseReason.of(CloseReason.Kind.REFUSED, "the connection ends")));
            return Cancellable.NONE;
        }
        streams.add(near);
        loop().execute(near::open);
        other.loop().execute(() -> other.arrive(near));
        return () -> loop().execute(() -> near.reset(Codes.NONE));
    }

    private void arrive(End from) {
        if (end() != null || draining) {
            CloseReason no = CloseReason.of(CloseReason.Kind.PEER_RESET, draining ? drainCode : Codes.NONE, "the connection ends");
            from.post(() -> from.ended(no));
            return;
        }
        End here = new End(inboundStream());
        here.peer = from;
        from.post(() -> from.meet(here));
        streams.add(here);
        here.open();
    }

    @Override
    protected void drainRaw(long code) {
        draining = true;
        drainCode = code;
        for (End s : new ArrayList<>(streams)) s.draining();
        loop().execute(this::closeIfDrained);
    }

    private void closeIfDrained() {
        if (draining && streams.isEmpty() && end() == null) closeRaw(CloseReason.of(CloseReason.Kind.CANCELLED, drainCode, "drained"));
    }

    @Override
    protected void closeRaw(CloseReason reason) {
        other.loop().execute(() -> other.end(CloseReason.of(CloseReason.Kind.CONNECTION_CLOSED, reason.code(), "by the peer")));
        end(reason);
    }

    private void end(CloseReason reason) {
        if (end() != null) return;
        for (End s : new ArrayList<>(streams)) s.gone(reason.code());
        over(reason);
    }

    /** One end of a stream. */
    private final class End extends BaseStream {
        private final ArrayList<Runnable> early = new ArrayList<>(); // for a peer that is not there yet
        private End peer;
        private int room = network.window();
        private boolean wanting;

        End(StreamHandler handler) {
            super(handler, surroundings().observer());
        }

        void open() {
            if (!isEnded()) opened();
        }

        void meet(End far) {
            peer = far;
            for (Runnable r : early) far.post(r);
            early.clear();
        }

        void post(Runnable task) {
            loop().execute(task);
        }

        void gone(long code) {
            ended(CloseReason.of(CloseReason.Kind.CONNECTION_CLOSED, code, ""));
        }

        private void there(Runnable task) {
            if (peer == null) early.add(task);
            else peer.post(task);
        }

        @Override
        protected int transmit(Buf source) {
            int n = Math.min(room, source.size());
            wanting |= n < source.size();
            room -= n;
            for (int left = n; left > 0; ) {
                byte[] piece = source.take(Math.min(left, network.cut()));
                left -= piece.length;
                there(() -> peer.arrived(new Buf(piece)));
            }
            return n;
        }

        @Override
        protected void transmitFinish() {
            there(() -> peer.arrivedEnd());
        }

        @Override
        protected void transmitReset(long code) {
            there(() -> peer.arrivedReset(code));
        }

        @Override
        protected void transmitStop(long code) {
            there(() -> peer.arrivedStop(code));
        }

        @Override
        protected void consumed(int n) {
            there(() -> peer.credit(n));
        }

        private void credit(int n) {
            room += n;
            if (!wanting) return;
            wanting = false;
            writable();
        }

        @Override
        protected void removed(CloseReason reason) {
            streams.remove(this);
            if (draining) loop().execute(MemoryConnection.this::closeIfDrained);
        }

        @Override
        public Connection connection() {
            return MemoryConnection.this;
        }

        @Override
        public Loop loop() {
            return MemoryConnection.this.loop();
        }
    }
}
