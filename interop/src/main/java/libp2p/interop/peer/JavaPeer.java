package libp2p.interop.peer;

import com.grack.nanojson.JsonWriter;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import libp2p.jvm.Host;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A node under remote control: commands as JSON lines on standard input, answers and events on standard output. */
@Command(
        name = "java-peer",
        description = "Our node under remote control: JSON lines on standard input and output. The end of standard input stops it.",
        sortOptions = false)
public final class JavaPeer implements Callable<Integer> {
    @Option(names = "--transport", paramLabel = "NAME", defaultValue = "tcp", description = "One of: ${COMPLETION-CANDIDATES}.",
            completionCandidates = Parts.Transports.class)
    private String transport;

    @Option(names = "--security", paramLabel = "NAME", defaultValue = "noise", split = ",",
            description = "One of: ${COMPLETION-CANDIDATES}; or several, by preference.", completionCandidates = Parts.Securities.class)
    private List<String> securities;

    @Option(names = "--muxer", paramLabel = "NAME", defaultValue = "yamux", description = "One of: ${COMPLETION-CANDIDATES}.",
            completionCandidates = Parts.Muxers.class)
    private String muxer;

    @Option(names = "--key", paramLabel = "NAME", defaultValue = "ed25519",
            description = "One of: ${COMPLETION-CANDIDATES}; made anew at each start.", completionCandidates = Parts.Keys.class)
    private String key;

    @Option(names = "--identity", paramLabel = "FILE",
            description = "A private key file, to be the same peer at each start; instead of --key.")
    private Path identity;

    @Option(names = "--certificate", paramLabel = "FILE",
            description = "A PKCS#12 key store, password libp2p, for wss; without it a certificate that nobody vouches for.")
    private Path certificate;

    @Option(names = "--listen", paramLabel = "MULTIADDR",
            description = "Where to listen, may be repeated; by default on a free port of 127.0.0.1.")
    private List<String> listen = List.of();

    @Option(names = "--no-listen", description = "Only dial.")
    private boolean noListen;

    @Option(names = "--role", paramLabel = "NAME", description = "What to serve beyond the basics, may be repeated: none so far.")
    private List<String> roles = List.of();

    @Option(names = "--stock-limits", description = "Keep the default limits, those that would cut what a test does on purpose too.")
    private boolean stock;

    @Option(names = "--version", description = "Print what this peer is and can do, as one line of JSON.")
    private boolean version;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Print this text.")
    private boolean help;

    /** Runs until standard input ends. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new JavaPeer()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        if (version) {
            System.out.println(JsonWriter.string(Parts.description()));
            return 0;
        }
        if (!roles.isEmpty()) throw usage("--role " + roles.get(0) + " is not known");
        if (noListen && !listen.isEmpty()) throw usage("--listen and --no-listen exclude each other");
        for (String security : securities) choice("--security", security, Parts.SECURITIES);
        Parts parts = new Parts(choice("--transport", transport, Parts.TRANSPORTS), securities, choice("--muxer", muxer, Parts.MUXERS),
                choice("--key", key, Parts.KEYS), identity, certificate);
        List<String> addresses = noListen ? List.of() : listen.isEmpty() ? List.of(parts.listen()) : listen;

        Lines lines = new Lines(System.out);
        Identities identities = new Identities(lines);
        try (Host host = parts.host(addresses, identities, lines, stock)) {
            Map<String, Object> ready = Lines.fields("event", "ready", "peerId", host.id().toString(),
                    "addresses", host.addresses().stream().map(Object::toString).toList(),
                    "epochMillis", host.swarm().epochMillis());
            ready.putAll(Parts.description());
            lines.say(ready);
            read(new Commands(host, parts, identities, lines));
        }
        return 0;
    }

    private static String choice(String option, String value, Map<String, ?> choices) {
        if (!choices.containsKey(value)) throw usage(option + " must be one of " + String.join(", ", choices.keySet()));
        return value;
    }

    private static CommandLine.ParameterException usage(String message) {
        return new CommandLine.ParameterException(new CommandLine(new JavaPeer()), message);
    }

    private static void read(Commands commands) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            if (!line.isBlank() && !commands.take(line)) return;
        }
    }

    /** Lines of JSON on their way out, from any thread. */
    static final class Lines {
        private final PrintStream out;

        Lines(PrintStream out) {
            this.out = out;
        }

        void say(Map<String, Object> message) {
            String line = JsonWriter.string(message);
            synchronized (out) {
                out.println(line);
                out.flush();
            }
        }

        /** Names and values in turn, in that order. */
        static Map<String, Object> fields(Object... namesAndValues) {
            Map<String, Object> all = new java.util.LinkedHashMap<>();
            for (int i = 0; i < namesAndValues.length; i += 2) all.put((String) namesAndValues[i], namesAndValues[i + 1]);
            return all;
        }
    }
}
