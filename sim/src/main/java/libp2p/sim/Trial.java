package libp2p.sim;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One run of a {@link Scenario}: its world, its parameters, and what is measured.
 *
 * <p>What is measured is kept as it comes, so that a trial which is stopped half-way has all there was until then.
 */
public final class Trial {
    /** Time passes in steps of at most this part of what is to come, or of this many nanoseconds, for who watches. */
    private static final int STEPS = 200;

    private static final long STEP_MAX = World.SECOND;

    /** Sees a trial go on; what it throws stops the trial. */
    @FunctionalInterface
    public interface Watcher {
        /** So much has passed of what is to come, in nanoseconds; {@code length} is 0 when nobody has said. */
        void passed(long now, long length);
    }

    /**
     * A line of a chart.
     *
     * @param chart what the chart shows, such as {@code reach}
     * @param unit of y, such as {@code %}
     * @param name which line of the chart
     * @param x seconds since the world's beginning
     * @param y the values
     */
    public record Line(String chart, String unit, String name, List<Double> x, List<Double> y) {}

    /**
     * Many values of one quantity.
     *
     * @param name what was measured, such as {@code roundTrip}
     * @param unit such as {@code ms}
     * @param values in the order in which they came
     */
    public record Sample(String name, String unit, double[] values) {}

    private final Scenario scenario;
    private final World world;
    private final int nodes;
    private final Map<String, Double> parameters = new LinkedHashMap<>();
    private final Watcher watcher;
    private final Map<String, Double> results = new LinkedHashMap<>();
    private final Map<String, Line> lines = new LinkedHashMap<>();
    private final Map<String, Sample> samples = new LinkedHashMap<>();
    private long length;
    private long delivered;

    /**
     * A trial that has not begun.
     *
     * @param given the parameters that are not as usual, by name
     * @throws IllegalArgumentException if there is no such parameter, or it is out of its bounds
     */
    public Trial(Scenario scenario, long seed, int nodes, Fidelity fidelity, Map<String, Double> given, Watcher watcher) {
        if (nodes < 1) throw new IllegalArgumentException(nodes + " hosts");
        this.scenario = scenario;
        this.world = World.seed(seed).fidelity(fidelity);
        this.nodes = nodes;
        this.watcher = watcher;
        for (Scenario.Parameter p : scenario.parameters()) {
            Double value = given.get(p.name());
            double v = value == null ? p.usual() : value;
            if (!(v >= p.least() && v <= p.most())) {
                String bounds = text(p.least()) + " to " + text(p.most());
                throw new IllegalArgumentException(p.name() + " is " + text(v) + " and must be from " + bounds);
            }
            parameters.put(p.name(), v);
        }
        for (String name : given.keySet()) {
            boolean known = parameters.containsKey(name);
            if (!known) throw new IllegalArgumentException("the scenario " + scenario.name() + " has no parameter " + name);
        }
    }

    /** A number without a fraction that is none. */
    public static String text(double v) {
        return v == Math.rint(v) && Math.abs(v) < 1e15 ? Long.toString((long) v) : Double.toString(v);
    }

    /** Runs the scenario to its end. */
    public void run() {
        scenario.run(this);
    }

    // ---- what a scenario works with

    /** Where it happens; without hosts at first. */
    public World world() {
        return world;
    }

    /** How many hosts there are to be. */
    public int nodes() {
        return nodes;
    }

    /** The value of a parameter. */
    public double value(String parameter) {
        Double v = parameters.get(parameter);
        if (v == null) throw new IllegalStateException("the scenario " + scenario.name() + " has no parameter " + parameter);
        return v;
    }

    /** The value of a parameter that is a whole number. */
    public int whole(String parameter) {
        double v = value(parameter);
        if (v != (int) v) throw new IllegalArgumentException(parameter + " is " + v + " and must be a whole number");
        return (int) v;
    }

    /** The value of a parameter in seconds, in nanoseconds. */
    public long seconds(String parameter) {
        return (long) (value(parameter) * World.SECOND);
    }

    /** The value of a parameter in milliseconds, in nanoseconds. */
    public long millis(String parameter) {
        return (long) (value(parameter) * World.MILLISECOND);
    }

    /** Says how long the trial takes in all, for who watches. */
    public void lasts(long nanos) {
        length = nanos;
    }

    /** Lets time pass. */
    public void run(long nanos) {
        long end = Math.addExact(world.now(), nanos);
        long step = Math.max(1, Math.min(STEP_MAX, Math.max(length, nanos) / STEPS));
        while (world.now() < end) {
            world.run(Math.min(step, end - world.now()));
            watcher.passed(world.now(), length);
        }
    }

    // ---- what is measured

    /** So many messages more have reached a host; their publishers do not count. */
    public void delivered(long more) {
        delivered += more;
    }

    /** A number to be told in the end; the last one counts. */
    public void result(String name, double value) {
        results.put(name, value);
    }

    /** A point of a line in a chart, now. */
    public void point(String chart, String unit, String line, double y) {
        point(chart, unit, line, world.now(), y);
    }

    /** A point of a line in a chart, at a time of the world's. */
    public void point(String chart, String unit, String line, long atNanos, double y) {
        Line l = lines.computeIfAbsent(chart + '/' + line, key -> new Line(chart, unit, line, new ArrayList<>(), new ArrayList<>()));
        l.x().add((double) atNanos / World.SECOND);
        l.y().add(y);
    }

    /** Many values of one quantity, of which the distribution is told; replaces those of the same name. */
    public void sample(String name, String unit, double[] values) {
        samples.put(name, new Sample(name, unit, values));
    }

    // ---- for who runs it

    /** What is run. */
    public Scenario scenario() {
        return scenario;
    }

    /** All parameters, in the scenario's order. */
    public Map<String, Double> parameters() {
        return Collections.unmodifiableMap(parameters);
    }

    /** How many messages have reached hosts. */
    public long delivered() {
        return delivered;
    }

    /** The numbers, in the order in which they were first told. */
    public Map<String, Double> results() {
        return Collections.unmodifiableMap(results);
    }

    /** The lines of all charts. */
    public List<Line> lines() {
        return new ArrayList<>(lines.values());
    }

    /** The distributions. */
    public List<Sample> samples() {
        return new ArrayList<>(samples.values());
    }
}
