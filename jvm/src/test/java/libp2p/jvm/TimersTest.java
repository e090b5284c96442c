package libp2p.jvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TimersTest {
    private final Timers timers = new Timers();
    private final List<Integer> ran = new ArrayList<>();

    private void runAll(long now) {
        for (Timers.Timer t = timers.poll(now); t != null; t = timers.poll(now)) t.take().run();
    }

    @Test
    void timersRunInTheOrderOfTheirTimes() {
        int[] at = {5, 3, 9, 1, 7};
        for (int a : at) timers.add(a, () -> ran.add(a));
        runAll(7);
        assertThat(ran).containsExactly(1, 3, 5, 7);
        assertThat(timers.size()).isEqualTo(1);
    }

    @Test
    void timersOfOneTimeRunInTheOrderTheyWereGiven() {
        for (int i = 0; i < 100; i++) {
            int n = i;
            timers.add(4, () -> ran.add(n));
        }
        runAll(4);
        assertThat(ran).isSorted().hasSize(100);
    }

    @Test
    void cancelledTimersAreFreedAtOnceWhateverTheirPlace() {
        Random random = new Random(7);
        List<Timers.Timer> all = new ArrayList<>();
        List<Integer> expected = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            int at = random.nextInt(1000);
            all.add(timers.add(at, () -> ran.add(at)));
            if (i % 5 == 0) expected.add(at);
        }
        for (int i = 0; i < all.size(); i++) if (i % 5 != 0) all.get(i).cancel();
        assertThat(timers.size()).isEqualTo(1000);
        runAll(1000);
        expected.sort(null);
        assertThat(ran).isEqualTo(expected);
    }

    @Test
    void cancellingTwiceOrAfterTheRunDoesNothing() {
        Timers.Timer first = timers.add(1, () -> ran.add(1));
        Timers.Timer second = timers.add(2, () -> ran.add(2));
        timers.add(3, () -> ran.add(3));
        runAll(1);
        first.cancel();
        second.cancel();
        second.cancel();
        runAll(3);
        assertThat(ran).containsExactly(1, 3);
    }

    @Test
    void theClockMayWrapAround() {
        timers.add(Long.MIN_VALUE + 5, () -> ran.add(2));
        timers.add(Long.MAX_VALUE - 5, () -> ran.add(1));
        runAll(Long.MAX_VALUE);
        assertThat(ran).containsExactly(1);
        runAll(Long.MIN_VALUE + 5);
        assertThat(ran).containsExactly(1, 2);
    }
}
