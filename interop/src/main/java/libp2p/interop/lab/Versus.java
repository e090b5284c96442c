package libp2p.interop.lab;

import com.grack.nanojson.JsonObject;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What the same work costs our node and others: the processor time of one process, as dialer and as listener, while the other end is
 * always the same peer. Everything is measured in turns within one run.
 */
final class Versus {
    /** Work that one peer does with another; the dialer is told to. */
    private record Work(String name, String unit, double perUnit, Doing doing) {}

    private interface Doing {
        void run(PeerProcess dialer, PeerProcess listener) throws InterruptedException;
    }

    private static final int ROUNDS = 5;
    private static final int HANDSHAKES = 200;
    private static final int STREAMS = 2000;
    private static final int ROUND_TRIPS = 5000;
    private static final long BULK_BYTES = 256L << 20;
    private static final long LIMIT_SECONDS = 300;
    private static final double NANOS_PER_MICRO = 1e3;
    private static final Combination WITH = new Combination("tcp", "noise", "yamux", Combination.KEY_DEFAULT);
    private static final String BEGIN = "<!-- peers -->";
    private static final String END = "<!-- /peers -->";

    private static final List<Work> ALL = List.of(
            new Work("connect and close, TCP, Noise, Yamux", "us", HANDSHAKES, (d, l) ->
                    d.tell("benchHandshakes", "address", l.address(), "count", HANDSHAKES)),
            new Work("open a stream, 32-byte echo, close", "us", STREAMS, (d, l) ->
                    d.tell("benchStreams", "peer", l.id(), "count", STREAMS)),
            new Work("32-byte round trip on a stream", "us", ROUND_TRIPS, (d, l) ->
                    d.tell("benchRoundTrips", "peer", l.id(), "count", ROUND_TRIPS)),
            new Work("bulk, one stream", "us/MiB", BULK_BYTES >> 20, (d, l) -> d.tell("perf", "peer", l.id(), "upload", BULK_BYTES)));

    private final Peer fixed;
    private final List<Peer> peers;
    private final Path logs;
    private final PrintStream out;
    private final double ticksPerSecond;
    private final Map<String, List<Double>> figures = new LinkedHashMap<>(); // by peer, work and part

    /** Holds all the peers against each other, with {@code fixed} at the other end. */
    Versus(Peer fixed, List<Peer> peers, Path logs, PrintStream out) throws IOException, InterruptedException {
        this.fixed = fixed;
        this.peers = peers;
        this.logs = logs;
        this.out = out;
        this.ticksPerSecond = ticks();
    }

    private static double ticks() throws IOException, InterruptedException {
        Process p = new ProcessBuilder("getconf", "CLK_TCK").start();
        String said = new String(p.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.US_ASCII).strip();
        p.waitFor();
        return Double.parseDouble(said);
    }

    /** Measures, and gives the table. */
    String run() throws IOException, InterruptedException {
        try (Session session = new Session()) {
            for (int round = 0; round <= ROUNDS; round++) {
                for (Work w : ALL) for (Peer p : peers) session.measure(p, w, round > 0); // the first is a warm-up
                out.println(round == 0 ? "warmed up" : "round " + round + " of " + ROUNDS);
            }
        }
        return table();
    }

