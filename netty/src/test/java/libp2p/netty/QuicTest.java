package libp2p.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import libp2p.core.Buf;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.Rng;
import libp2p.core.identity.KeyType;
import libp2p.core.identity.PeerId;
import libp2p.core.identity.PrivateKey;
import libp2p.core.net.Connection;
import libp2p.core.net.Limits;
import libp2p.core.net.OpenOptions;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.echo.Echo;
import libp2p.jvm.Host;
import libp2p.jvm.HostBuilder;
import libp2p.jvm.P2pException;
import libp2p.jvm.PeerSocket;
import libp2p.multiformats.Multiaddr;
import libp2p.testkit.TestProtocol;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is particular to QUIC: one socket for both ways, ids and tokens, ends and failures. */
class QuicTest {
    private static final String ANY = "/ip4/127.0.0.1/udp/0/quic-v1";
    private static final long SECOND = 1_000_000_000L;
    private static final InetSocketAddress HERE = new InetSocketAddress(InetAddress.getLoopbackAddress(), 4001);

    private static HostBuilder builder() {
        return Host.builder().limits(Limits.DEFAULT.with().drainNanos(SECOND / 100).build()).protocol(new Echo());
    }

    private static Host host(String... listen) throws IOException {
        return builder().listen(listen).start();
    }

    private static Connection connection(Host from, PeerId to) {
        return Waiting.on(from.swarm().loop(), () -> from.swarm().connections(to).get(0));
    }

    private static void assertEcho(Host from, PeerId to) throws IOException {
        try (PeerSocket s = from.open(to, Echo.ID)) {
            s.out().write(new byte[] {1, 2, 3});
            s.out().flush();
            assertThat(s.in().readNBytes(3)).containsExactly(1, 2, 3);
        }
    }

    @ParameterizedTest
    @EnumSource(KeyType.class)
    void hostsWithKeysOfAnyTypeMeetWithNothingConfiguredButTheAddress(KeyType type) throws IOException {
        PrivateKey key = PrivateKey.generate(type, Certificates.CRYPTO, Rng.seeded(11));
        try (Host a = builder().identity(key).listen(ANY).start(); Host b = host(ANY)) {
            assertThat(b.connect(a.addresses().get(0))).isEqualTo(a.id());
            assertEcho(b, a.id());
            Connection c = connection(b, a.id());
            assertThat(c.security()).isNull();
            assertThat(c.muxer()).isNull();
        }
    }

    @Test
    void aListenerDialsFromItsOwnPortAndWhoDoesNotListenFromAnother() throws IOException {
        try (Host a = host(ANY); Host b = host(ANY); Host c = host()) {
            b.connect(a.addresses().get(0));
            Waiting.until(a.swarm().loop(), () -> !a.swarm().connections(b.id()).isEmpty());
            assertThat(connection(a, b.id()).remoteAddress()).isEqualTo(b.addresses().get(0).withoutPeer());
            c.connect(a.addresses().get(0));
            assertEcho(c, a.id());
            a.connect(b.addresses().get(0));
            assertEcho(a, b.id());
        }
    }

    @Test
    void anotherPeerThanExpectedAndOurselvesAreRefusedWithTheReason() throws IOException {
        try (Host a = host(ANY); Host b = host(); Host other = host()) {
            Multiaddr wrong = a.addresses().get(0).withoutPeer().encapsulate("/p2p/" + other.id());
            assertThatThrownBy(() -> b.connect(wrong)).isInstanceOf(P2pException.class).hasMessageContaining("peer id mismatch");
            assertThatThrownBy(() -> a.connect(a.addresses().get(0).withoutPeer())).isInstanceOf(P2pException.class);
        }
    }

    @Test
    void aGaterRefusesBeforeAndAfterThePeerIsKnown() throws IOException {
        try (Host a = builder().gater(Gaters.CLOSED).listen(ANY).start(); Host b = host()) {
            isRefused(b, a.addresses().get(0));
            Waiting.until(a.swarm().loop(), () -> a.swarm().connections().isEmpty());
        }
        try (Host a = host(ANY); Host b = builder().gater(Gaters.PICKY).start()) {
            assertThatThrownBy(() -> b.connect(a.addresses().get(0))).isInstanceOf(P2pException.class).hasMessageContaining("not you");
        }
    }

