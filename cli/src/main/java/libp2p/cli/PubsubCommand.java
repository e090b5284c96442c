package libp2p.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import libp2p.core.Callback;
import libp2p.core.identity.PeerId;
import libp2p.gossipsub.Gossip;
import libp2p.gossipsub.GossipConfig;
import libp2p.gossipsub.GossipTrace;
import libp2p.gossipsub.Message;
import libp2p.gossipsub.MessageIds;
import libp2p.gossipsub.PublishOptions;
import libp2p.gossipsub.PublishResult;
import libp2p.gossipsub.Topic;
import libp2p.gossipsub.TopicConfig;
import libp2p.identify.Identify;
import libp2p.jvm.Host;
import libp2p.jvm.JvmCrypto;
import libp2p.ping.Ping;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Chats in a topic, or only listens. */
@Command(
        name = "pubsub",
        description = "Chat in a GossipSub topic: each line of the input is published, each message is printed.",
        mixinStandardHelpOptions = true)
final class PubsubCommand implements Callable<Integer> {
    private static final long READY_NANOS = 10_000_000_000L;
    private static final long LINGER_MILLIS = 500; // for what was published last

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "MULTIADDR", arity = "0..*", description = "Peers to connect to; none with --listen.")
    private List<String> addresses = new ArrayList<>();

    @Option(names = "--topic", paramLabel = "T", required = true, description = "The topic.")
    private String topic;

    @Option(names = "--listen", paramLabel = "MULTIADDR", description = "Where to listen too, such as /ip4/0.0.0.0/tcp/4001.")
    private List<String> listen = new ArrayList<>();

    @Option(names = "--tail", description = "Only listen, until interrupted; the input is not read.")
    private boolean tail;

    @Option(names = "--count", paramLabel = "N", description = "Stop after so many messages were heard.")
    private int count;

    @Option(names = "--unsigned", description = "Messages are not signed (StrictNoSign), and named by the SHA-256 of their content.")
    private boolean unsigned;

    @Option(names = "--trace", paramLabel = "FILE", description = "Write what happens in the format of go-libp2p-pubsub's traces.")
    private Path trace;

    @Mixin
    private Nodes nodes;

    @Mixin
    private Output output;

    @Override
    public Integer call() throws Exception {
        for (String a : addresses) Addresses.parse(spec, a);
        for (String a : listen) Addresses.parse(spec, a);
        ExecutorService writing = Executors.newSingleThreadExecutor(task -> {
            Thread t = new Thread(task, "trace");
            t.setDaemon(true);
            return t;
        });
        OutputStream file = trace == null ? null : Files.newOutputStream(trace);
        GossipConfig.Builder config = GossipConfig.builder();
        if (file != null) {
            config.listener(new GossipTrace(() -> System.currentTimeMillis() * 1_000_000, event ->
                    writing.execute(() -> write(file, event))));
        }
        Gossip gossip = new Gossip(config.build());
        try (Host host = nodes.builder(new Identify(), new Ping(), gossip).listen(listen.toArray(new String[0])).start()) {
            if (!listen.isEmpty()) sayWhere(host);
            TopicConfig handling = unsigned ? TopicConfig.unsigned(MessageIds.sha256(JvmCrypto.create())) : TopicConfig.SIGNED;
            CountDownLatch enough = new CountDownLatch(count > 0 ? count : Integer.MAX_VALUE);
            Topic t = gossip.topic(topic, handling);
            t.subscribe(writing, m -> {
                say(m);
                enough.countDown();
            });
            for (String a : addresses) host.connect(Addresses.parse(spec, a));
            if (!tail) chat(host, t);
            if (tail || count > 0) enough.await();
        } finally {
            writing.shutdown();
            if (!writing.awaitTermination(5, TimeUnit.SECONDS)) output.err().println("libp2p: the trace is not complete");
            if (file != null) file.close();
        }
        return 0;
    }

    private static void write(OutputStream file, byte[] event) {
        try {
            file.write(event);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void sayWhere(Host host) {
        List<String> all = new ArrayList<>();
        host.addresses().forEach(a -> all.add(a.toString()));
        Map<String, Object> o = new LinkedHashMap<>();
        o.put("event", "listening");
        o.put("peerId", host.id().toString());
        o.put("addresses", all);
        output.say(o, String.join(System.lineSeparator(), all));
    }

    private void chat(Host host, Topic t) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        boolean said = false;
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            if (line.isEmpty()) continue;
            byte[] data = line.getBytes(StandardCharsets.UTF_8);
            PublishResult r = host.await((Callback<PublishResult> done) -> t.publish(data, PublishOptions.ready(1, READY_NANOS), done));
            said = true;
            Map<String, Object> o = new LinkedHashMap<>();
            o.put("event", "published");
            o.put("topic", topic);
            o.put("id", r.id().toString());
            o.put("peers", r.sent().size());
            if (output.json()) output.say(o, "");
        }
        if (said) Thread.sleep(LINGER_MILLIS);
    }

    private void say(Message m) {
        PeerId from = m.from();
        String who = from == null ? "?" : from.toString();
        Map<String, Object> o = new LinkedHashMap<>();
        o.put("event", "message");
        o.put("topic", m.topic());
        o.put("id", m.id().toString());
        o.put("from", from == null ? null : who);
        o.put("receivedFrom", m.receivedFrom().toString());
        o.put("data", Base64.getEncoder().encodeToString(m.data()));
        o.put("text", printable(m.data()));
        output.say(o, "<" + who.substring(Math.max(0, who.length() - 8)) + "> " + printable(m.data()));
    }

    /** Remote text, without what would move the cursor or change colours. */
    private static String printable(byte[] data) {
        StringBuilder s = new StringBuilder();
        new String(data, StandardCharsets.UTF_8).codePoints().forEach(c -> s.appendCodePoint(Character.isISOControl(c) ? '\ufffd' : c));
        return s.toString();
    }
}
