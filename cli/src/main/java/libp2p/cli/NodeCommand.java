package libp2p.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import libp2p.core.node.Protocol;
import libp2p.echo.Echo;
import libp2p.identify.Identify;
import libp2p.jvm.Host;
import libp2p.jvm.HostBuilder;
import libp2p.multiformats.Multiaddr;
import libp2p.netty.NettyTransport;
import libp2p.perf.Perf;
import libp2p.ping.Ping;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs a node until interrupted. */
@Command(name = "node", description = "Run a node that answers ping, identify and perf until interrupted.", mixinStandardHelpOptions = true)
final class NodeCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--listen", paramLabel = "MULTIADDR", defaultValue = "/ip4/0.0.0.0/tcp/0",
            description = "Where to listen (default ${DEFAULT-VALUE}).")
    private List<String> listen;

    @Option(names = "--echo", description = "Answer /echo/1.0.0 too.")
    private boolean echo;

    @Mixin
    private Nodes nodes;

    @Mixin
    private WssCertificates certificates;

    @Mixin
    private Output output;

    @Override
    public Integer call() throws Exception {
        for (String a : listen) Addresses.parse(spec, a);
        List<Protocol> protocols = new ArrayList<>(List.of(new Ping(), new Perf()));
        if (echo) protocols.add(new Echo());
        HostBuilder builder = nodes.builder(new Identify(), protocols.toArray(new Protocol[0])).listen(listen.toArray(new String[0]));
        // So that TCP and WebSocket can have one port; who listens once, on TCP most likely, is smaller and sooner there without.
        if (listen.size() > 1 || certificates.given()) builder.loops(NettyTransport.loops());
        certificates.show(builder);
        Host host = builder.start();
        BlockingQueue<Runnable> turns = new LinkedBlockingQueue<>();
        AtomicBoolean interrupted = new AtomicBoolean();
        CountDownLatch drained = new CountDownLatch(1);
        Thread hook = new Thread(() -> {
            turns.add(() -> interrupted.set(true));
            try {
                drained.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            Runtime.getRuntime().halt(0);
        });
        Runtime.getRuntime().addShutdownHook(hook);
        host.addressWatch().listen(turns::add, now -> say(host));
        while (!interrupted.get()) turns.take().run();
        try {
            host.close();
        } finally {
            drained.countDown();
        }
        return 0;
    }

    /** Says where the node is: when it is ready, and again when its addresses change, since the machine's do. */
    private void say(Host host) {
        List<String> addresses = new ArrayList<>();
        for (Multiaddr a : host.addresses()) addresses.add(a.toString());
        Map<String, Object> o = new LinkedHashMap<>();
        o.put("peerId", host.id().toString());
        o.put("addresses", addresses);
        output.say(o, "peer id " + host.id() + System.lineSeparator() + String.join(System.lineSeparator(), addresses));
    }
}
