package libp2p.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import libp2p.core.Callback;
import libp2p.core.identity.PeerId;
import libp2p.gossipsub.Gossip;
import libp2p.identify.Identify;
import libp2p.jvm.Host;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;
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
@Command(
        name = "demo",
        description = "Start nodes on loopback, connect them, and show who is connected to whom, messages spreading, ping times "
                + "and throughput: "
                + "a live table on a terminal, else a line for each event.",
        mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
    private static final int NODES_MAX = 64;
    private static final long LINGER_NANOS = 2_000_000_000L;
    private static final long CALM_MILLIS = 250;
    private static final long PERF_BYTES = 16L << 20;
    static final String[] LISTEN = {
        "/ip4/127.0.0.1/tcp/0",
        "/ip4/127.0.0.1/tcp/0/ws",
        "/ip4/127.0.0.1/udp/0/quic-v1",
        "/ip4/127.0.0.1/udp/0/quic-v1/webtransport",
        "/ip4/127.0.0.1/udp/0/webrtc-direct"
    };

    /** Where the page's sources are; the launcher, which knows this tree, sets it. */
    private static final String PAGE = "libp2p.page";

    @Spec
    private CommandSpec spec;

    @Option(names = "--nodes", paramLabel = "N", defaultValue = "5",
            description = "How many nodes, 2 to " + NODES_MAX + " (default ${DEFAULT-VALUE}).")
    private int count;

    @Option(names = "--for", paramLabel = "TIME", defaultValue = "20s", converter = Time.class,
            description = "How long they talk, such as 20s (default ${DEFAULT-VALUE}).")
    private long nanos;

    @Mixin
    private Output output;

    private record Member(Host host, Ping ping, Perf perf) {
        /** Its address on plain TCP, where the nodes meet. */
        Multiaddr tcp() {
            return host.addresses().stream().filter(a -> a.withoutPeer().components().size() == 2).findFirst().orElseThrow();
        }
    }

    @Override
    public Integer call() throws Exception {
        if (count < 2 || count > NODES_MAX) throw new ParameterException(spec.commandLine(), "--nodes takes 2 to " + NODES_MAX);
        List<Member> members = new ArrayList<>();
        DemoView view = output.terminal() ? new DemoTable(output.out(), count, nanos) : new DemoLines(output);
        DemoTally tally = new DemoTally(count);
        DemoGossip topic = new DemoGossip();
        DemoServer server = null;
        try {
            for (int i = 0; i < count; i++) members.add(start(i, view, topic));
            server = serve(members);
            if (server != null) view.page(server.url());
            for (int i = 0; i < count; i++) {
                for (int j = i + 1; j < count; j++) {
                    members.get(i).host.connect(members.get(j).tcp());
                    tally.connections++;
                    view.connected(i, j);
                }
            }
            topic.spread(view);
            talk(members, view, tally, server);
        } finally {
            if (server != null) server.close();
            close(members);
        }
        view.summary(tally);
        return 0;
    }

    private static @Nullable DemoServer serve(List<Member> members) throws IOException {
        String sources = System.getProperty(PAGE);
        return sources == null ? null : new DemoServer(members.stream().map(Member::host).toList(), new DemoPage(Path.of(sources)));
    }

    private static Member start(int i, DemoView view, DemoGossip topic) throws Exception {
        Ping ping = new Ping();
        Perf perf = new Perf();
        Gossip gossip = new Gossip();
        Host host = Host.builder().listen(LISTEN).protocol(new Identify(), ping, perf, gossip).start();
        Member member = new Member(host, ping, perf);
        view.started(i, host.id(), member.tcp(), host.addresses());
        topic.join(host, gossip);
        return member;
    }

    /** All at once, since each says goodbye to all others. */
    private static void close(List<Member> members) {
        List<CompletableFuture<Void>> closing = new ArrayList<>();
        for (Member m : members) closing.add(CompletableFuture.runAsync(m.host::close, task -> new Thread(task, "demo-close").start()));
        for (CompletableFuture<Void> c : closing) c.join();
    }

    /** One node after the other pings one of the others and then sends to it, until the time is over and nobody looks at the page. */
    private void talk(List<Member> members, DemoView view, DemoTally tally, @Nullable DemoServer server) throws Exception {
        long end = System.nanoTime() + nanos;
        for (int round = 0; ; round++) {
            if (server != null && server.isLookedAt()) {
                end = Math.max(end, System.nanoTime() + LINGER_NANOS);
                Thread.sleep(CALM_MILLIS); // the page shall see round trips, not that the machine is busy
            }
            if (System.nanoTime() >= end) return;
            int from = round % count;
            int to = (from + 1 + round / count % (count - 1)) % count;
            Member m = members.get(from);
            PeerId peer = members.get(to).host.id();
            CompletableFuture<Long> pong = m.host.async((Callback<Long> done) -> m.ping.ping(peer, done));
            try {
                long roundTrip = pong.get(left(end), TimeUnit.NANOSECONDS);
                Perf.Result sent = m.host.async((Callback<Perf.Result> done) -> m.perf.perf(peer, PERF_BYTES, 0, Perf.Progress.NONE, done))
                        .get(left(end), TimeUnit.NANOSECONDS);
                tally.measured(roundTrip, sent.uploaded(), sent.uploadNanos());
                view.measured(from, to, roundTrip, sent.uploaded(), sent.uploadNanos());
            } catch (TimeoutException e) {
                return; // the time is over in the middle of a measurement
            } catch (ExecutionException e) {
                throw e.getCause() instanceof Exception cause ? cause : e;
            }
        }
    }

    private static long left(long end) {
        return Math.max(1, end - System.nanoTime());
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
