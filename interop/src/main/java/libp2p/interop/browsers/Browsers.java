package libp2p.interop.browsers;

import com.grack.nanojson.JsonWriter;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import libp2p.core.Rng;
import libp2p.core.identity.KeyType;
import libp2p.core.identity.PrivateKey;
import libp2p.interop.lab.Peer;
import libp2p.jvm.JvmCrypto;
import libp2p.jvm.KeyFile;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The program behind interop/browsers. */
@Command(
        name = "interop/browsers",
        sortOptions = false,
        description = {
            "Opens a page with js-libp2p in browsers of this machine and has it dial our node over each transport that browsers have.",
            "",
            "Writes interop/browsers.json (an array with one object for each row). What browsers and nodes say to people is in",
            "interop/cache/logs. A browser that is not there, or npm, makes rows that are skipped.",
            "Status 0: no row failed. 1: some did. 2: it could not run.",
            ""
        })
public final class Browsers implements Callable<Integer> {
    @Option(names = "--root", required = true, hidden = true)
    private Path root;

    @Option(names = "--browsers", split = ",", paramLabel = "NAME", description = "These only: chromium, firefox.")
    private List<String> browsers = List.of();

    @Option(names = "--transports", split = ",", paramLabel = "NAME", description = "These only, such as ws,webrtc-direct.")
    private List<String> transports = List.of();

    @Option(names = "--limit", paramLabel = "SECONDS", defaultValue = "60", description = "For each row (default ${DEFAULT-VALUE}).")
    private long limitSeconds;

    @Option(names = "--strict", description = "A skip is a failure.")
    private boolean strict;

    @Option(names = "--docs", description = "Write docs/browsers.md.")
    private boolean docs;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Print this text.")
    private boolean help;

    private final PrintStream out = System.out;

    /** Runs and exits. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Browsers()).setExecutionExceptionHandler((e, line, result) -> {
            if (!(e instanceof IOException)) throw e;
            System.err.println("interop/browsers: " + e.getMessage());
            return 2;
        }).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        List<Browser> chosen = new ArrayList<>();
        for (Browser b : Browser.values()) if (browsers.isEmpty() || browsers.contains(b.title())) chosen.add(b);
        if (!browsers.isEmpty() && chosen.size() < browsers.size()) throw new IOException("there are chromium and firefox");
        for (String t : transports) if (!Visit.TRANSPORTS.contains(t)) throw new IOException("there are " + Visit.TRANSPORTS);
        List<Row> rows = new ArrayList<>();
        Path folder = Files.createTempDirectory("libp2p-browsers");
        try {
            run(chosen, folder, rows);
        } finally {
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path p : all.sorted(Comparator.reverseOrder()).toList()) Files.delete(p);
            }
        }
        write(rows);
        if (docs) Files.writeString(root.resolveSibling("docs").resolve("browsers.md"), new BrowsersPage(rows).text());
        long failed = rows.stream().filter(r -> r.status() == Row.Status.FAIL).count();
        long skipped = rows.stream().filter(r -> r.status() == Row.Status.SKIP).count();
        out.println(rows.size() + " rows: " + (rows.size() - failed - skipped) + " passed, " + failed + " failed, " + skipped + " skipped");
        return failed > 0 || strict && skipped > 0 ? 1 : 0;
    }

    private void run(List<Browser> chosen, Path folder, List<Row> rows) throws IOException, InterruptedException {
        Peer java = Peer.setUp(root, "java");
        Path logs = Peer.logs(root);
        PageFiles page = PageFiles.setUp(root.resolveSibling("web").resolve("page"), logs.resolve("page.log"));
        Path identity = folder.resolve("identity.key");
        SecureRandom random = new SecureRandom();
        byte[] key = JvmCrypto.create().generate(KeyType.ED25519, 0, Rng.of(random::nextBytes));
        KeyFile.write(identity, new PrivateKey(KeyType.ED25519, key), KeyFile.Form.PROTOBUF);
        Visit.Setting setting = new Visit.Setting(java, page.folder(), identity, Certificate.make(folder), logs, limitSeconds);
        for (Browser b : chosen) {
            Path program = b.program();
            String missing = program == null ? b.title() + " was not found" : page.missing();
            String version = program == null ? "" : b.version(program);
            for (String t : transports.isEmpty() ? Visit.TRANSPORTS : transports) {
                if (program == null || !missing.isEmpty()) {
                    for (String f : Visit.featureNames(t)) say(rows, new Row(b.title(), version, t, f, Row.Status.SKIP, 0, missing));
                    continue;
                }
                try (Visit visit = new Visit(setting, b, program, version, t)) {
                    visit.run(row -> say(rows, row));
                }
            }
        }
    }

    private void say(List<Row> rows, Row row) {
        rows.add(row);
        out.println(row);
    }

    private void write(List<Row> rows) throws IOException {
        StringBuilder text = new StringBuilder("[");
        String separator = "\n";
        for (Row r : rows) {
            text.append(separator).append(JsonWriter.string(r.json()));
            separator = ",\n";
        }
        Files.writeString(root.resolve("browsers.json"), text.append("\n]\n"));
    }
}
