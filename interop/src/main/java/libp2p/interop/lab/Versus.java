package libp2p.interop.lab;

import com.grack.nanojson.JsonObject;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * What the same work costs our node and others: the processor time of one process, as dialer and as listener, and the speed of bulk, while
 * the other end is always the same peer. Everything is measured in turns within one run.
 */
final class Versus {
    /** Work that one peer does with another; the dialer is told to. */
    private record Work(Combination with, String name, String unit, double perUnit, Doing doing) {
        boolean bulk() {
            return unit.equals(MIB);
        }
    }

    /** Microseconds for each unit of the work. */
    private record Spent(double cpu, double wall) {}

    private interface Doing {
        void run(PeerProcess dialer, PeerProcess listener) throws InterruptedException;
    }

    private static final int ROUNDS = 5;
    private static final int HANDSHAKES = 200;
    private static final int STREAMS = 2000;
    private static final int ROUND_TRIPS = 5000;
    private static final int BULK_MIB = 256;
    private static final int BULK_RTC_MIB = 64;
    private static final long LIMIT_SECONDS = 300;
    private static final double NANOS_PER_MICRO = 1e3;
    private static final String MICROS = "us";
    private static final String MIB = "us/MiB";
    private static final Combination TCP = new Combination("tcp", "noise", "yamux", Combination.KEY_DEFAULT);
    private static final Combination QUIC = new Combination("quic-v1", "", "", Combination.KEY_DEFAULT);
    private static final Combination RTC = new Combination("webrtc-direct", "", "", Combination.KEY_DEFAULT);
    private static final String BEGIN = "<!-- peers -->";
    private static final String END = "<!-- /peers -->";
    private static final String DIALS = "dials";
    private static final String LISTENS = "listens";
    private static final String NONE = "–";

    private static final List<Work> ALL = List.of(
            connects(TCP, "TCP, Noise, Yamux"),
            new Work(TCP, "open a stream, 32-byte echo, close", MICROS, STREAMS, (d, l) ->
                    d.tell("benchStreams", "peer", l.id(), "count", STREAMS)),
            new Work(TCP, "32-byte round trip on a stream", MICROS, ROUND_TRIPS, (d, l) ->
                    d.tell("benchRoundTrips", "peer", l.id(), "count", ROUND_TRIPS)),
            bulk(TCP, "TCP, Noise, Yamux", BULK_MIB),
            connects(QUIC, "QUIC"),
            bulk(QUIC, "QUIC", BULK_MIB),
            bulk(RTC, "WebRTC-direct", BULK_RTC_MIB));

    private final Peer fixed;
    private final List<Peer> peers;
    private final List<Work> works;
    private final Path logs;
    private final PrintStream out;
    private final double ticksPerSecond;
    private final Map<String, List<Spent>> figures = new LinkedHashMap<>(); // by peer, work and part

    /** Holds all the peers against each other, with {@code fixed} at the other end; over these transports, or all if there are none. */
    Versus(Peer fixed, List<Peer> peers, List<String> transports, Path logs, PrintStream out) throws IOException, InterruptedException {
        this.fixed = fixed;
        this.peers = peers;
        this.works = ALL.stream().filter(w -> transports.isEmpty() || transports.contains(w.with().transport())).toList();
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

    private static Work connects(Combination with, String over) {
        return new Work(with, "connect and close, " + over, MICROS, HANDSHAKES, (d, l) ->
                d.tell("benchHandshakes", "address", l.address(), "count", HANDSHAKES));
    }

    private static Work bulk(Combination with, String over, int mebibytes) {
        return new Work(with, "bulk, one stream, " + over, MIB, mebibytes, (d, l) ->
                d.tell("perf", "peer", l.id(), "upload", (long) mebibytes << 20));
    }

    /** Measures, and gives the table. */
    String run() throws IOException, InterruptedException {
        for (Combination with : List.of(TCP, QUIC, RTC)) {
            List<Work> these = works.stream().filter(w -> w.with().equals(with)).toList();
            if (these.isEmpty()) continue;
            List<Peer> able = new ArrayList<>(peers.stream().filter(p -> has(p, with)).toList());
            if (!has(fixed, with)) throw new IOException(fixed.name() + " has no " + with);
            try (Session session = new Session(with, able)) {
                able.removeIf(p -> !session.warmsUp(p, these));
                out.println(with + ": warmed up");
                for (int round = 1; round <= ROUNDS; round++) {
                    for (Work w : these) for (Peer p : able) session.measure(p, w);
                    out.println(with + ": round " + round + " of " + ROUNDS);
                }
            }
        }
        return table();
    }

    private static boolean has(Peer p, Combination with) {
        return p.description().getArray("dials").contains(with.transport())
                && p.description().getArray("listens").contains(with.transport());
    }

    private static double seconds(PeerProcess p, double ticksPerSecond) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + p.pid() + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / ticksPerSecond; // utime and stime, proc(5)
    }

