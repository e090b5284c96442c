package libp2p.jvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.net.Observer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CpuPoolTest {
    private final CpuPool pool = new CpuPool(1, 1);
    private final NioLoop home = home();
    private final CountDownLatch hold = new CountDownLatch(1);

    private static NioLoop home() {
        try {
            return new NioLoop("libp2p-loop-test", System::nanoTime, Observer.NONE);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @AfterEach
    void close() {
        hold.countDown();
        pool.close();
        home.close();
    }

    private Waiting.Told<String> holdTheThread() {
        Waiting.Told<String> told = new Waiting.Told<>();
        CountDownLatch begun = new CountDownLatch(1);
        pool.run(() -> {
            begun.countDown();
            Waiting.on(hold);
            return "held";
        }, home, told);
        Waiting.on(begun);
        return told;
    }

    @Test
    void workIsDoneElsewhereAndToldAtHome() {
        CompletableFuture<Boolean> atHome = new CompletableFuture<>();
        CompletableFuture<Boolean> worker = new CompletableFuture<>();
        pool.run(() -> worker.complete(home.isCurrent()), home, (value, failure) -> atHome.complete(home.isCurrent()));
        assertThat(Waiting.get(worker)).isFalse();
        assertThat(Waiting.get(atHome)).isTrue();
    }

    @Test
    void workThatThrowsFails() {
        Waiting.Told<String> told = new Waiting.Told<>();
        pool.run(() -> {
            throw new IllegalStateException("a bug of the test");
        }, home, told);
        assertThat(told.failure().kind()).isEqualTo(CloseReason.Kind.BUG);
    }

    @Test
    void workBeyondTheQueueIsRefused() {
        holdTheThread();
        Waiting.Told<String> waits = new Waiting.Told<>();
        Waiting.Told<String> refused = new Waiting.Told<>();
        pool.run(() -> "waited", home, waits);
        pool.run(() -> "never", home, refused);
        assertThat(refused.failure().kind()).isEqualTo(CloseReason.Kind.REFUSED);
        hold.countDown();
        assertThat(waits.value()).isEqualTo("waited");
    }

    @Test
    void cancelledWorkIsToldOnceAndLeavesItsPlaceInTheQueue() {
        Waiting.Told<String> held = holdTheThread();
        Waiting.Told<String> cancelled = new Waiting.Told<>();
        Cancellable work = pool.run(() -> "never", home, cancelled);
        work.cancel();
        work.cancel();
        assertThat(cancelled.failure()).isEqualTo(CloseReason.CANCELLED);
        Waiting.Told<String> next = new Waiting.Told<>();
        pool.run(() -> "next", home, next);
        hold.countDown();
        assertThat(held.value()).isEqualTo("held");
        assertThat(next.value()).isEqualTo("next");
    }
}