    /** The listener's handshake may have left before its refusal: then the dialler has a connection for a moment. */
    private static void isRefused(Host from, Multiaddr at) throws IOException {
        try {
            PeerId there = from.connect(at);
            Waiting.until(from.swarm().loop(), () -> from.swarm().connections(there).isEmpty());
        } catch (P2pException refused) {
            assertThat(refused.reason()).isNotNull();
        }
    }

    /** Whatever a stranger does, the log of the library beneath does not grow of it. */
    @Test
    void aGaterRefusesWithoutALineOfTheLibrarysLog() throws IOException {
        Logger log = Logger.getLogger("io.netty.channel.DefaultChannelPipeline");
        Queue<String> lines = new ConcurrentLinkedQueue<>();
        Handler keeps = new Handler() {
            @Override
            public void publish(LogRecord line) {
                lines.add(line.getMessage());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        log.addHandler(keeps);
        try (Host a = builder().gater(Gaters.CLOSED).listen(ANY).start(); Host b = host()) {
            for (int i = 0; i < 20; i++) isRefused(b, a.addresses().get(0));
        } finally {
            log.removeHandler(keeps);
        }
        assertThat(lines).isEmpty();
    }

    @Test
    void codesOfThirtyOneBitsArriveAndLargerOnesAreNamed() throws IOException {
        for (long code : new long[] {0, Codes.GATED, Integer.MAX_VALUE, Codes.MAX}) {
            try (Host a = host(ANY); Host b = host()) {
                Connection c = connection(b, b.connect(a.addresses().get(0)));
                CompletableFuture<CloseReason> ended = new CompletableFuture<>();
                Waiting.until(a.swarm().loop(), () -> !a.swarm().connections(b.id()).isEmpty());
                connection(a, b.id()).onClose(a.swarm().loop(), ended::complete);
                c.close(CloseReason.of(CloseReason.Kind.CANCELLED, code, "bye"));
                CloseReason heard = Waiting.get(ended);
                assertThat(heard.code()).isEqualTo(code > Integer.MAX_VALUE ? Codes.CODE_OUT_OF_RANGE : code);
                assertThat(heard.detail()).isEqualTo("bye");
            }
        }
    }

    @Test
    void aCloseWithoutAWordTellsItsCode() throws IOException {
        try (Host a = host(ANY); Host b = host()) {
            Connection c = connection(b, b.connect(a.addresses().get(0)));
            CompletableFuture<CloseReason> ended = new CompletableFuture<>();
            Waiting.until(a.swarm().loop(), () -> !a.swarm().connections(b.id()).isEmpty());
            connection(a, b.id()).onClose(a.swarm().loop(), ended::complete);
            c.close(CloseReason.of(CloseReason.Kind.CANCELLED, 7, ""));
            CloseReason heard = Waiting.get(ended);
            assertThat(heard.kind()).isEqualTo(CloseReason.Kind.CONNECTION_CLOSED);
            assertThat(heard.code()).isEqualTo(7);
            assertThat(heard.detail()).isEmpty();
        }
    }

    @Test
    void garbageOnThePortIsNothing() throws IOException {
        try (Host a = host(ANY); Host b = host(); DatagramSocket raw = new DatagramSocket()) {
            Rng rng = Rng.seeded(4);
            InetAddress to = InetAddress.getLoopbackAddress();
            int port = a.addresses().get(0).port();
            for (int i = 0; i < 2000; i++) {
                byte[] packet = rng.bytes(rng.nextInt(1400));
                raw.send(new DatagramPacket(packet, packet.length, to, port));
            }
            assertThat(b.connect(a.addresses().get(0))).isEqualTo(a.id());
        }
    }

    @Test
    void dialsThatFailAreCancelledOrSucceedLeaveNoConnectionBehind() throws Exception {
        Limits short1 = Limits.DEFAULT.with().connectNanos(SECOND / 10).securityNanos(SECOND / 10).drainNanos(SECOND / 100).build();
        try (Host a = host(ANY);
                Host b = Host.builder().limits(short1).start();
                DatagramSocket silent = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            Multiaddr nobody = Multiaddr.of("/ip4/127.0.0.1/udp/" + silent.getLocalPort() + "/quic-v1");
            for (int i = 0; i < 5; i++) {
                assertThatThrownBy(() -> b.connect(nobody)).isInstanceOf(P2pException.class);
                b.connectAsync(nobody).cancel(true);
                b.connectAsync(a.addresses().get(0)).cancel(true);
            }
            for (int i = 0; i < 20; i++) {
                try (Host c = host()) {
                    c.connect(a.addresses().get(0));
                }
            }
            Waiting.until(a.swarm().loop(), () -> a.swarm().connections().stream().allMatch(c -> c.remote().equals(b.id())));
        }
    }

    @Test
    void whoListensNoMoreTakesNobodyAndKeepsWhomItHas() throws IOException {
        Limits hasty = Limits.DEFAULT.with().connectNanos(SECOND).securityNanos(SECOND).build();
        try (Host a = host(ANY); Host b = host(); Host c = builder().limits(hasty).start()) {
            Multiaddr at = a.addresses().get(0);
            b.connect(at);
            Waiting.on(a.swarm().loop(), () -> {
                a.swarm().stop((none, failure) -> {});
                return 0;
            });
            assertThatThrownBy(() -> c.connect(at)).isInstanceOf(P2pException.class);
        }
    }

    // ---- bytes that lie unread

    /** Takes nothing until a look for a reset has brought a byte, and all from then on. */
    private static final class Late extends TestProtocol {
        static final String ID = "/late/1.0.0";
        final CompletableFuture<Integer> calls = new CompletableFuture<>();
        private boolean taking;
        private int unread;
        private int count;

        Late() {
            super(ID);
        }

        @Override
        public void onData(Stream s, Buf data) {
            taking |= unread >= QuicOptions.UNREAD && data.size() == unread + 1;
            if (taking) {
                count++;
                data.skip(data.size());
            }
            unread = data.size();
        }

        @Override
        public void onFinish(Stream s) {
            calls.complete(count);
        }
    }

    /** The look for a reset takes a byte; a handler that begins to read with it once got all that followed byte by byte. */
    @Test
    void whoBeginsToReadWithALookForAResetReadsOnInLargePieces() throws IOException {
        int size = 512 * 1024;
        Late late = new Late();
        try (Host a = builder().protocol(late).listen(ANY).start(); Host b = host()) {
            b.connect(a.addresses().get(0));
            try (PeerSocket s = b.open(a.id(), Late.ID)) {
                s.out().write(new byte[size]);
                s.out().flush();
                s.finish();
                assertThat(Waiting.get(late.calls)).isLessThan(size / 1024);
            }
        }
    }

    /** Takes nothing, and remembers how much lay there each time. */
    private static final class Stalled extends TestProtocol {
        static final String ID = "/stalled/1.0.0";
        static final int CALLS = 8;
        final CompletableFuture<List<Integer>> sizes = new CompletableFuture<>(); // from the one on that is too much
        private final List<Integer> seen = new ArrayList<>();

        Stalled() {
            super(ID);
        }

        @Override
        public void onData(Stream s, Buf data) {
            if (data.size() >= QuicOptions.UNREAD) seen.add(data.size());
            if (seen.size() == CALLS) sizes.complete(List.copyOf(seen));
        }
    }

    @Test
    void aLookForAResetTakesAByteAndNoMore() throws IOException {
        Stalled stalled = new Stalled();
        try (Host a = builder().protocol(stalled).listen(ANY).start(); Host b = host()) {
            b.connect(a.addresses().get(0));
            try (PeerSocket s = b.open(a.id(), Stalled.ID)) {
                s.out().write(new byte[512 * 1024]);
                s.out().flush();
                List<Integer> sizes = Waiting.get(stalled.sizes);
                // A read takes four pieces at most; what follows are looks.
                for (int i = Stalled.CALLS / 2; i < Stalled.CALLS; i++) {
                    assertThat(sizes.get(i) - sizes.get(i - 1)).as("%s", sizes).isEqualTo(1);
                }
            }
        }
    }

    // ---- the end of a stream

    /** Sends back what comes; after the first message its loop waits, so that what the peer sends meanwhile is read at once. */
    private static final class Waits extends TestProtocol {
        static final String ID = "/waits/1.0.0";
        final CompletableFuture<Void> answered = new CompletableFuture<>();
        final CompletableFuture<Void> go = new CompletableFuture<>();

        Waits() {
            super(ID);
        }

        @Override
        public void onData(Stream s, Buf data) {
            s.write(data);
            s.loop().execute(() -> {
                answered.complete(null);
                Waiting.get(go);
            });
        }

        @Override
        public void onFinish(Stream s) {
            s.finish();
        }
    }

    /** The library forgot a FIN that was to follow bytes which an acknowledgement of the same moment covered. */
    @Test
    void aStreamEndsThoughItsBytesAreAcknowledgedInTheMomentOfItsEnd() throws IOException {
        Waits waits = new Waits();
        CompletableFuture<Void> finished = new CompletableFuture<>();
        try (Host a = builder().protocol(waits).listen(ANY).start(); Host b = host()) {
            Connection c = connection(b, b.connect(a.addresses().get(0)));
            c.open(List.of(Waits.ID), OpenOptions.DEFAULT, new StreamHandler() {
                @Override
                public void onOpen(Stream s) {
                    s.write(new Buf(new byte[100]));
                    s.loop().execute(() -> {
                        Waiting.get(waits.answered);
                        s.finish(); // before the answer is read and acknowledged
                    });
                }

                @Override
                public void onData(Stream s, Buf data) {
                    data.skip(data.size());
                    s.loop().execute(() -> s.loop().execute(() -> waits.go.complete(null)));
                }

                @Override
                public void onFinish(Stream s) {
                    finished.complete(null);
                }
            });
            Waiting.get(finished);
        }
    }

    // ---- ids and tokens

    @Test
    void anIdTellsItsSideAndToNobodyElseAnything() {
        QuicIds ids = new QuicIds();
        QuicIds others = new QuicIds();
        Set<ByteBuffer> seen = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            long number = i % 2 == 0 ? QuicIds.DIALLED : i * 5L << 33;
            byte[] id = ids.next(number);
            ByteBuf packet = Unpooled.wrappedBuffer(new byte[1], id);
            assertThat(ids.number(packet, 1)).isEqualTo(number);
            assertThat(ids.isServers(packet.slice(1, id.length))).isEqualTo(i % 2 == 1);
            assertThat(others.number(packet, 1)).isNegative();
            assertThat(seen.add(ByteBuffer.wrap(id))).isTrue();
        }
    }

    @Test
    void resetTokensOfTwoConnectionsDifferAndAreTheSameEachTimeForOne() {
        QuicTokens tokens = new QuicTokens(Certificates.CRYPTO, new byte[32], () -> 0, () -> true, id -> true, a -> a);
        QuicTokens others = new QuicTokens(Certificates.CRYPTO, Rng.seeded(1).bytes(32), () -> 0, () -> true, id -> true, a -> a);
        QuicIds ids = new QuicIds();
        Set<ByteBuffer> seen = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            ByteBuffer id = ByteBuffer.wrap(ids.next(1));
            ByteBuffer token = tokens.newResetToken(id);
            assertThat(token.remaining()).isEqualTo(16);
            assertThat(tokens.newResetToken(id)).isEqualTo(token);
            assertThat(others.newResetToken(id)).isNotEqualTo(token);
            assertThat(seen.add(token)).isTrue();
        }
    }

