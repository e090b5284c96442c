package libp2p.jvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import org.junit.jupiter.api.Test;

class ThreadsTest {
    @Test
    void tasksThatBlockDoNotKeepOthersWaiting() {
        ExecutorService threads = Threads.perTask("test");
        CountDownLatch all = new CountDownLatch(100);
        for (int i = 0; i < 100; i++) {
            threads.execute(() -> {
                all.countDown();
                Waiting.on(all);
            });
        }
        Waiting.on(all);
        threads.shutdownNow();
    }

    @Test
    void threadsAreVirtualWhereThereAreAnyAndDaemonsElsewhere() {
        ExecutorService threads = Threads.perTask("test");
        CompletableFuture<Thread> on = new CompletableFuture<>();
        threads.execute(() -> on.complete(Thread.currentThread()));
        Thread t = Waiting.get(on);
        assertThat(t.isDaemon()).isTrue();
        assertThat(t.toString().contains("Virtual")).isEqualTo(Runtime.version().feature() >= 21);
        threads.shutdownNow();
    }
}
