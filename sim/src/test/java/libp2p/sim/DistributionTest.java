package libp2p.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import libp2p.core.Rng;
import org.junit.jupiter.api.Test;

class DistributionTest {
    private static final int N = 20_000;

    private static double[] draws(Distribution d) {
        Rng random = Rng.seeded(3);
        double[] all = new double[N];
        for (int i = 0; i < N; i++) all[i] = d.draw(random);
        Arrays.sort(all);
        assertThat(all[0]).isNotNegative();
        return all;
    }

    private static double mean(double[] all) {
        return Arrays.stream(all).sum() / all.length;
    }

    private static double deviation(double[] all) {
        double m = mean(all);
        return Math.sqrt(Arrays.stream(all).map(v -> (v - m) * (v - m)).sum() / all.length);
    }

    @Test
    void logarithmAndExponentialAreThoseOfMath() {
        Rng random = Rng.seeded(1);
        for (int i = 0; i < 100_000; i++) {
            double x = random.nextDouble() * 1400 - 700;
            assertThat(Elementary.exp(x)).isCloseTo(Math.exp(x), within(Math.exp(x) * 1e-13));
            double y = Math.exp(x);
            assertThat(Elementary.ln(y)).isCloseTo(Math.log(y), within(1e-13 * Math.max(1, Math.abs(x))));
        }
        assertThat(Elementary.ln(1)).isZero();
        assertThat(Elementary.exp(0)).isOne();
        assertThat(Elementary.exp(-1e9)).isZero();
        assertThatThrownBy(() -> Elementary.ln(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void eachHasItsMeanAndItsSpread() {
        double[] uniform = draws(Distribution.uniform(100, 300));
        assertThat(uniform[0]).isEqualTo(100);
        assertThat(uniform[N - 1]).isEqualTo(300);
        assertThat(mean(uniform)).isCloseTo(200, within(2.0));
        double[] normal = draws(Distribution.normal(1_000_000, 100_000));
        assertThat(mean(normal)).isCloseTo(1_000_000, within(3_000.0));
        assertThat(deviation(normal)).isCloseTo(100_000, within(3_000.0));
        double[] exponential = draws(Distribution.exponential(1_000_000));
        assertThat(mean(exponential)).isCloseTo(1_000_000, within(30_000.0));
        assertThat(deviation(exponential)).isCloseTo(1_000_000, within(40_000.0));
        double[] logNormal = draws(Distribution.logNormal(1_000_000, 0.5));
        assertThat(logNormal[N / 2]).isCloseTo(1_000_000, within(20_000.0));
        assertThat(mean(logNormal)).isCloseTo(1_133_148, within(20_000.0)); // e^(0.5^2 / 2)
        double[] weibull = draws(Distribution.weibull(1_000_000, 0.5));
        assertThat(mean(weibull)).isCloseTo(2_000_000, within(150_000.0)); // gamma(3)
        double[] pareto = draws(Distribution.pareto(1_000_000, 3));
        assertThat(pareto[0]).isGreaterThanOrEqualTo(1_000_000);
        assertThat(mean(pareto)).isCloseTo(1_500_000, within(40_000.0));
    }

    @Test
    void theNormalDistributionIsCutAtZero() {
        double[] all = draws(Distribution.normal(100, 1000));
        assertThat(mean(all)).isGreaterThan(500);
    }

    @Test
    void whatIsTruncatedStaysWithin() {
        double[] all = draws(Distribution.exponential(1000).within(500, 600));
        assertThat(all[0]).isGreaterThanOrEqualTo(500);
        assertThat(all[N - 1]).isLessThanOrEqualTo(600);
        assertThat(Distribution.constant(5).within(10, 20).draw(Rng.seeded(1))).isEqualTo(10);
    }

    @Test
    void whatWasMeasuredComesAgain() {
        double[] all = draws(Distribution.empirical(30, 10, 20));
        assertThat(all[0]).isEqualTo(10);
        assertThat(all[N - 1]).isBetween(29.0, 30.0);
        assertThat(mean(all)).isCloseTo(19.5, within(0.5));
        assertThat(Distribution.empirical(7).draw(Rng.seeded(1))).isEqualTo(7);
    }

    /** Numbers that another platform must give too; computed once, by this code. */
    @Test
    void theSameSeedGivesTheSameNumbersForEver() {
        Rng r = Rng.seeded(42);
        long h = 0;
        for (int i = 0; i < 1000; i++) {
            h = Mix.with(h, Distribution.normal(1_000_000_000, 300_000_000).draw(r));
            h = Mix.with(h, Distribution.logNormal(1_000_000_000, 1).draw(r));
            h = Mix.with(h, Distribution.weibull(1_000_000_000, 0.6).draw(r));
            h = Mix.with(h, Distribution.pareto(1_000_000_000, 1.2).draw(r));
        }
        assertThat(h).isEqualTo(HASH);
    }

    private static final long HASH = -4141856147132845630L;

    @Test
    void impossibleOnesAreRefused() {
        assertThatThrownBy(() -> Distribution.constant(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Distribution.uniform(5, 4)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Distribution.empirical()).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Distribution.logNormal(1, -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Distribution.weibull(1, 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