    private static double seconds(PeerProcess p, double ticksPerSecond) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + p.pid() + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / ticksPerSecond; // utime and stime, proc(5)
    }

    /** All processes, kept for the whole run: the peers, and the fixed one that they talk to. */
    private final class Session implements AutoCloseable {
        private final PeerProcess counterpart;
        private final Map<Peer, PeerProcess> running = new LinkedHashMap<>();

        Session() throws IOException, InterruptedException {
            counterpart = start(fixed, "versus-fixed");
            for (Peer p : peers) running.put(p, start(p, "versus-" + p.name()));
        }

        private PeerProcess start(Peer p, String name) throws IOException, InterruptedException {
            return new PeerProcess(p, WITH.options(), logs.resolve(name + ".log"));
        }

        void measure(Peer peer, Work work, boolean keep) throws IOException, InterruptedException {
            PeerProcess p = running.get(peer);
            double dialing = cpu(p, p, counterpart, work);
            double listening = cpu(p, counterpart, p, work);
            if (!keep) return;
            keep(peer, work, "dials", dialing);
            keep(peer, work, "listens", listening);
        }

        private double cpu(PeerProcess measured, PeerProcess dialer, PeerProcess listener, Work work) throws IOException,
                InterruptedException {
            dialer.limit(LIMIT_SECONDS);
            listener.limit(LIMIT_SECONDS);
            Features.connect(dialer, listener, WITH);
            double before = seconds(measured, ticksPerSecond);
            work.doing().run(dialer, listener);
            double spent = seconds(measured, ticksPerSecond) - before;
            dialer.tell("close", "peer", listener.id());
            listener.event("disconnected", e -> dialer.id().equals(e.getString("peer")));
            return spent * 1e9 / NANOS_PER_MICRO / work.perUnit();
        }

        @Override
        public void close() {
            counterpart.close();
            for (PeerProcess p : running.values()) p.close();
        }
    }

    private void keep(Peer peer, Work work, String part, double micros) {
        figures.computeIfAbsent(key(peer, work, part), k -> new ArrayList<>()).add(micros);
    }

    private static String key(Peer peer, Work work, String part) {
        return peer.name() + "/" + work.name() + "/" + part;
    }

    private double median(Peer peer, Work work, String part) {
        List<Double> all = new ArrayList<>(figures.get(key(peer, work, part)));
        Collections.sort(all);
        return all.get(all.size() / 2);
    }

    private String table() throws IOException {
        Peer ours = peers.get(0);
        StringBuilder t = new StringBuilder();
        List<String> versions = new ArrayList<>();
        for (Peer p : peers) versions.add(p.name() + " " + p.description().getString("version") + " (" + runtime(p.description()) + ")");
        String load = Files.readString(Path.of("/proc/loadavg")).split(" ")[0];
        t.append("Measured on ").append(LocalDate.now(ZoneOffset.UTC)).append(", ").append(Runtime.getRuntime().availableProcessors());
        t.append(" cores, load ").append(load).append(" at the end: ").append(String.join(", ", versions)).append(". The other end is ");
        t.append(fixed.name()).append(".\n\n| work | part | java |");
        for (Peer p : peers.subList(1, peers.size())) t.append(' ').append(p.name()).append(" | java : ").append(p.name()).append(" |");
        t.append("\n|---|---|---|").append("---|---|".repeat(peers.size() - 1)).append('\n');
        for (Work w : ALL) {
            for (String part : List.of("dials", "listens")) {
                double mine = median(ours, w, part);
                t.append("| ").append(w.name()).append(" | ").append(part).append(" | ").append(figure(mine)).append(" CPU ")
                        .append(w.unit()).append(" |");
                for (Peer p : peers.subList(1, peers.size())) {
                    double other = median(p, w, part);
                    t.append(' ').append(figure(other)).append(" | ").append(ratio(mine, other)).append(" |");
                }
                t.append('\n');
            }
        }
        return t.toString();
    }

    private static String runtime(JsonObject description) {
        return description.getString("runtime", "");
    }

    private static String figure(double micros) {
        return String.format(Locale.ROOT, micros < 100 ? "%.1f" : "%.0f", micros);
    }

    /** Below the resolution of the clock there is no ratio. */
    private static String ratio(double mine, double other) {
        return other == 0 ? "–" : String.format(Locale.ROOT, "**%.2f**", mine / other);
    }

    /** Puts the table between the markers of the file. */
    static void put(String table, Path file) throws IOException {
        String text = Files.readString(file);
        int from = text.indexOf(BEGIN);
        int to = text.indexOf(END);
        if (from < 0 || to < from) throw new IOException(file + " has no " + BEGIN + " and " + END);
        Files.writeString(file, text.substring(0, from + BEGIN.length()) + "\n" + table + text.substring(to));
    }
}