    /** All processes, kept for the whole run: the peers, and the fixed one that they talk to. */
    private final class Session implements AutoCloseable {
        private final Combination with;
        private final PeerProcess counterpart;
        private final Map<Peer, PeerProcess> running = new LinkedHashMap<>();

        Session(Combination with, List<Peer> able) throws IOException, InterruptedException {
            this.with = with;
            counterpart = start(fixed, "fixed");
            for (Peer p : able) running.put(p, start(p, p.name()));
        }

        private PeerProcess start(Peer p, String name) throws IOException, InterruptedException {
            return new PeerProcess(p, with.options(), logs.resolve("versus-" + with.transport() + "-" + name + ".log"));
        }

        /** Whether it can do the work; if not, that is said. */
        boolean warmsUp(Peer peer, List<Work> these) {
            PeerProcess p = running.get(peer);
            try {
                for (Work w : these) {
                    spend(p, p, counterpart, w);
                    spend(p, counterpart, p, w);
                }
                return true;
            } catch (Conversation.Failure | IOException e) {
                if (peer.equals(peers.get(0))) throw new IllegalStateException(peer.name() + " over " + with, e);
                out.println("SKIP " + peer.name() + " over " + with + ": " + e.getMessage());
                return false;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }

        void measure(Peer peer, Work work) throws IOException, InterruptedException {
            PeerProcess p = running.get(peer);
            keep(peer, work, DIALS, spend(p, p, counterpart, work));
            keep(peer, work, LISTENS, spend(p, counterpart, p, work));
        }

        private Spent spend(PeerProcess measured, PeerProcess dialer, PeerProcess listener, Work work) throws IOException,
                InterruptedException {
            dialer.limit(LIMIT_SECONDS);
            listener.limit(LIMIT_SECONDS);
            Features.connect(dialer, listener, with);
            double cpu = seconds(measured, ticksPerSecond);
            long wall = System.nanoTime();
            work.doing().run(dialer, listener);
            wall = System.nanoTime() - wall;
            cpu = seconds(measured, ticksPerSecond) - cpu;
            dialer.tell("close", "peer", listener.id());
            listener.event("disconnected", e -> dialer.id().equals(e.getString("peer")));
            return new Spent(cpu * 1e9 / NANOS_PER_MICRO / work.perUnit(), wall / NANOS_PER_MICRO / work.perUnit());
        }

        @Override
        public void close() {
            counterpart.close();
            for (PeerProcess p : running.values()) p.close();
        }
    }

    private void keep(Peer peer, Work work, String part, Spent spent) {
        figures.computeIfAbsent(key(peer, work, part), k -> new ArrayList<>()).add(spent);
    }

    private static String key(Peer peer, Work work, String part) {
        return peer.name() + "/" + work.name() + "/" + part;
    }

    /** Not a number where the peer has not the transport. */
    private double median(Peer peer, Work work, String part, ToDoubleFunction<Spent> what) {
        List<Spent> all = figures.getOrDefault(key(peer, work, part), List.of());
        if (all.isEmpty()) return Double.NaN;
        double[] sorted = all.stream().mapToDouble(what).sorted().toArray();
        return sorted[sorted.length / 2];
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
        for (Work w : works) {
            for (String part : List.of(DIALS, LISTENS)) line(t, ours, w, part, "CPU " + w.unit(), Spent::cpu);
            if (!w.bulk()) continue;
            for (String part : List.of(DIALS, LISTENS)) line(t, ours, w, part, "MiB/s", s -> 1e9 / NANOS_PER_MICRO / s.wall());
        }
        return t.toString();
    }

    private void line(StringBuilder t, Peer ours, Work w, String part, String unit, ToDoubleFunction<Spent> what) {
        double mine = median(ours, w, part, what);
        t.append("| ").append(w.name()).append(" | ").append(part).append(" | ").append(figure(mine)).append(' ').append(unit).append(" |");
        for (Peer p : peers.subList(1, peers.size())) {
            double other = median(p, w, part, what);
            t.append(' ').append(figure(other)).append(" | ").append(ratio(mine, other)).append(" |");
        }
        t.append('\n');
    }

    private static String runtime(JsonObject description) {
        return description.getString("runtime", "");
    }

    private static String figure(double micros) {
        return Double.isNaN(micros) ? NONE : String.format(Locale.ROOT, micros < 100 ? "%.1f" : "%.0f", micros);
    }

    /** Below the resolution of the clock there is no ratio. */
    private static String ratio(double mine, double other) {
        return other == 0 || Double.isNaN(other) ? NONE : String.format(Locale.ROOT, "**%.2f**", mine / other);
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
