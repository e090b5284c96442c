package libp2p.sim;

import libp2p.core.net.Dial;

/** A graph on its way to become connections: an edge at a time, so that what is under way stays small. */
final class Joining extends Event {
    private final World world;
    private final Graph graph;
    private final long begin;
    private final long spread;
    private int next;

    Joining(World world, Graph graph, long spreadNanos) {
        if (spreadNanos < 0) throw new IllegalArgumentException("negative time " + spreadNanos);
        this.world = world;
        this.graph = graph;
        this.begin = world.now();
        this.spread = spreadNanos;
    }

    void begin() {
        if (next < graph.edges()) world.timeline().add(this, begin + (long) ((double) spread / graph.edges() * next));
    }

    @Override
    public void run() {
        SimHost from = host();
        SimHost to = world.hosts().get(graph.to(next));
        next++;
        if (from.isUp() && from.swarm().connections(to.id()).isEmpty()) {
            from.swarm().dial(Dial.to(to.address(), to.id()), (connection, failure) -> {});
        }
        begin();
    }

    @Override
    Kind kind() {
        return Kind.TIMER;
    }

    @Override
    SimHost host() {
        return world.hosts().get(graph.from(next));
    }

    @Override
    public String toString() {
        return "is to join host" + graph.to(next);
    }
}
