package libp2p.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The measurements, each a method that makes rows. */
final class Cases {
    private static final double MICRO = 1e3;
    private static final double MILLI = 1e6;

    /** How long a node that has started is left alone before its memory is looked at. */
    private static final long SETTLE_MILLIS = 3000;

    private final boolean quick;
    private final int repeats;

    Cases(boolean quick) {
        this.quick = quick;
        this.repeats = quick ? 3 : 7;
    }

    private long scaled(long full) {
        return quick ? Math.max(1, full / 8) : full;
    }

    /** Pairs take turns, so that what else the machine does meets all alike. */
    private void interleave(long n, long warm, List<Pair> pairs) throws IOException {
        for (int i = 0; i < 3; i++) {
            for (Pair p : pairs) p.warm(warm);
        }
        for (int i = 0; i < repeats; i++) {
            for (Pair p : pairs) p.measure(n);
        }
    }

    private static String beside(Pair p, double unit, String name) {
        return "CPU " + p.spread(unit) + "; wall " + Row.number(p.wall() / unit) + " " + name;
    }

    /** Nanoseconds a byte are seconds a GB. */
    List<Row> bulk() throws IOException {
        List<Row> rows = new ArrayList<>();
        try (Pair ours = new Pair("server", "bulk", true);
                Pair floor = new Pair("floor-sink", "floor-source", true);
                Pair plain = new Pair("tcp-sink", "tcp-source", true);
                Pair pure = new Pair("server", "bulk", false);
                Pair pureFloor = new Pair("floor-sink", "floor-source", false)) {
            interleave(scaled(1_000_000_000L), scaled(500_000_000L), List.of(ours, floor, plain));
            rows.add(new Row("bulk", "bulk, one stream, TCP+Noise+Yamux", ours.cpu(), "CPU s/GB", floor.cpu(), 1.35,
                    beside(ours, 1, "s/GB") + "; floor " + beside(floor, 1, "s/GB")));
            rows.add(new Row("bulk", "plain TCP, no cipher", plain.cpu(), "CPU s/GB", null, null, beside(plain, 1, "s/GB")));
            rows.add(new Row("bulk", "garbage of both loops on the way, per 64 KiB", ours.garbage() * 65536, "bytes", null, null,
                    "Conscrypt's own included; streams are long"));
            interleave(scaled(250_000_000L), scaled(250_000_000L), List.of(pure, pureFloor));
            rows.add(new Row("bulk", "the same without Conscrypt", pure.cpu(), "CPU s/GB", pureFloor.cpu(), null, beside(pure, 1, "s/GB")));
        }
        return rows;
    }

    List<Row> roundTrip() throws IOException {
        List<Row> rows = new ArrayList<>();
        try (Pair loop = new Pair("server", "ask", true);
                Pair pipe = new Pair("pipe-echo", "pipe-ask", true);
                Pair socket = new Pair("server", "ask-socket", true);
                Pair selector = new Pair("selector-echo", "selector-ask", true)) {
            interleave(scaled(24_000), scaled(24_000), List.of(loop, pipe, socket, selector));
            rows.add(new Row("round-trip", "32-byte round trip on the loop", loop.cpu() / MICRO, "CPU us", pipe.cpu() / MICRO, 2.0,
                    beside(loop, MICRO, "us") + "; base: plain TCP echo on the same loop, " + beside(pipe, MICRO, "us")));
            rows.add(new Row("round-trip", "32-byte round trip through PeerSocket", socket.cpu() / MICRO, "CPU us", loop.cpu() / MICRO, 4.0,
                    beside(socket, MICRO, "us") + "; base: ours on the loop"));
            rows.add(new Row("round-trip", "plain TCP echo on a bare selector", selector.cpu() / MICRO, "CPU us", null, null,
                    beside(selector, MICRO, "us")));
            rows.add(new Row("round-trip", "garbage of both loops, a round trip", loop.garbage(), "bytes", null, null, "four AEAD calls"));
        }
        return rows;
    }

    List<Row> handshake() throws IOException {
        List<Row> rows = new ArrayList<>();
        try (Pair fast = new Pair("server", "connect", true); Pair pure = new Pair("server", "connect", false)) {
            interleave(scaled(1000), scaled(2000), List.of(fast, pure));
            rows.add(new Row("handshake", "connect, TCP to Yamux, and close, with Conscrypt", fast.cpu() / MILLI, "CPU ms", null, 1.5,
                    beside(fast, MILLI, "ms")));
            rows.add(new Row("handshake", "the same without Conscrypt", pure.cpu() / MILLI, "CPU ms", null, null,
                    beside(pure, MILLI, "ms")));
        }
        return rows;
    }

