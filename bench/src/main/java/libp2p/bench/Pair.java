package libp2p.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** Two processes that work together, and what each unit of their work cost both. */
final class Pair implements AutoCloseable {
    private final Child server;
    private final Child client;
    private final List<Double> cpu = new ArrayList<>();
    private final List<Double> wall = new ArrayList<>();
    private final List<Double> garbage = new ArrayList<>();

    Pair(String serverWork, String clientWork, boolean conscrypt) throws IOException {
        server = Child.of(serverWork, conscrypt);
        client = Child.of(clientWork, conscrypt);
        client.ask("to " + server.ask("where"));
    }

    Child server() {
        return server;
    }

    Child client() {
        return client;
    }

    /** Works without being measured, so that the compilers have done theirs. */
    void warm(long n) throws IOException {
        client.number("go " + n);
    }

    /** Works {@code n} units and remembers what each cost: the CPU time of both processes, everything in them included. */
    void measure(long n) throws IOException {
        long cpuBefore = cpuNanos();
        long garbageBefore = allocated();
        long took = client.number("go " + n);
        garbage.add((double) (allocated() - garbageBefore) / n);
        cpu.add((double) (cpuNanos() - cpuBefore) / n);
        wall.add((double) took / n);
    }

    private long cpuNanos() throws IOException {
        return client.number("cpu") + server.number("cpu");
    }

    private long allocated() throws IOException {
        return client.number("allocated") + server.number("allocated");
    }

    /** Nanoseconds of CPU a unit, the median of the measurements. */
    double cpu() {
        return median(cpu);
    }

    /** Nanoseconds a unit took. */
    double wall() {
        return median(wall);
    }

    /** Bytes that the two loops' threads allocated for a unit. */
    double garbage() {
        return median(garbage);
    }

    /** The least and the most CPU nanoseconds of a unit. */
    String spread(double unit) {
        return String.format(Locale.ROOT, "%.3g to %.3g", Collections.min(cpu) / unit, Collections.max(cpu) / unit);
    }

    static double median(List<Double> values) {
        List<Double> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        int n = sorted.size();
        return n % 2 == 1 ? sorted.get(n / 2) : (sorted.get(n / 2 - 1) + sorted.get(n / 2)) / 2;
    }

    @Override
    public void close() throws IOException {
        client.close();
        server.close();
    }
}
