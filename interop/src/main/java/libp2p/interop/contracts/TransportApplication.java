package libp2p.interop.contracts;

import java.util.Locale;
import java.util.Map;
import libp2p.core.identity.PeerId;
import libp2p.jvm.Host;
import libp2p.ping.Ping;

/**
 * The application of the transport suites (libp2p/unified-testing, transport; and libp2p/test-plans, transport-interop, the first
 * generation): connects, pings, and says how long it took.
 */
public final class TransportApplication {
    private static final double NANOS_PER_MILLI = 1e6;

    private TransportApplication() {}

    /** Does what the environment says. */
    public static void main(String[] arguments) {
        System.exit(run(System.getenv()));
    }

    static int run(Map<String, String> environment) {
        Ping ping = new Ping();
        boolean first = !environment.containsKey("IS_DIALER");
        return Application.run(environment, (host, address) -> measure(host, address, ping, first), ping);
    }

    private static String measure(Host host, String address, Ping ping, boolean first) throws Exception {
        long start = System.nanoTime();
        PeerId peer = host.connect(address);
        host.<Long>await(done -> ping.ping(peer, done));
        double handshake = (System.nanoTime() - start) / NANOS_PER_MILLI;
        double roundTrip = host.<Long>await(done -> ping.ping(peer, done)) / NANOS_PER_MILLI;
        return result(handshake, roundTrip, first);
    }

    static String result(double handshakeMillis, double roundTripMillis, boolean first) {
        // "pingRTTMilllis" is what the suite reads
        String form = first
                ? "{\"handshakePlusOneRTTMillis\":%.3f,\"pingRTTMilllis\":%.3f}"
                : "latency:%n  handshake_plus_one_rtt: %.3f%n  ping_rtt: %.3f%n  unit: ms";
        return String.format(Locale.ROOT, form.replace("%n", "\n"), handshakeMillis, roundTripMillis);
    }
}
