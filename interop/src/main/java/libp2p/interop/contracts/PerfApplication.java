package libp2p.interop.contracts;

import java.util.Locale;
import java.util.Map;
import libp2p.core.identity.PeerId;
import libp2p.jvm.Host;
import libp2p.perf.Perf;

/**
 * The application of the performance suite (libp2p/unified-testing, perf): uploads, downloads, and single bytes there and back, each over
 * a new stream of one connection. It speaks the specification's {@code /perf/1.0.0}, whose header has 8 bytes.
 */
public final class PerfApplication {
    private static final String GIBIBYTE = "1073741824";
    private static final double NANOS_PER_MILLI = 1e6;

    private final Host host;
    private final PeerId peer;
    private final Perf perf;

    private PerfApplication(Host host, PeerId peer, Perf perf) {
        this.host = host;
        this.peer = peer;
        this.perf = perf;
    }

    /** Does what the environment says. */
    public static void main(String[] arguments) {
        System.exit(run(System.getenv()));
    }

    static int run(Map<String, String> environment) {
        Perf perf = new Perf();
        return Application.run(
                environment, (host, address) -> new PerfApplication(host, host.connect(address), perf).measure(environment), perf);
    }

    private String measure(Map<String, String> environment) throws Exception {
        long upload = Variables.count(environment, "UPLOAD_BYTES", GIBIBYTE);
        long download = Variables.count(environment, "DOWNLOAD_BYTES", GIBIBYTE);
        double[] up = new double[Variables.number(environment, "UPLOAD_ITERATIONS", "10")];
        double[] down = new double[Variables.number(environment, "DOWNLOAD_ITERATIONS", "10")];
        double[] latency = new double[Variables.number(environment, "LATENCY_ITERATIONS", "100")];
        for (int i = 0; i < up.length; i++) up[i] = upload * 8.0 / nanos(upload, 0); // bits a nanosecond are Gbit/s
        for (int i = 0; i < down.length; i++) down[i] = download * 8.0 / nanos(0, download);
        for (int i = 0; i < latency.length; i++) latency[i] = nanos(1, 1) / NANOS_PER_MILLI;
        return section("Upload", up, 2, "Gbps") + "\n" + section("Download", down, 2, "Gbps") + "\n"
                + section("Latency", latency, 3, "ms").stripTrailing();
    }

    private double nanos(long upload, long download) throws Exception {
        long start = System.nanoTime();
        host.<Perf.Result>await(done -> perf.perf(peer, upload, download, Perf.Progress.NONE, done));
        return System.nanoTime() - start;
    }

    private static String section(String name, double[] samples, int decimals, String unit) {
        Quartiles q = Quartiles.of(samples);
        return "# " + name + " measurement\n" + name.toLowerCase(Locale.ROOT) + ":\n  iterations: " + samples.length + "\n"
                + q.yaml(decimals) + "  unit: " + unit + "\n";
    }
}
