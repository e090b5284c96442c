package libp2p.sim;

import java.lang.management.ManagementFactory;
import java.util.List;

/** Measures a world: builds a random graph, floods messages over it, and prints one JSON object of what that took. */
final class FloodRun {
    private FloodRun() {}

    public static void main(String[] args) {
        int nodes = Integer.parseInt(args[0]);
        int messages = Integer.parseInt(args[1]);
        long seed = Long.parseLong(args[2]);
        int degree = 8;
        com.sun.management.OperatingSystemMXBean os =
                (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long cpuBegan = os.getProcessCpuTime();
        long began = System.nanoTime();
        long[] delivered = {0};
        World world = World.seed(seed).links(Links.uniform(10 * World.MILLISECOND, 100 * World.MILLISECOND));
        List<SimHost> hosts = world.hosts(nodes, () -> List.of(new Flood(number -> delivered[0]++)));
        System.err.println("hosts made: " + (os.getProcessCpuTime() - cpuBegan) / 1_000_000 + " ms CPU");
        world.join(Graph.regular(nodes, degree, world.random()), 10 * World.SECOND);
        world.run(11 * World.SECOND);
        long builtEvents = world.events();
        long builtCpu = os.getProcessCpuTime() - cpuBegan;
        System.err.println("built: " + builtEvents + " events, " + builtCpu / 1_000_000 + " ms CPU");
        for (int m = 0; m < messages; m++) {
            hosts.get(world.random().nextInt(nodes)).protocol(Flood.class).publish(m, new byte[100]);
            world.run(World.SECOND);
        }
        world.run(4 * World.SECOND);
        long cpu = os.getProcessCpuTime() - cpuBegan;
        long wall = System.nanoTime() - began;
        System.gc();
        Runtime r = Runtime.getRuntime();
        long heap = r.totalMemory() - r.freeMemory();
        System.out.printf(java.util.Locale.ROOT,
                "{\"scenario\":\"flood\",\"seed\":%d,\"nodes\":%d,\"degree\":%d,\"messages\":%d,\"virtualSeconds\":%.3f,\"events\":%d,"
                        + "\"buildEvents\":%d,\"buildCpuSeconds\":%.2f,\"cpuSeconds\":%.2f,"
                        + "\"wallSeconds\":%.2f,\"eventsPerCpuSecond\":%d,\"heapBytesPerHost\":%d,"
                        + "\"delivered\":%d,\"traceHash\":\"%016x\"}%n",
                seed, nodes, degree, messages, world.now() / 1e9, world.events(), builtEvents, builtCpu / 1e9, cpu / 1e9, wall / 1e9,
                (long) (world.events() / (cpu / 1e9)), heap / nodes, delivered[0], world.hash());
        if (delivered[0] != (long) messages * (nodes - 1)) throw new AssertionError("not all were reached");
        if (args.length > 3) {
            try {
                Thread.sleep(1000L * Integer.parseInt(args[3]));
            } catch (InterruptedException e) {
                return;
            }
        }
        if (world.hosts().isEmpty()) throw new AssertionError();
    }
}
