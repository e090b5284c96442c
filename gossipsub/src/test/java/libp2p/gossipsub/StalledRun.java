package libp2p.gossipsub;

import java.util.Locale;
import libp2p.core.Buf;

/**
 * One peer of two does not read: as many messages are published as one likes, and the heap stays as it is. Prints a JSON object at each
 * tenth of them: what waits for the stalled peer, what the other heard, and the heap in use after a collection.
 *
 * <p>Arguments: messages, bytes of a message.
 */
final class StalledRun {
    private static final int PER_SECOND = 1000; // of virtual time

    private StalledRun() {}

    public static void main(String[] args) {
        int messages = Integer.parseInt(args[0]);
        int size = Integer.parseInt(args[1]);
        Net net = new Net();
        Net.Member node = net.member();
        Topic topic = node.topic(Net.T, Net.PLAIN);
        topic.subscribe(m -> {});
        Net.Member reader = net.member();
        long[] heard = {0};
        reader.topic(Net.T, Net.PLAIN).subscribe(m -> heard[0]++);
        net.connectAll();
        Puppet stalled = net.puppet();
        stalled.meet(node).subscribe(Net.T).graft(Net.T);
        stalled.reads = false;
        if (node.mesh(Net.T).size() != 2) throw new AssertionError("both are to be in the mesh");
        for (int i = 0; i < messages; i++) {
            topic.publish(new Buf(Math.max(4, size)).putI32(i).array, (r, f) -> {
                if (f != null) throw new IllegalStateException(f.toString());
            });
            if (i % 8 == 7) net.world.settle();
            if (i % PER_SECOND == PER_SECOND - 1) net.beats(1);
            if ((i + 1) % (messages / 10) == 0) say(i + 1, node, stalled, heard[0]);
        }
    }

    private static void say(int published, Net.Member node, Puppet stalled, long heard) {
        System.gc();
        long heap = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
        System.out.printf(Locale.ROOT,
                "{\"scenario\":\"gossip-stalled\",\"published\":%d,\"heardByTheOther\":%d,\"waitingFrames\":%d,\"waitingBytes\":%d,"
                        + "\"seen\":%d,\"heapBytes\":%d}%n",
                published, heard, node.router().messages().waiting(stalled.id()), node.router().messages().waitingBytes(stalled.id()),
                node.router().state.seen.size(), heap);
    }
}