    /** What each transport costs beside the same work without libp2p, in CPU. */
    List<Row> transports() throws IOException {
        List<Row> rows = new ArrayList<>();
        try (Pair tls = new Pair("server/tls", "bulk/tls", true);
                Pair engine = new Pair("engine-sink/tls", "engine-source/tls", true);
                Pair quic = new Pair("server/quic", "bulk/quic", true);
                Pair bare = new Pair("quic-sink/quic", "quic-source/quic", true);
                Pair webrtc = new Pair("server/webrtc", "bulk/webrtc", true)) {
            interleave(scaled(1_000_000_000L), scaled(500_000_000L), List.of(tls, engine));
            interleave(scaled(250_000_000L), scaled(250_000_000L), List.of(quic, bare));
            interleave(scaled(125_000_000L), scaled(125_000_000L), List.of(webrtc));
            rows.add(new Row("transports", "bulk, one stream, TCP+TLS+Yamux", tls.cpu(), "CPU s/GB", engine.cpu(), 1.35,
                    beside(tls, 1, "s/GB") + "; base: TCP and the engine alone, " + beside(engine, 1, "s/GB")));
            rows.add(new Row("transports", "bulk, one stream, QUIC", quic.cpu(), "CPU s/GB", bare.cpu(), 1.15,
                    beside(quic, 1, "s/GB") + "; base: Netty's QUIC alone, " + beside(bare, 1, "s/GB")));
            rows.add(new Row("transports", "bulk, one stream, WebRTC-direct", webrtc.cpu(), "CPU s/GB", null, null,
                    beside(webrtc, 1, "s/GB")));
        }
        try (Pair noise = new Pair("server", "connect", true);
                Pair tls = new Pair("server/tls", "connect/tls", true);
                Pair quic = new Pair("server/quic", "connect/quic", true);
                Pair webrtc = new Pair("server/webrtc", "connect/webrtc", true)) {
            interleave(scaled(500), scaled(1000), List.of(noise, tls, quic));
            interleave(scaled(100), scaled(100), List.of(webrtc));
            rows.add(new Row("transports", "connect and close, TCP+TLS", tls.cpu() / MILLI, "CPU ms", noise.cpu() / MILLI, 2.0,
                    beside(tls, MILLI, "ms") + "; base: TCP+Noise, " + beside(noise, MILLI, "ms")));
            rows.add(new Row("transports", "connect and close, QUIC", quic.cpu() / MILLI, "CPU ms", null, null, beside(quic, MILLI, "ms")));
            rows.add(new Row("transports", "connect and close, WebRTC-direct", webrtc.cpu() / MILLI, "CPU ms", null, null,
                    beside(webrtc, MILLI, "ms")));
        }
        return rows;
    }

    List<Row> streams() throws IOException {
        List<Row> rows = new ArrayList<>();
        try (Pair p = new Pair("server", "streams", true)) {
            interleave(scaled(150_000), scaled(50_000), List.of(p));
            rows.add(new Row("streams", "open, 32-byte echo, close; 64 in flight", p.cpu() / MICRO, "CPU us", null, 100.0,
                    beside(p, MICRO, "us") + "; " + Row.number(p.garbage()) + " bytes allocated on both loops"));
        }
        return rows;
    }

    List<Row> idle() throws IOException {
        int n = quick ? 500 : 3000;
        List<Row> rows = new ArrayList<>();
        try (Pair p = new Pair("server", "idle", true)) {
            p.client().number("go " + 64);
            long client = p.client().number("heap");
            long server = p.server().number("heap");
            p.client().number("go " + n);
            double atClient = (double) (p.client().number("heap") - client) / n;
            double atServer = (double) (p.server().number("heap") - server) / n;
            rows.add(new Row("idle", "heap of an idle connection, listener's end", atServer / 1024, "KiB", null, 4.0,
                    n + " connections, after full collections"));
            rows.add(new Row("idle", "heap of an idle connection, dialler's end", atClient / 1024, "KiB", null, 4.0,
                    "the list that keeps them included"));
        }
        return rows;
    }

    List<Row> start() throws IOException, InterruptedException {
        List<Row> rows = new ArrayList<>();
        List<List<Double>> millis = List.of(new ArrayList<>(), new ArrayList<>());
        List<List<Double>> mebibytes = List.of(new ArrayList<>(), new ArrayList<>());
        for (int i = 0; i < repeats; i++) {
            for (int with = 0; with < 2; with++) {
                long before = System.nanoTime();
                try (Child c = Child.node(with == 1)) {
                    millis.get(with).add((System.nanoTime() - before) / MILLI);
                    Thread.sleep(SETTLE_MILLIS);
                    mebibytes.get(with).add(c.number("") / 1048576.0);
                }
            }
        }
        rows.add(new Row("start", "start of an unconnected node, from the JVM's on", Pair.median(millis.get(0)), "ms", null, 500.0,
                "new Ed25519 key, -Xmx32m, no Conscrypt"));
        rows.add(new Row("start", "its resident memory", Pair.median(mebibytes.get(0)), "MiB", null, 64.0, "as above, 3 s later"));
        rows.add(new Row("start", "start with Conscrypt", Pair.median(millis.get(1)), "ms", null, null, ""));
        rows.add(new Row("start", "resident memory with Conscrypt", Pair.median(mebibytes.get(1)), "MiB", null, null, ""));
        return rows;
    }
}
