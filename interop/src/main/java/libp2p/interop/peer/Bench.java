package libp2p.interop.peer;

import java.util.List;
import java.util.Map;
import libp2p.core.Buf;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Connection;
import libp2p.core.net.Dial;
import libp2p.core.net.OpenOptions;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.identify.Identify;
import libp2p.interop.peer.JavaPeer.Lines;
import libp2p.jvm.Host;
import libp2p.jvm.P2pException;
import libp2p.multiformats.Multiaddr;
import libp2p.ping.Ping;

/** Work to be measured from outside: the same thing many times, one after the other. */
final class Bench {
    private final Host host;
    private final Identify identify;

    Bench(Host host, Identify identify) {
        this.host = host;
        this.identify = identify;
    }

    private static Map<String, Object> timed(int count, Work work) throws P2pException {
        if (count < 1) throw new IllegalArgumentException("count must be at least 1");
        long began = System.nanoTime();
        work.run();
        return Lines.fields("count", count, "millis", (System.nanoTime() - began) / 1_000_000);
    }

    private interface Work {
        void run() throws P2pException;
    }

    Map<String, Object> handshakes(Multiaddr address, int count) throws P2pException {
        Dial dial = Dial.to(address.withoutPeer(), PeerId.of(address));
        return timed(count, () -> host.await((Callback<Void> done) -> {
            host.swarm().loop().execute(() -> handshake(dial, count, done));
            return Cancellable.NONE;
        }));
    }

    private void handshake(Dial dial, int left, Callback<? super Void> done) {
        host.swarm().dial(dial, (c, failure) -> {
            if (c == null) {
                done.done(null, failure);
                return;
            }
            c.onClose(host.swarm().loop(), reason -> {
                if (left == 1) done.done(null, null);
                else handshake(dial, left - 1, done);
            });
            identify.identify(c, (known, unknown) -> {
                if (known == null) done.done(null, unknown);
                else c.close(CloseReason.FINISHED);
            });
        });
    }

    Map<String, Object> streams(Connection c, int count) throws P2pException {
        return timed(count, () -> host.await((Callback<Void> done) -> {
            stream(c, count, done);
            return Cancellable.NONE;
        }));
    }

    private static void stream(Connection c, int left, Callback<? super Void> done) {
        c.open(List.of(ReportingEcho.ID), OpenOptions.DEFAULT, new Exchange(new byte[Ping.SIZE], (back, failure) -> {
            if (back == null) done.done(null, failure);
            else if (back.length != Ping.SIZE) done.done(null, CloseReason.of(CloseReason.Kind.VIOLATION, "other bytes came back"));
            else if (left == 1) done.done(null, null);
            else stream(c, left - 1, done);
        }));
    }

    Map<String, Object> roundTrips(Connection c, int count) throws P2pException {
        return timed(count, () -> host.await((Callback<Void> done) ->
                c.open(List.of(Ping.ID), OpenOptions.DEFAULT, new RoundTrips(count, done))));
    }

    private static final class RoundTrips implements StreamHandler {
        private final Callback<? super Void> done;
        private final byte[] block = new byte[Ping.SIZE];
        private final Buf toSend = new Buf(block);
        private int left;

        RoundTrips(int count, Callback<? super Void> done) {
            this.left = count;
            this.done = done;
        }

        @Override
        public void onOpen(Stream s) {
            s.write(toSend);
        }

        @Override
        public void onWritable(Stream s) {
            s.write(toSend);
        }

        @Override
        public void onData(Stream s, Buf data) {
            if (data.size() < Ping.SIZE) return;
            data.skip(Ping.SIZE);
            left--;
            if (left == 0) {
                s.finish();
                return;
            }
            toSend.clear().put(block);
            s.write(toSend);
        }

        @Override
        public void onFinish(Stream s) {
            s.finish();
        }

        @Override
        public void onClose(Stream s, CloseReason reason) {
            done.done(null, left == 0 ? null : reason);
        }
    }
}