    @Test
    void aRetryTokenIsGoodForItsAddressItsTimeAndItsIdOnly() {
        long[] now = {0};
        boolean[] loaded = {false};
        QuicTokens tokens = new QuicTokens(Certificates.CRYPTO, new byte[32], () -> now[0], () -> loaded[0], id -> true, a -> a);
        ByteBuf id = Unpooled.wrappedBuffer(Rng.seeded(1).bytes(20));
        ByteBuf out = Unpooled.buffer(tokens.maxTokenLength());
        assertThat(tokens.writeToken(out, id, HERE)).isFalse();
        loaded[0] = true;
        assertThat(tokens.writeToken(out, id, HERE)).isTrue();
        int at = tokens.validateToken(out, HERE);
        assertThat(out.slice(at, out.readableBytes() - at)).isEqualTo(id);
        assertThat(tokens.validateToken(out, new InetSocketAddress(HERE.getAddress(), 4002))).isNegative();
        for (int i = 0; i < out.readableBytes(); i++) {
            ByteBuf changed = out.copy();
            changed.setByte(i, changed.getByte(i) ^ 1);
            assertThat(tokens.validateToken(changed, HERE)).as("byte %d", i).isNegative();
            assertThat(tokens.validateToken(out.slice(0, i), HERE)).as("cut at %d", i).isNegative();
        }
        now[0] = QuicTokens.LIFE_NANOS;
        assertThat(tokens.validateToken(out, HERE)).isPositive();
        now[0]++;
        assertThat(tokens.validateToken(out, HERE)).isNegative();
    }
}
