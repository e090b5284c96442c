package libp2p.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import libp2p.jvm.JvmCrypto;

/** Runs the measurements and prints a table. */
public final class Bench {
    private static final String HELP = String.join("\n",
            "usage: bench/run [--quick] [--json FILE] [--write FILE] [NAME...]",
            "",
            "Measures speed and size, side by side with what they are held against: both in the same run, in turns, as medians.",
            "CPU is that of both processes together, everything in them included. Takes about fifteen minutes on two cores.",
            "",
            "  NAME          bulk, round-trip, handshake, streams, garbage, idle, start, transports; all without one",
            "  --quick       less of everything: to see that it works, not for figures",
            "  --json FILE   the figures as JSON",
            "  --write FILE  puts the table between FILE's markers <!-- bench --> and <!-- /bench -->",
            "  --help        this",
            "",
            "BENCH_JAVA names the java to run on; without it, the newest JDK that is found.");

    private interface Case {
        List<Row> run() throws Exception;
    }

    private Bench() {}

    /** As the help says. */
    public static void main(String[] args) throws Exception {
        Locale.setDefault(Locale.ROOT);
        boolean quick = false;
        Path json = null;
        Path write = null;
        List<String> names = new ArrayList<>();
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--help", "-h" -> {
                    System.out.println(HELP);
                    return;
                }
                case "--quick" -> quick = true;
                case "--json" -> json = Path.of(operand(args, ++i));
                case "--write" -> write = Path.of(operand(args, ++i));
                default -> names.add(args[i]);
            }
        }
        Map<String, Case> all = cases(new Cases(quick), quick);
        if (names.isEmpty()) names.addAll(all.keySet());
        for (String n : names) if (!all.containsKey(n)) usage("no measurement " + n);
        List<Row> rows = new ArrayList<>();
        String conditions = conditions(quick);
        for (String n : names) {
            System.err.println("measuring " + n);
            for (Row r : all.get(n).run()) {
                System.err.println("  " + r.markdown());
                rows.add(r);
            }
        }
        String table = table(conditions, rows);
        System.out.println(table);
        if (json != null) Files.writeString(json, json(conditions, rows));
        if (write != null) put(table, write);
    }

    private static Map<String, Case> cases(Cases c, boolean quick) {
        Map<String, Case> all = new LinkedHashMap<>();
        all.put("bulk", c::bulk);
        all.put("round-trip", c::roundTrip);
        all.put("handshake", c::handshake);
        all.put("streams", c::streams);
        all.put("garbage", () -> Garbage.rows(quick));
        all.put("idle", c::idle);
        all.put("start", c::start);
        all.put("transports", c::transports);
        return all;
    }

    private static String operand(String[] args, int at) {
        if (at == args.length) usage(args[at - 1] + " needs a file");
        return args[at];
    }

    private static void usage(String wrong) {
        System.err.println("bench: " + wrong + "\n\n" + HELP);
        System.exit(2);
    }

    private static String conditions(boolean quick) throws IOException {
        String cpu = "unknown processor";
        Path info = Path.of("/proc/cpuinfo");
        if (Files.exists(info)) {
            for (String line : Files.readAllLines(info)) if (line.startsWith("model name")) cpu = line.substring(line.indexOf(':') + 2);
        }
        Path load = Path.of("/proc/loadavg");
        return "Java " + System.getProperty("java.vm.version") + ", " + System.getProperty("os.name") + " "
                + System.getProperty("os.version") + ", "
                + Runtime.getRuntime().availableProcessors() + " cores of " + cpu
                + (Files.exists(load) ? ", load before " + Files.readString(load).split(" ")[0] : "")
                + (quick ? ", quick run: no figures" : "")
                + ". Primitives: " + JvmCrypto.create().describe() + ".";
    }

    private static String table(String conditions, List<Row> rows) {
        StringBuilder s = new StringBuilder(conditions)
                .append("\n\n| what | ours | held against | ratio | goal at most | | beside it |\n|---|---|---|---|---|---|---|\n");
        for (Row r : rows) s.append(r.markdown()).append('\n');
        return s.toString();
    }

    private static String json(String conditions, List<Row> rows) {
        StringBuilder s = new StringBuilder("{\"conditions\":\"" + conditions.replace("\"", "'") + "\",\"rows\":[\n");
        for (int i = 0; i < rows.size(); i++) s.append(i == 0 ? "" : ",\n").append(rows.get(i).json());
        return s.append("\n]}\n").toString();
    }

    private static void put(String table, Path file) throws IOException {
        String text = Files.readString(file);
        String begin = "<!-- bench -->";
        int from = text.indexOf(begin);
        int to = text.indexOf("<!-- /bench -->");
        if (from < 0 || to < from) throw new IOException(file + " has no markers");
        Files.writeString(file, text.substring(0, from + begin.length()) + "\n" + table + text.substring(to));
    }
}
