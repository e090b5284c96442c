package libp2p.cli;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import libp2p.core.Callback;
import libp2p.core.identity.PeerId;
import libp2p.identify.Identify;
import libp2p.jvm.Host;
import libp2p.perf.Perf;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Measures throughput to a peer. */
@Command(name = "perf", description = "Measure throughput to a peer (/perf/1.0.0).", mixinStandardHelpOptions = true)
final class PerfCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "MULTIADDR", description = "Where the peer is.")
    private String address;

    @Option(names = "--upload", paramLabel = "SIZE", defaultValue = "1GiB", converter = Size.class,
            description = "How much to send, such as 64MiB (default ${DEFAULT-VALUE}).")
    private long upload;

    @Option(names = "--download", paramLabel = "SIZE", defaultValue = "1GiB", converter = Size.class,
            description = "How much to receive (default ${DEFAULT-VALUE}).")
    private long download;

    @Mixin
    private Nodes nodes;

    @Mixin
    private Output output;

    @Override
    public Integer call() throws Exception {
        if (upload == 0 && download == 0) throw new ParameterException(spec.commandLine(), "--upload and --download are both 0");
        Perf perf = new Perf();
        boolean draws = output.terminal();
        Bar bar = new Bar(output.err());
        try (Host host = nodes.builder(new Identify(), perf).start()) {
            PeerId peer = host.connect(Addresses.parse(spec, address));
            Perf.Progress progress = (uploaded, downloaded) -> {
                if (draws) bar.draw(uploaded + downloaded, upload + download, (upload + download >> 20) + " MiB");
            };
            Perf.Result r = host.await((Callback<Perf.Result> done) -> perf.perf(peer, upload, download, progress, done));
            bar.clear();
            Map<String, Object> o = new LinkedHashMap<>();
            o.put("peerId", peer.toString());
            o.put("uploadBytes", r.uploaded());
            o.put("uploadNanos", r.uploadNanos());
            o.put("downloadBytes", r.downloaded());
            o.put("downloadNanos", r.downloadNanos());
            String up = upload == 0 ? "" : "upload " + Output.rate(r.uploaded(), r.uploadNanos());
            String down = download == 0 ? "" : "download " + Output.rate(r.downloaded(), r.downloadNanos());
            output.say(o, up.isEmpty() || down.isEmpty() ? up + down : up + ", " + down);
        }
        return 0;
    }

    /** Sizes such as 64MiB, 1GB or 4096. */
    static final class Size implements ITypeConverter<Long> {
        private static final Pattern FORM = Pattern.compile("(\\d{1,15})\\s*([kmgt]?)(i?)b?");

        @Override
        public Long convert(String text) {
            Matcher m = FORM.matcher(text.toLowerCase(Locale.ROOT));
            if (!m.matches()) throw new TypeConversionException("'" + text + "' is not a size such as 64MiB");
            int power = "kmgt".indexOf(m.group(2)) + 1;
            if (m.group(2).isEmpty()) power = 0;
            long unit = 1;
            for (int i = 0; i < power; i++) unit *= m.group(3).isEmpty() ? 1000 : 1024;
            try {
                return Math.multiplyExact(Long.parseLong(m.group(1)), unit);
            } catch (ArithmeticException e) {
                throw new TypeConversionException("'" + text + "' is too large");
            }
        }
    }
}
