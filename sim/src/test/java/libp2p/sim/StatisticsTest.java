package libp2p.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import libp2p.core.Rng;
import org.junit.jupiter.api.Test;

class StatisticsTest {
    @Test
    void aSampleIsDescribed() {
        Statistics s = Statistics.of(4.0, 1, 3, 2, 5);
        assertThat(s.count()).isEqualTo(5);
        assertThat(s.least()).isEqualTo(1);
        assertThat(s.most()).isEqualTo(5);
        assertThat(s.mean()).isEqualTo(3);
        assertThat(s.deviation()).isCloseTo(1.5811388, within(1e-7));
        assertThat(s.median()).isEqualTo(3);
        assertThat(s.percentile(100)).isEqualTo(5);
        assertThat(s.percentile(20)).isEqualTo(1);
        assertThat(s.percentile(20.1)).isEqualTo(2);
        assertThat(s.percentile(0.001)).isEqualTo(1);
    }

    @Test
    void theMeansIntervalIsStudents() {
        Statistics.Interval i = Statistics.of(4.0, 1, 3, 2, 5).meanInterval(); // t = 2.776 with 4 degrees of freedom
        assertThat(i.low()).isCloseTo(3 - 1.9629, within(1e-3));
        assertThat(i.high()).isCloseTo(3 + 1.9629, within(1e-3));
        assertThat(Statistics.of(7.0).meanInterval().high()).isInfinite();
    }

    @Test
    void intervalsHoldTheTruthAsOftenAsTheySay() {
        Rng random = Rng.seeded(12);
        Distribution d = Distribution.exponential(1_000_000);
        int mean = 0;
        int median = 0;
        int p90 = 0;
        int runs = 2000;
        for (int r = 0; r < runs; r++) {
            long[] sample = new long[100];
            for (int i = 0; i < sample.length; i++) sample[i] = d.draw(random);
            Statistics s = Statistics.of(sample);
            if (holds(s.meanInterval(), 1_000_000)) mean++;
            if (holds(s.percentileInterval(50), 693_147)) median++;
            if (holds(s.percentileInterval(90), 2_302_585)) p90++;
        }
        assertThat(mean / (double) runs).isBetween(0.91, 0.97); // the distribution is lopsided, Student's only nearly right
        assertThat(median / (double) runs).isBetween(0.94, 0.99);
        assertThat(p90 / (double) runs).isBetween(0.94, 0.99);
    }

    private static boolean holds(Statistics.Interval i, double truth) {
        return i.low() <= truth && truth <= i.high();
    }

    @Test
    void aSampleTooSmallToSayHasAnOpenInterval() {
        Statistics.Interval i = Statistics.of(1.0, 2, 3, 4).percentileInterval(50);
        assertThat(i.low()).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(i.high()).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(Statistics.of(1.0, 2, 3, 4, 5, 6).percentileInterval(50)).isEqualTo(new Statistics.Interval(1, 6)); // 97 %
    }

    @Test
    void largeSamplesDoNotVanish() {
        double[] all = new double[100_000];
        for (int i = 0; i < all.length; i++) all[i] = i;
        Statistics.Interval i = Statistics.of(all).percentileInterval(99);
        assertThat(i.low()).isBetween(98_930.0, 98_945.0); // 1.96 * sqrt(n p q) = 61.7
        assertThat(i.high()).isBetween(99_055.0, 99_070.0);
    }

    @Test
    void theOrderDoesNotMatterToTheLastBit() {
        double[] a = {1e16, 1, -1e16, 0.1, 3};
        double[] b = {0.1, 3, 1, 1e16, -1e16};
        assertThat(Statistics.of(a).mean()).isEqualTo(Statistics.of(b).mean());
    }

    @Test
    void whatSaysNothingIsRefused() {
        assertThatThrownBy(() -> Statistics.of(new double[0])).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Statistics.of(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Statistics.of(1.0).percentile(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Statistics.of(1.0).percentileInterval(100)).isInstanceOf(IllegalArgumentException.class);
    }
}
