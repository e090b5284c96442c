package libp2p.gossipsub;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import libp2p.core.Buf;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Connection;
import libp2p.core.net.OpenOptions;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.core.node.Node;
import libp2p.core.node.Protocol;
import libp2p.core.node.Swarm;
import libp2p.testkit.Caller;
import libp2p.testkit.World;

/**
 * Messages through one node, whose mesh is all of its peers, over streams in memory: what the router and its queues cost, without a wire.
 * One
 * peer sends, all others take what comes and do nothing with it; their taking is counted too. Prints one JSON object.
 *
 * <p>Arguments: peers, bytes of a message, messages.
 */
final class ThroughRun {
    private static final PeerId SELF = ScoresTest.peer(1);

    private ThroughRun() {}

    /** Takes all bytes and counts them. */
    private static final class Sink implements Protocol {
        long bytes;

        @Override
        public List<String> ids() {
            return List.of(Version.V1_2.id());
        }

        @Override
        public void start(Node node) {}

        @Override
        public StreamHandler accept(Stream stream) {
            return new StreamHandler() {
                @Override
                public void onData(Stream s, Buf data) {
                    bytes += data.size();
                    data.skip(data.size());
                }

                @Override
                public void onFinish(Stream s) {
                    s.finish();
                }
            };
        }
    }

    public static void main(String[] args) {
        int peers = Integer.parseInt(args[0]);
        int size = Integer.parseInt(args[1]);
        int messages = Integer.parseInt(args[2]);
        World world = new World(Net.CRYPTO);
        world.network().window(1 << 20);
        Overlay wide = new Overlay(peers, peers - 1, peers + 1, 4, 2, 6, 0.25);
        Gossip gossip = new Gossip(GossipConfig.builder().overlay(wide).idontwant(Integer.MAX_VALUE).build());
        Swarm node = world.node(gossip);
        long[] heard = {0};
        gossip.topic(Net.T, Net.PLAIN).subscribe(m -> heard[0]++);
        List<Sink> sinks = new ArrayList<>();
        Caller from = null;
        for (int i = 0; i < peers; i++) {
            Sink sink = new Sink();
            sinks.add(sink);
            Swarm peer = world.node(World.RECKLESS, new libp2p.identify.Identify(), sink);
            Connection c = world.connect(peer, node);
            from = new Caller();
            c.open(List.of(Version.V1_2.id()), OpenOptions.DEFAULT, from);
            world.settle();
            for (byte[] f : new RpcWriter(1000).subscription(Net.T, true, false, false).graft(Net.T).frames()) from.send(f);
            world.settle();
        }
        if (gossip.router().state.topics.get(Net.T).mesh.size() != peers) throw new AssertionError("not all are in the mesh");
        run(world, from, size, messages / 4, 0); // warm
        world.advanceSeconds(1);
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long cpu = threads.getCurrentThreadCpuTime();
        long before = heard[0];
        run(world, from, size, messages, 1 << 30);
        double seconds = (threads.getCurrentThreadCpuTime() - cpu) / 1e9;
        long sent = 0;
        for (Sink s : sinks) sent += s.bytes;
        if (heard[0] - before != messages) throw new AssertionError("heard " + (heard[0] - before));
        if (sent < (long) (peers - 1) * messages * size) throw new AssertionError("sent " + sent);
        System.out.printf(Locale.ROOT,
                "{\"scenario\":\"gossip-through\",\"peers\":%d,\"messageBytes\":%d,\"messages\":%d,\"cpuSeconds\":%.3f,"
                        + "\"messagesPerCpuSecond\":%.0f,\"sendsPerCpuSecond\":%.0f,\"bytesSentPerCpuSecond\":%.0f}%n",
                peers, size, messages, seconds, messages / seconds, (double) messages * (peers - 1) / seconds,
                (double) messages * (peers - 1) * size / seconds);
    }

    private static void run(World world, Caller from, int size, int messages, int first) {
        for (int i = 0; i < messages; i++) {
            byte[] data = new Buf(Math.max(4, size)).putI32(first + i).array;
            byte[] raw = Message.encode(Net.T, data, null, null, null, null);
            from.send(Message.read(new Buf(raw), SELF, 0, RpcLimits.DEFAULT).frame());
            if (i % 8 == 7) world.settle();
            if (i % 4096 == 4095) world.advanceSeconds(1); // as heartbeats go
        }
        world.settle();
    }
}
