package libp2p.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import libp2p.core.Rng;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventQueueTest {
    private static final class Mark extends Event {
        Mark(long time, int sender, long sequence) {
            this.time = time;
            this.sender = sender;
            this.sequence = sequence;
        }

        @Override
        public void run() {}

        @Override
        Kind kind() {
            return Kind.TIMER;
        }

        @Override
        SimHost host() {
            return null;
        }
    }

    private static int order(Event a, Event b) {
        return a == b ? 0 : a.isBefore(b) ? -1 : 1;
    }

    @Test
    void timeDecidesThenTheSenderThenItsSequence() {
        List<Mark> right = List.of(new Mark(1, 9, 9), new Mark(2, -1, 5), new Mark(2, 0, 3), new Mark(2, 0, 4), new Mark(2, 7, 0),
                new Mark(Long.MAX_VALUE, 0, 0));
        for (int turn = 0; turn < right.size(); turn++) {
            EventQueue q = new EventQueue();
            for (int i = 0; i < right.size(); i++) q.add(right.get((i + turn) % right.size()));
            for (Mark m : right) assertThat(q.poll()).isSameAs(m);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void anyMixOfAddingTakingAndCancellingIsThatOfASortedSet(long seed) {
        Rng random = Rng.seeded(seed);
        EventQueue q = new EventQueue();
        TreeSet<Event> model = new TreeSet<>(EventQueueTest::order);
        List<Event> all = new ArrayList<>();
        long now = 0;
        long sequence = 0;
        for (int i = 0; i < 50_000; i++) {
            int what = random.nextInt(10);
            if (what < 5) {
                long ahead = random.nextLong() >>> 1 + random.nextInt(62);
                Mark m = new Mark(now + ahead < 0 ? Long.MAX_VALUE : now + ahead, random.nextInt(4), sequence++);
                q.add(m);
                model.add(m);
                all.add(m);
            } else if (what < 7 && !all.isEmpty()) {
                Event e = all.get(random.nextInt(all.size()));
                assertThat(q.remove(e)).isEqualTo(model.remove(e));
            } else if (!model.isEmpty()) {
                Event e = q.peek();
                assertThat(e).isSameAs(model.first());
                if (what == 9) continue; // time does not always reach what was looked at
                now = e.time;
                assertThat(q.poll()).isSameAs(model.pollFirst());
            }
            assertThat(q.size()).isEqualTo(model.size());
        }
        while (!model.isEmpty()) assertThat(q.poll()).isSameAs(model.pollFirst());
        assertThat(q.peek()).isNull();
    }

    @Test
    void whatIsInAQueueCannotBeAddedAgain() {
        EventQueue q = new EventQueue();
        Mark m = new Mark(5, 0, 0);
        q.add(m);
        assertThatThrownBy(() -> q.add(m)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void nothingLiesBeforeTheBeginning() {
        assertThatThrownBy(() -> new EventQueue().add(new Mark(-1, 0, 0))).isInstanceOf(IllegalArgumentException.class);
    }
}
