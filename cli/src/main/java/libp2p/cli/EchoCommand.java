package libp2p.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Connection;
import libp2p.core.net.OpenOptions;
import libp2p.echo.Echo;
import libp2p.identify.Identify;
import libp2p.jvm.Host;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Sends pseudo-random bytes to a peer's echo and checks what comes back. */
@Command(name = "echo", description = "Send pseudo-random bytes to a peer's /echo/1.0.0 and check what comes back.",
        mixinStandardHelpOptions = true)
final class EchoCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "MULTIADDR", description = "Where the peer is.")
    private String address;

    @Option(names = "--size", paramLabel = "SIZE", defaultValue = "1MiB", converter = PerfCommand.Size.class,
            description = "How much to send (default ${DEFAULT-VALUE}).")
    private long size;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Of the pseudo-random bytes (default ${DEFAULT-VALUE}).")
    private long seed;

    @Mixin
    private Nodes nodes;

    @Mixin
    private Output output;

    @Override
    public Integer call() throws Exception {
        try (Host host = nodes.builder(new Identify()).start()) {
            PeerId peer = host.connect(Addresses.parse(spec, address));
            Connection connection = host.connect(peer);
            long began = System.nanoTime();
            EchoRun.Result r = host.await(done -> connection.open(List.of(Echo.ID), OpenOptions.DEFAULT, new EchoRun(seed, size, done)));
            long nanos = System.nanoTime() - began;
            Map<String, Object> o = new LinkedHashMap<>();
            o.put("peerId", peer.toString());
            o.put("bytes", r.received());
            o.put("sentSha256", r.sentSha256());
            o.put("receivedSha256", r.receivedSha256());
            o.put("nanos", nanos);
            boolean same = r.sentSha256().equals(r.receivedSha256());
            output.say(o, (same ? "same" : "DIFFERENT") + ": " + r.received() + " bytes, " + Output.rate(r.received(), nanos) + ", sha256 "
                    + r.receivedSha256());
            return same ? 0 : 1;
        }
    }
}
