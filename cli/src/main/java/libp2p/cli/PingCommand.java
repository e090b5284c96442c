package libp2p.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import libp2p.core.Callback;
import libp2p.core.identity.PeerId;
import libp2p.identify.Identify;
import libp2p.jvm.Host;
import libp2p.ping.Ping;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Measures round trips to a peer. */
@Command(name = "ping", description = "Measure round trips to a peer.", mixinStandardHelpOptions = true)
final class PingCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "MULTIADDR", description = "Where the peer is.")
    private String address;

    @Option(names = "-c", paramLabel = "N", defaultValue = "4", description = "How many pings (default ${DEFAULT-VALUE}).")
    private int count;

    @Mixin
    private Nodes nodes;

    @Mixin
    private Output output;

    @Override
    public Integer call() throws Exception {
        if (count < 1) throw new ParameterException(spec.commandLine(), "-c takes a number from 1 on");
        Ping ping = new Ping();
        try (Host host = nodes.builder(new Identify(), ping).start()) {
            PeerId peer = host.connect(Addresses.parse(spec, address));
            long least = Long.MAX_VALUE;
            long most = 0;
            long sum = 0;
            for (int i = 1; i <= count; i++) {
                long nanos = host.await((Callback<Long> done) -> ping.ping(peer, done));
                least = Math.min(least, nanos);
                most = Math.max(most, nanos);
                sum += nanos;
                Map<String, Object> o = new LinkedHashMap<>();
                o.put("peerId", peer.toString());
                o.put("seq", i);
                o.put("nanos", nanos);
                output.say(o, "pong " + i + " from " + peer + ": " + Output.millis(nanos));
            }
            Map<String, Object> o = new LinkedHashMap<>();
            o.put("peerId", peer.toString());
            o.put("count", count);
            o.put("minNanos", least);
            o.put("avgNanos", sum / count);
            o.put("maxNanos", most);
            output.say(o, count + " pings: min " + Output.millis(least) + ", avg " + Output.millis(sum / count) + ", max "
                    + Output.millis(most));
        }
        return 0;
    }
}
