package libp2p.cli;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import libp2p.core.Callback;
import libp2p.core.identity.PeerId;
import libp2p.gossipsub.Gossip;
import libp2p.gossipsub.PublishOptions;
import libp2p.gossipsub.PublishResult;
import libp2p.gossipsub.Topic;
import libp2p.identify.Identify;
import libp2p.jvm.Host;
import libp2p.perf.Perf;
import libp2p.ping.Ping;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Nodes on loopback that talk to each other, shown as it happens. */
@Command(name = "demo", description = "Start nodes on loopback, connect them, and show messages spreading, pings and throughput.",
        mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
    private static final int NODES_MAX = 64;
    private static final long PERF_BYTES = 16L << 20;
    private static final String TOPIC = "demo";
    private static final long GOSSIP_NANOS = 10_000_000_000L;

    @Spec
    private CommandSpec spec;

    @Option(names = "--nodes", paramLabel = "N", defaultValue = "5", description = "How many nodes (default ${DEFAULT-VALUE}).")
    private int count;

    @Option(names = "--for", paramLabel = "TIME", defaultValue = "20s", converter = Time.class,
            description = "How long, such as 20s (default ${DEFAULT-VALUE}).")
    private long nanos;

    @Mixin
    private Output output;

    private record Member(Host host, Ping ping, Perf perf, Gossip gossip) {}

    @Override
    public Integer call() throws Exception {
        if (count < 2 || count > NODES_MAX) throw new ParameterException(spec.commandLine(), "--nodes takes 2 to " + NODES_MAX);
        List<Member> members = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) members.add(start(i));
            for (int i = 0; i < count; i++) {
                for (int j = i + 1; j < count; j++) connect(members, i, j);
            }
            gossip(members);
            talk(members);
        } finally {
            for (Member m : members) m.host.close();
        }
        return 0;
    }

    private Member start(int i) throws Exception {
        Ping ping = new Ping();
        Perf perf = new Perf();
        Gossip gossip = new Gossip();
        Host host = Host.builder().listen("/ip4/127.0.0.1/tcp/0").protocol(new Identify(), ping, perf, gossip).start();
        say(Map.of("event", "started", "node", i, "peerId", host.id().toString()),
                "node " + i + " is " + host.id() + " at " + host.addresses());
        return new Member(host, ping, perf, gossip);
    }

    private void connect(List<Member> members, int from, int to) throws Exception {
        members.get(from).host.connect(members.get(to).host.addresses().get(0));
        say(Map.of("event", "connected", "from", from, "to", to), "node " + from + " is connected to node " + to);
    }

    private void say(Map<String, Object> object, String line) {
        output.say(object, line);
    }

    /** Each node publishes in turn, and it is shown how long its message took to all others. */
    private void gossip(List<Member> members) throws Exception {
        BlockingQueue<Integer> heard = new LinkedBlockingQueue<>();
        List<Topic> topics = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int node = i;
            Topic topic = members.get(i).gossip.topic(TOPIC);
            topic.subscribe(message -> heard.add(node));
            topics.add(topic);
        }
        for (int i = 0; i < count; i++) {
            byte[] text = ("hello from node " + i).getBytes(StandardCharsets.UTF_8);
            Topic topic = topics.get(i);
            long began = System.nanoTime();
            PublishResult result = members.get(i).host.await((Callback<PublishResult> done) ->
                    topic.publish(text, PublishOptions.ready(1, GOSSIP_NANOS), done));
            int others = 0;
            while (others < count - 1) {
                if (heard.poll(GOSSIP_NANOS, TimeUnit.NANOSECONDS) == null) break;
                others++;
            }
            long took = System.nanoTime() - began;
            Map<String, Object> o = new LinkedHashMap<>();
            o.put("event", "spread");
            o.put("from", i);
            o.put("sentTo", result.sent().size());
            o.put("heardBy", others);
            o.put("nanos", took);
            say(o, "node " + i + " published to " + result.sent().size() + " peers, heard by " + others + " of " + (count - 1) + " in "
                    + Output.millis(took));
            if (others < count - 1) throw new IllegalStateException("a message of node " + i + " was not heard by all");
        }
    }

    private void talk(List<Member> members) throws Exception {
        long end = System.nanoTime() + nanos;
        List<Long> pings = new ArrayList<>();
        long moved = 0;
        long moving = 0;
        for (int round = 0; System.nanoTime() < end; round++) {
            int from = round % count;
            int to = (from + 1 + round / count % (count - 1)) % count;
            Member m = members.get(from);
            PeerId peer = members.get(to).host.id();
            long left = Math.max(1, end - System.nanoTime());
            try {
                long rtt = m.host.async((Callback<Long> done) -> m.ping.ping(peer, done)).get(left, TimeUnit.NANOSECONDS);
                pings.add(rtt);
                Perf.Result r = m.host.async((Callback<Perf.Result> done) -> m.perf.perf(peer, PERF_BYTES, 0, Perf.Progress.NONE, done))
                        .get(Math.max(1, end - System.nanoTime()), TimeUnit.NANOSECONDS);
                moved += r.uploaded();
                moving += r.uploadNanos();
                Map<String, Object> o = new LinkedHashMap<>();
                o.put("event", "measured");
                o.put("from", from);
                o.put("to", to);
                o.put("pingNanos", rtt);
                o.put("bytes", r.uploaded());
                o.put("nanos", r.uploadNanos());
                say(o, "node " + from + " to node " + to + ": ping " + Output.millis(rtt) + ", "
                        + Output.rate(r.uploaded(), r.uploadNanos()));
            } catch (TimeoutException e) {
                break; // the time is over in the middle of a measurement
            } catch (ExecutionException e) {
                throw e.getCause() instanceof Exception ? (Exception) e.getCause() : e;
            }
        }
        summarise(pings, moved, moving);
    }

    private void summarise(List<Long> pings, long moved, long moving) {
        Collections.sort(pings);
        long median = pings.isEmpty() ? 0 : pings.get(pings.size() / 2);
        Map<String, Object> o = new LinkedHashMap<>();
        o.put("event", "summary");
        o.put("nodes", count);
        o.put("connections", count * (count - 1) / 2);
        o.put("pings", pings.size());
        o.put("medianPingNanos", median);
        o.put("bytes", moved);
        o.put("bytesPerSecond", moving == 0 ? 0 : Math.round(moved * 1e9 / moving));
        say(o, count + " nodes, " + count * (count - 1) / 2 + " connections, " + pings.size() + " pings, "
                + "median " + Output.millis(median) + ", "
                + (moved >> 20) + " MiB moved at " + Output.rate(moved, moving));
    }

    /** Times such as 20s, 500ms or 2m. */
    static final class Time implements ITypeConverter<Long> {
        private static final Pattern FORM = Pattern.compile("(\\d{1,9})(ms|s|m)");

        @Override
        public Long convert(String text) {
            Matcher m = FORM.matcher(text);
            if (!m.matches()) throw new TypeConversionException("'" + text + "' is not a time such as 20s");
            long unit = m.group(2).equals("ms") ? 1_000_000L : m.group(2).equals("s") ? 1_000_000_000L : 60_000_000_000L;
            return Long.parseLong(m.group(1)) * unit;
        }
    }
}
