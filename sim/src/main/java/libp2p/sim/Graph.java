package libp2p.sim;

import libp2p.core.Rng;

/** Who is connected to whom: edges between hosts, by their numbers. */
public final class Graph {
    private final int[] from;
    private final int[] to;
    private int edges;

    private Graph(int most) {
        from = new int[most];
        to = new int[most];
    }

    /**
     * A random connected graph of {@code hosts} in which each has {@code degree} neighbours, an even number: so many halves of random
     * cycles through all. A few have fewer neighbours, where two cycles have an edge in common.
     */
    public static Graph regular(int hosts, int degree, Rng random) {
        if (hosts < 3 || degree < 2 || degree % 2 != 0 || degree >= hosts) {
            throw new IllegalArgumentException("no graph of " + hosts + " hosts with " + degree + " neighbours each");
        }
        Graph g = new Graph(Math.multiplyExact(hosts, degree / 2));
        int[] order = new int[hosts];
        for (int i = 0; i < hosts; i++) order[i] = i;
        for (int cycle = 0; cycle < degree / 2; cycle++) {
            for (int i = hosts - 1; i > 0; i--) {
                int j = random.nextInt(i + 1);
                int swap = order[i];
                order[i] = order[j];
                order[j] = swap;
            }
            for (int i = 0; i < hosts; i++) g.edge(order[i], order[(i + 1) % hosts]);
        }
        return g;
    }

    private void edge(int a, int b) {
        from[edges] = a;
        to[edges++] = b;
    }

    /** How many edges there are. */
    public int edges() {
        return edges;
    }

    /** The host that an edge comes from. */
    public int from(int edge) {
        return from[edge];
    }

    /** The host that it leads to. */
    public int to(int edge) {
        return to[edge];
    }
}
