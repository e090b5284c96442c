package libp2p.sim;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import libp2p.core.Rng;
import libp2p.core.net.Connection;

/**
 * Ways to look at some hosts and speak of all: at random, which only who made the world can, or by a walk over connections, as a crawler
 * in a real network must.
 */
public final class Sampling {
    private Sampling() {}

    /** That many different ones of all, each as likely as any other. */
    public static <T> List<T> random(List<? extends T> all, int count, Rng random) {
        if (count < 0 || count > all.size()) throw new IllegalArgumentException(count + " of " + all.size());
        List<T> left = new ArrayList<>(all);
        for (int i = 0; i < count; i++) { // the beginning of a shuffle
            int j = i + random.nextInt(left.size() - i);
            T swap = left.get(i);
            left.set(i, left.get(j));
            left.set(j, swap);
        }
        return new ArrayList<>(left.subList(0, count));
    }

    /**
     * A Metropolis-Hastings walk from {@code start}: it looks at a neighbour at random, and goes there always if that has no more
     * neighbours than where it is, else with the chance that the ratio of the two gives. In the long run it is everywhere equally often,
     * while a plain walk is where the connections are (Stutzbach et al., "On Unbiased Sampling for Unstructured Peer-to-Peer Networks",
     * 2006).
     *
     * @param neighbours the graph, which must be connected, and each a neighbour of its neighbours
     * @param burnIn steps before the first sample, until it no longer matters where it began
     * @param spacing steps from one sample to the next
     * @return the samples, in which the same one may come several times
     */
    public static <T> List<T> metropolisHastings(
            T start, Function<? super T, ? extends List<? extends T>> neighbours, int burnIn, int count, int spacing, Rng random) {
        if (burnIn < 0 || count < 0 || spacing < 1) {
            throw new IllegalArgumentException("no walk with " + burnIn + ", " + count + ", " + spacing);
        }
        List<T> samples = new ArrayList<>(count);
        T at = start;
        for (long step = 1; samples.size() < count; step++) {
            at = step(at, neighbours, random);
            if (step > burnIn && (step - burnIn - 1) % spacing == 0) samples.add(at);
        }
        return samples;
    }

    private static <T> T step(T at, Function<? super T, ? extends List<? extends T>> neighbours, Rng random) {
        List<? extends T> around = neighbours.apply(at);
        if (around.isEmpty()) return at;
        T next = around.get(random.nextInt(around.size()));
        int there = neighbours.apply(next).size();
        return there <= around.size() || random.nextInt(there) < around.size() ? next : at;
    }

    /** The hosts that a host is connected to, each once, in the order of its connections. */
    public static List<SimHost> neighbours(SimHost host) {
        Set<SimHost> all = new LinkedHashSet<>();
        if (!host.isUp()) return new ArrayList<>();
        for (Connection c : host.swarm().connections()) {
            SimHost other = host.world().host(c.remote());
            if (other != null && other != host) all.add(other);
        }
        return new ArrayList<>(all);
    }
}
