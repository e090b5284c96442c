package libp2p.jvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Limits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PeerSocketTest {
    private static final String ID = "/test/1.0.0";

    private final LinkedBlockingQueue<PeerSocket> arrived = new LinkedBlockingQueue<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private Host server;
    private Host client;
    private PeerId peer;

    @BeforeEach
    void connect() throws IOException {
        Limits limits = Limits.DEFAULT.with().drainNanos(10_000_000).build(); // tests leave streams open
        server = Host.builder().listen("/ip4/127.0.0.1/tcp/0").loops(2).limits(limits).start();
        client = Host.builder().loops(2).limits(limits).start();
        peer = client.connect(server.addresses().get(0));
    }

    @AfterEach
    void close() {
        over.countDown();
        client.close();
        server.close();
    }

    /** Both ends of a stream; the handler of the far one lasts as long as the test. */
    private PeerSocket[] open() throws IOException {
        server.handle(ID, socket -> {
            arrived.add(socket);
            Waiting.on(over);
        });
        PeerSocket near = client.open(peer, ID);
        near.out().write(7);
        PeerSocket far = Waiting.next(arrived);
        assertThat(far.in().read()).isEqualTo(7);
        return new PeerSocket[] {near, far};
    }

    private interface Task {
        void run() throws Exception;
    }

    private static CompletableFuture<Throwable> thread(Task task) {
        CompletableFuture<Throwable> ended = new CompletableFuture<>();
        new Thread(() -> {
            try {
                task.run();
                ended.complete(null);
            } catch (Throwable t) {
                ended.complete(t);
            }
        }).start();
        return ended;
    }

    private static void join(CompletableFuture<Throwable> thread) {
        Throwable t = Waiting.get(thread);
        if (t != null) throw new AssertionError(t);
    }

    private static CloseReason reason(Throwable t) {
        assertThat(t).isInstanceOf(P2pException.class);
        return ((P2pException) t).reason();
    }

    private static byte[] random(long seed, int n) {
        byte[] bytes = new byte[n];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    @Test
    void anEchoComesBackWhole() throws Exception {
        server.handle("/echo", socket -> socket.in().transferTo(socket.out()));
        byte[] bytes = random(1, 8 * 1024 * 1024);
        try (PeerSocket socket = client.open(peer, "/echo")) {
            CompletableFuture<Throwable> writer = thread(() -> {
                socket.out().write(bytes);
                socket.finish();
            });
            assertThat(Arrays.equals(socket.in().readAllBytes(), bytes)).isTrue();
            join(writer);
        }
    }

    @Test
    void bothEndsKnowTheProtocolAndEachOther() throws Exception {
        PeerSocket[] ends = open();
        assertThat(ends[0].protocol()).isEqualTo(ID);
        assertThat(ends[1].protocol()).isEqualTo(ID);
        assertThat(ends[0].remote()).isEqualTo(server.id());
        assertThat(ends[1].remote()).isEqualTo(client.id());
    }

    @Test
    void noWakeUpIsLostInManyRoundsOfPingPong() throws Exception {
        server.handle("/pong", socket -> {
            byte[] b = new byte[64];
            for (int n = socket.in().read(b); n > 0; n = socket.in().read(b)) socket.out().write(b, 0, n);
        });
        try (PeerSocket socket = client.open(peer, "/pong")) {
            byte[] ball = random(2, 32);
            byte[] back = new byte[32];
            for (int i = 0; i < 10_000; i++) {
                socket.out().write(ball);
                assertThat(socket.in().readNBytes(back, 0, 32)).isEqualTo(32);
                assertThat(back).isEqualTo(ball);
            }
        }
    }

    @Test
    void noByteIsLostHoweverReadsAndWritesAreCut() throws Exception {
        PeerSocket[] ends = open();
        byte[] bytes = random(3, 4 * 1024 * 1024);
        CompletableFuture<Throwable> writer = thread(() -> {
            Random random = new Random(4);
            for (int at = 0; at < bytes.length; ) {
                int n = Math.min(bytes.length - at, 1 + random.nextInt(random.nextInt(10) == 0 ? 200_000 : 100));
                ends[0].out().write(bytes, at, n);
                at += n;
            }
            ends[0].finish();
        });
        Random random = new Random(5);
        byte[] got = new byte[bytes.length];
        int at = 0;
        while (true) {
            int n = ends[1].in().read(got, at, Math.min(got.length - at, 1 + random.nextInt(random.nextInt(10) == 0 ? 200_000 : 100)));
            if (n < 0 || at == got.length) break;
            at += n;
        }
        join(writer);
        assertThat(at).isEqualTo(bytes.length);
        assertThat(Arrays.equals(got, bytes)).isTrue();
        assertThat(ends[1].in().read()).isEqualTo(-1);
    }

    @Test
    void manyStreamsAtOnceEachGetTheirOwnBytes() throws Exception {
        server.handle("/echo", socket -> socket.in().transferTo(socket.out()));
        CompletableFuture<?>[] all = new CompletableFuture<?>[24];
        for (int i = 0; i < all.length; i++) {
            int seed = i;
            all[i] = thread(() -> {
                try (PeerSocket socket = client.open(peer, "/echo")) {
                    byte[] bytes = random(seed, 50_000);
                    socket.out().write(bytes);
                    socket.finish();
                    assertThat(Arrays.equals(socket.in().readAllBytes(), bytes)).isTrue();
                }
            });
        }
        for (CompletableFuture<?> one : all) assertThat(Waiting.get(one)).isNull();
    }

    @Test
    void aWriterWaitsForAReaderThatDoesNotRead() throws Exception {
        PeerSocket[] ends = open();
        int much = 8 * 1024 * 1024;
        CompletableFuture<Throwable> writer = thread(() -> {
            ends[0].out().write(new byte[much]);
            ends[0].finish();
        });
        ends[1].timeout(Duration.ofSeconds(30));
        assertThat(ends[1].in().read()).isZero();
        assertThat(writer).isNotDone();
        long rest = ends[1].in().transferTo(OutputStream.nullOutputStream());
        assertThat(rest).isEqualTo(much - 1);
        join(writer);
    }

    @Test
    void whoHasFinishedStillReads() throws Exception {
        PeerSocket[] ends = open();
        ends[0].finish();
        ends[0].finish();
        assertThat(ends[1].in().read()).isEqualTo(-1);
        ends[1].out().write("late".getBytes());
        ends[1].finish();
        assertThat(ends[0].in().readAllBytes()).isEqualTo("late".getBytes());
        assertThatThrownBy(() -> ends[0].out().write(1)).isInstanceOf(IOException.class);
    }

    @Test
    void messagesArriveAsTheyWereWritten() throws Exception {
        PeerSocket[] ends = open();
        byte[] large = random(6, 300_000);
        CompletableFuture<Throwable> writer = thread(() -> {
            ends[0].writeMessage(new byte[0]);
            ends[0].writeMessage("one".getBytes());
            ends[0].writeMessage(large);
            ends[0].finish();
        });
        assertThat(ends[1].readMessage(10)).isEmpty();
        assertThat(ends[1].readMessage(10)).isEqualTo("one".getBytes());
        assertThat(ends[1].readMessage(300_000)).isEqualTo(large);
        assertThat(ends[1].readMessage(10)).isNull();
        join(writer);
    }

    @Test
    void aMessageBeyondTheLimitResetsTheStreamWithACode() throws Exception {
        PeerSocket[] ends = open();
        ends[0].writeMessage(new byte[11]);
        CloseReason reason = reason(Waiting.get(thread(() -> ends[1].readMessage(10))));
        assertThat(reason.kind()).isEqualTo(CloseReason.Kind.VIOLATION);
        CloseReason heard = reason(Waiting.get(thread(() -> ends[0].in().read())));
        assertThat(heard.kind()).isEqualTo(CloseReason.Kind.PEER_RESET);
    }

    @Test
    void aLengthThatIsNoneAndAMessageCutShortFail() throws Exception {
        PeerSocket[] ends = open();
        ends[0].out().write(new byte[] {5, 1, 2});
        ends[0].finish();
        assertThatThrownBy(() -> ends[1].readMessage(10)).isInstanceOf(EOFException.class);
        PeerSocket other = client.open(peer, ID);
        byte[] endless = new byte[10];
        Arrays.fill(endless, (byte) 0xff);
        other.out().write(endless);
        PeerSocket far = Waiting.next(arrived);
        assertThat(reason(Waiting.get(thread(() -> far.readMessage(10)))).kind()).isEqualTo(CloseReason.Kind.VIOLATION);
    }

    @Test
    void aResetWakesWhoReadsAndWhoWritesOnBothEnds() throws Exception {
        PeerSocket[] ends = open();
        CompletableFuture<Throwable> nearReader = thread(() -> ends[0].in().read());
        CompletableFuture<Throwable> farReader = thread(() -> ends[1].in().transferTo(new Stuck()));
        CompletableFuture<Throwable> nearWriter = thread(() -> ends[0].out().write(new byte[64 * 1024 * 1024]));
        ends[0].reset(0x77);
        assertThat(reason(Waiting.get(nearReader)).kind()).isEqualTo(CloseReason.Kind.RESET);
        assertThat(reason(Waiting.get(nearWriter)).kind()).isEqualTo(CloseReason.Kind.RESET);
        assertThat(reason(Waiting.get(farReader)).kind()).isEqualTo(CloseReason.Kind.PEER_RESET);
        assertThat(reason(Waiting.get(thread(() -> ends[0].in().read()))).kind()).isEqualTo(CloseReason.Kind.RESET);
    }

    private static final class Stuck extends OutputStream {
        @Override
        public void write(int b) {}
    }

    @Test
    void closingWithoutFinishingResets() throws Exception {
        PeerSocket[] ends = open();
        ends[0].close();
        assertThat(reason(Waiting.get(thread(() -> ends[1].in().read()))).kind()).isEqualTo(CloseReason.Kind.PEER_RESET);
    }

    @Test
    void closingAfterBothHaveFinishedDoesNot() throws Exception {
        PeerSocket[] ends = open();
        ends[1].out().write(3);
        ends[1].finish();
        ends[0].out().write(random(8, 100_000));
        ends[0].finish();
        assertThat(ends[0].in().readAllBytes()).hasSize(1);
        ends[0].close();
        assertThat(ends[1].in().readAllBytes()).hasSize(100_000);
    }

    @Test
    void whoStopsReadingStillWrites() throws Exception {
        PeerSocket[] ends = open();
        ends[1].stopReading(5);
        assertThat(ends[1].in().read()).isEqualTo(-1);
        ends[0].out().write(new byte[2 * 1024 * 1024]); // discarded over there, so more than a window goes
        ends[1].out().write(9);
        assertThat(ends[0].in().read()).isEqualTo(9);
    }

    @Test
    void aTimeOutFailsTheReadAndLeavesTheStream() throws Exception {
        PeerSocket[] ends = open();
        ends[0].timeout(Duration.ofMillis(1));
        CloseReason reason = reason(Waiting.get(thread(() -> ends[0].in().read())));
        assertThat(reason.kind()).isEqualTo(CloseReason.Kind.TIMED_OUT);
        ends[0].timeout(Duration.ZERO);
        ends[1].out().write(4);
        assertThat(ends[0].in().read()).isEqualTo(4);
    }

    @Test
    void aTimeOutFailsAWriteThatThePeerDoesNotTake() throws Exception {
        PeerSocket[] ends = open();
        ends[0].timeout(Duration.ofMillis(50));
        CloseReason reason = reason(Waiting.get(thread(() -> ends[0].out().write(new byte[64 * 1024 * 1024]))));
        assertThat(reason.kind()).isEqualTo(CloseReason.Kind.TIMED_OUT);
    }

    @Test
    void anInterruptResetsTheStreamAndIsKept() throws Exception {
        PeerSocket[] ends = open();
        CompletableFuture<Boolean> kept = new CompletableFuture<>();
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        Thread reader = new Thread(() -> {
            try {
                ends[0].in().read();
            } catch (IOException e) {
                thrown.complete(e);
                kept.complete(Thread.currentThread().isInterrupted());
            }
        });
        reader.start();
        reader.interrupt();
        assertThat(Waiting.get(thrown)).isInstanceOf(InterruptedIOException.class);
        assertThat(Waiting.get(kept)).isTrue();
        assertThat(reason(Waiting.get(thread(() -> ends[1].in().read()))).kind()).isEqualTo(CloseReason.Kind.PEER_RESET);
    }

    @Test
    void aLoopMustNotWait() throws Exception {
        PeerSocket[] ends = open();
        Throwable thrown = Waiting.on(ends[0].connection().loop(), () -> {
            try {
                ends[0].in().read();
                return null;
            } catch (IOException | IllegalStateException e) {
                return e;
            }
        });
        assertThat(thrown).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void theEndOfTheConnectionEndsTheStreamWithItsReason() throws Exception {
        PeerSocket[] ends = open();
        ends[1].connection().close(CloseReason.of(CloseReason.Kind.RESET, Codes.GATED, "enough"));
        CloseReason near = reason(Waiting.get(thread(() -> ends[0].in().read())));
        assertThat(near.kind()).isEqualTo(CloseReason.Kind.CONNECTION_CLOSED);
        assertThat(reason(Waiting.get(thread(() -> ends[1].in().read()))).kind()).isEqualTo(CloseReason.Kind.CONNECTION_CLOSED);
    }

    @Test
    void availableCountsWhatIsThere() throws Exception {
        PeerSocket[] ends = open();
        InputStream in = ends[0].in();
        assertThat(in.available()).isZero();
        ends[1].out().write(new byte[10]);
        in.read();
        assertThat(in.available()).isBetween(0, 9);
        assertThat(in.readNBytes(9)).hasSize(9);
    }
}
