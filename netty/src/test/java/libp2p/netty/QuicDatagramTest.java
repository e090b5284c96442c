package libp2p.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import libp2p.core.Buf;
import libp2p.core.CloseReason;
import libp2p.core.net.Connection;
import libp2p.core.net.Limits;
import libp2p.core.net.OpenOptions;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.jvm.Host;
import libp2p.jvm.HostBuilder;
import libp2p.testkit.TestProtocol;
import org.junit.jupiter.api.Test;

/** Datagrams beside the streams of QUIC connections. */
class QuicDatagramTest {
    private static final String ANY = "/ip4/127.0.0.1/udp/0/quic-v1";
    private static final long SECOND = 1_000_000_000L;
    private static final int ACROSS = 64; // between two loops, each way

    /** Sends bytes back, and datagrams too; on the connection's loop or on the node's. */
    private static final class Mirror extends TestProtocol {
        static final String ID = "/mirror/1.0.0";
        private final boolean near;
        volatile int heard; // written on one loop only

        Mirror() {
            this(true, ID);
        }

        Mirror(boolean near, String id) {
            super(id);
            this.near = near;
        }

        @Override
        public boolean onConnectionLoop() {
            return near;
        }

        @Override
        public void onData(Stream s, Buf data) {
            s.write(data);
        }

        @Override
        public void onDatagram(Stream s, Buf data) {
            heard++;
            s.datagram(data);
        }
    }

    /** Our end of a stream to a mirror; on the loop that it was opened from but for the futures. */
    private static final class Near implements StreamHandler {
        final CompletableFuture<Stream> ready = new CompletableFuture<>();
        final List<byte[]> datagrams = new ArrayList<>();
        int bytes;

        static Near open(Connection c) {
            Near n = new Near();
            c.loop().execute(() -> c.open(List.of(Mirror.ID), OpenOptions.DEFAULT, n));
            Waiting.get(n.ready);
            return n;
        }

        /** From the node's loop, which is another than the connection's. */
        static Near across(Host from, Host to, String id) {
            Near n = new Near();
            from.swarm().loop().execute(() -> from.swarm().open(to.id(), List.of(id), OpenOptions.DEFAULT, n));
            Waiting.get(n.ready);
            return n;
        }

        @Override
        public void onOpen(Stream s) {
            s.write(new Buf(new byte[1]));
        }

        @Override
        public void onData(Stream s, Buf data) {
            bytes += data.size();
            data.skip(data.size());
            ready.complete(s);
        }

        @Override
        public void onDatagram(Stream s, Buf data) {
            datagrams.add(data.takeAll());
        }

        @Override
        public void onFinish(Stream s) {
            s.finish();
        }

        Stream stream() {
            return Waiting.get(ready);
        }

        boolean send(byte... bytes) {
            return Waiting.on(stream().loop(), () -> stream().datagram(new Buf(bytes)));
        }

        int max() {
            return Waiting.on(stream().loop(), () -> stream().datagramMax());
        }

        void hears(int count) {
            Waiting.until(stream().loop(), () -> datagrams.size() == count);
        }
    }

    private static Host host(Mirror m, String... listen) throws IOException {
        return builder().protocol(m).listen(listen).start();
    }

    private static HostBuilder builder() {
        return Host.builder().limits(Limits.DEFAULT.with().drainNanos(SECOND / 100).build()); // streams are open at the end
    }

    private static QuicConnection connection(Host from, Host to) throws IOException {
        from.connect(to.addresses().get(0));
        return (QuicConnection) Waiting.on(from.swarm().loop(), () -> from.swarm().connections(to.id()).get(0));
    }

    @Test
    void eachStreamHearsItsOwn() throws IOException {
        try (Host a = host(new Mirror(), ANY); Host b = host(new Mirror())) {
            QuicConnection c = connection(b, a);
            Near first = Near.open(c);
            Near second = Near.open(c);
            assertThat(first.send((byte) 1, (byte) 2)).isTrue();
            assertThat(second.send((byte) 3)).isTrue();
            first.hears(1);
            second.hears(1);
            assertThat(first.datagrams.get(0)).containsExactly(1, 2);
            assertThat(second.datagrams.get(0)).containsExactly(3);
            assertThat(first.send()).isTrue();
            first.hears(2);
            assertThat(first.datagrams.get(1)).isEmpty();
        }
    }

    @Test
    void theLargestArrivesAndOneByteMoreIsNotSent() throws IOException {
        try (Host a = host(new Mirror(), ANY); Host b = host(new Mirror())) {
            Near n = Near.open(connection(b, a));
            int max = n.max();
            assertThat(max).isGreaterThan(1000);
            assertThat(n.send(new byte[max + 1])).isFalse();
            assertThat(n.send(new byte[max])).isTrue();
            n.hears(1);
            assertThat(n.datagrams.get(0)).hasSize(max);
        }
    }

    @Test
    void noneGoBesideAStreamThatHasEndedOrToAPeerThatTakesNone() throws IOException {
        try (Host a = host(new Mirror(), ANY); Host b = host(new Mirror())) {
            QuicConnection c = connection(b, a);
            Near ended = Near.open(c);
            Near n = Near.open(c);
            Waiting.on(c.loop(), () -> {
                ended.stream().finish();
                return true;
            });
            assertThat(ended.max()).isZero();
            assertThat(ended.send((byte) 1)).isFalse();
            Waiting.on(c.loop(), () -> {
                c.datagramMax(0);
                return true;
            });
            assertThat(n.max()).isZero();
            assertThat(n.send()).isFalse();
        }
    }

