package libp2p.sim;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToIntFunction;

/** Parts of the world with the one-way latency from each to each, and who is where. */
public final class Regions {
    /**
     * The eight regions, their latencies and how many of a thousand or so hosts are in each, as the simulations of libp2p's gossipsub
     * interoperability suite have them (libp2p/test-plans, gossipsub-interop/network_graph.py): from 2 ms within Europe to 220 ms between
     * Australia and South Africa. The weights are those of Ethereum's nodes.
     */
    public static final Regions ETHEREUM = of(
            List.of("australia", "europe", "east_asia", "west_asia", "na_east", "na_west", "south_africa", "south_america"),
            new int[][] {
                {2, 165, 110, 180, 150, 110, 220, 190},
                {165, 2, 125, 60, 70, 110, 95, 140},
                {110, 125, 4, 110, 140, 100, 175, 175},
                {180, 60, 110, 5, 110, 150, 110, 145},
                {150, 70, 140, 110, 2, 60, 130, 100},
                {110, 110, 100, 150, 60, 2, 160, 100},
                {220, 95, 175, 110, 130, 160, 7, 190}, // the two ways between Africa and South America differ in the source
                {190, 140, 175, 145, 100, 100, 195, 7},
            },
            new int[] {290, 5599, 1059, 161, 2894, 1240, 47, 36});

    private final List<String> names;
    private final long[][] latencies; // nanoseconds
    private final ToIntFunction<SimHost> place;

    private Regions(List<String> names, long[][] latencies, ToIntFunction<SimHost> place) {
        this.names = names;
        this.latencies = latencies;
        this.place = place;
    }

    /**
     * Regions with these names, the latencies from each (row) to each (column) in milliseconds, and weights by which the seed spreads hosts
     * over them.
     */
    public static Regions of(List<String> names, int[][] latencyMillis, int[] weights) {
        int n = names.size();
        if (n == 0 || latencyMillis.length != n || weights.length != n) {
            throw new IllegalArgumentException("regions, latencies and weights must be as many");
        }
        long[][] nanos = new long[n][n];
        for (int i = 0; i < n; i++) {
            if (latencyMillis[i].length != n) {
                throw new IllegalArgumentException("latencies from " + names.get(i) + " must be as many as regions");
            }
            for (int j = 0; j < n; j++) {
                if (latencyMillis[i][j] < 0) throw new IllegalArgumentException("negative latency from " + names.get(i));
                nanos[i][j] = latencyMillis[i][j] * World.MILLISECOND;
            }
        }
        return new Regions(List.of(names.toArray(new String[0])), nanos, spread(weights));
    }

    private static ToIntFunction<SimHost> spread(int[] weights) {
        int[] upTo = new int[weights.length];
        int sum = 0;
        for (int i = 0; i < weights.length; i++) {
            if (weights[i] < 0) throw new IllegalArgumentException("weight " + weights[i]);
            sum = Math.addExact(sum, weights[i]);
            upTo[i] = sum;
        }
        if (sum == 0) throw new IllegalArgumentException("all weights are zero");
        int all = sum;
        return host -> {
            int at = (int) Mix.within(Mix.with(host.world().seed(), host.index()), all);
            int found = Arrays.binarySearch(upTo, at + 1);
            int region = found < 0 ? -1 - found : found;
            while (region > 0 && upTo[region - 1] >= at + 1) region--; // regions of weight zero have no hosts
            return region;
        };
    }

    /** The same regions with hosts where the function says, by the region's number. */
    public Regions placed(ToIntFunction<SimHost> where) {
        return new Regions(names, latencies, where);
    }

    /** The names, in their order. */
    public List<String> names() {
        return names;
    }

    /** The number of the region that a host is in. */
    public int of(SimHost host) {
        return place.applyAsInt(host);
    }

    /** One way, in nanoseconds. */
    public long latencyNanos(int from, int to) {
        return latencies[from][to];
    }
}