    @Test
    void thoseOfUnknownStreamsAreDropped() throws IOException {
        Mirror m = new Mirror();
        try (Host a = host(m, ANY); Host b = host(new Mirror())) {
            QuicConnection c = connection(b, a);
            Near n = Near.open(c);
            c.channel().writeAndFlush(Unpooled.wrappedBuffer(new byte[] {0x41, 0x00, 1, 2}));
            c.channel().writeAndFlush(Unpooled.wrappedBuffer(new byte[] {2}));
            assertThat(n.send((byte) 1)).isTrue();
            n.hears(1);
            assertThat(m.heard).isEqualTo(1);
        }
    }

    @Test
    void oneTooShortForANumberClosesTheConnection() throws IOException {
        try (Host a = host(new Mirror(), ANY); Host b = host(new Mirror())) {
            QuicConnection c = connection(b, a);
            CompletableFuture<CloseReason> closed = new CompletableFuture<>();
            c.onClose(c.loop(), closed::complete);
            c.channel().writeAndFlush(Unpooled.wrappedBuffer(new byte[] {0x40}));
            assertThat(Waiting.get(closed).detail()).contains("datagram");
        }
    }

    @Test
    void aFloodIsLostAndNotKept() throws IOException {
        int sent = 10_000;
        Mirror m = new Mirror();
        try (Host a = host(m, ANY); Host b = host(new Mirror())) {
            QuicConnection c = connection(b, a);
            Near n = Near.open(c);
            Waiting.on(c.loop(), () -> {
                for (int i = 0; i < sent; i++) n.stream().datagram(new Buf(new byte[1000]));
                return n.stream().write(new Buf(new byte[1]));
            });
            Waiting.until(c.loop(), () -> n.bytes == 2);
            assertThat(m.heard).isBetween(1, sent / 10);
        }
    }

    // ---- protocols on the node's loop

    @Test
    void protocolsOnTheNodesLoopHaveThemToo() throws IOException {
        try (Host a = host(new Mirror(false, Mirror.ID), ANY); Host b = host(new Mirror())) {
            QuicConnection c = connection(b, a);
            Near n = Near.across(b, a, Mirror.ID);
            assertThat(n.stream().loop()).isNotSameAs(c.loop());
            int max = n.max();
            assertThat(max).isGreaterThan(1000);
            assertThat(n.send(new byte[max + 1])).isFalse();
            assertThat(n.send(new byte[max])).isTrue();
            n.hears(1);
            assertThat(n.datagrams.get(0)).hasSize(max);
            Waiting.on(n.stream().loop(), () -> {
                n.stream().finish();
                return true;
            });
            assertThat(n.max()).isZero();
            assertThat(n.send()).isFalse();
        }
    }

    @Test
    void noMoreAreOnTheirWayToTheConnectionsLoopThanMayBe() throws IOException {
        try (Host a = host(new Mirror(), ANY); Host b = host(new Mirror())) {
            connection(b, a);
            Near n = Near.across(b, a, Mirror.ID);
            int taken = Waiting.on(n.stream().loop(), () -> {
                int some = 0;
                while (n.stream().datagram(new Buf(new byte[1]))) some++;
                return some;
            });
            assertThat(taken).isEqualTo(ACROSS);
            Waiting.until(n.stream().loop(), () -> n.stream().datagram(new Buf(new byte[1])));
        }
    }

    @Test
    void noMoreAreKeptForANodesLoopThatIsBusyThanMayBe() throws IOException {
        Mirror far = new Mirror(false, "/far");
        CountDownLatch busy = new CountDownLatch(1);
        try (Host a = builder().protocol(far).protocol(new Mirror()).listen(ANY).start(); Host b = host(new Mirror())) {
            QuicConnection c = connection(b, a);
            Near n = Near.across(b, a, "/far");
            Near barrier = Near.open(c);
            a.swarm().loop().execute(() -> {
                try {
                    busy.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            for (int round = 1; round <= 8; round++) {
                for (int i = 0; i < ACROSS / 4; i++) n.send((byte) i);
                int bytes = 1 + round;
                Waiting.on(c.loop(), () -> barrier.stream().write(new Buf(new byte[1])));
                Waiting.until(c.loop(), () -> barrier.bytes == bytes); // what was sent before has come, and waits for the node's loop
            }
            busy.countDown();
            n.hears(ACROSS);
            assertThat(n.send((byte) 1)).isTrue();
            n.hears(ACROSS + 1);
            assertThat(far.heard).isEqualTo(ACROSS + 1);
        }
    }

    @Test
    void webTransportHasNone() throws IOException {
        try (Host a = host(new Mirror(), ANY + "/webtransport"); Host b = host(new Mirror())) {
            QuicConnection c = connection(b, a);
            Near n = Near.open(c);
            assertThat(n.max()).isZero();
            assertThat(n.send((byte) 1)).isFalse();
        }
    }
}
