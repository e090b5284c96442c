package libp2p.interop.lab;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/**
 * Breaks our node on purpose, one piece at a time, to see that the lab notices: the matrix, which must have a row that fails, or the raw
 * drivers.
 *
 * <p>A break is a piece of source that is replaced in a copy of one file; the copy's classes come before all others on the peer's class
 * path.
 */
final class Sabotage {
    /** One break; {@code find} is in the file exactly once. */
    record Break(String name, String what, String file, String find, String replace) {}

    private static final String PAGE = """
            # Deliberate breaks, and what notices them

            Made by `interop/run --sabotage` on %s; do not edit. Each line is our node with one piece of its source replaced
            (`interop/sabotage.json`), put before %s in the matrix and, if no row fails, before the raw drivers (`interop/judge`). The first
            row or check that fails is named. Without a break all of them pass, which is tried first.

            | break | what is wrong then | in | noticed by |
            |---|---|---|---|
            %s
            """;
    private static final long LIMIT_SECONDS = 20;
    /** All features over TCP and Noise: what is broken is below no other transport. */
    private static final Plan.Wish WISH =
            new Plan.Wish(List.of(), List.of("tcp"), List.of("noise"), List.of(), List.of(Combination.KEY_DEFAULT), List.of(), false);

    private final Path root;
    private final Peer java;
    private final List<Peer> others;
    private final PrintStream out;
    private final List<String> lines = new ArrayList<>();
    private int missed;

    /** @param root the folder interop */
    Sabotage(Path root, Peer java, List<Peer> others, PrintStream out) {
        this.root = root;
        this.java = java;
        this.others = others;
        this.out = out;
    }

    /** Runs all breaks, or those of that name; writes the page if it was all. Says how many went unnoticed. */
    int run(List<String> names, Path page) throws IOException, InterruptedException {
        String control = Optional.ofNullable(byMatrix(java)).orElseGet(() -> byJudge(java));
        if (control != null) throw new IOException("without any break there is a failure: " + control);
        out.println("without a break everything passes");
        for (Break b : breaks()) {
            if (!names.isEmpty() && !names.contains(b.name())) continue;
            Peer broken = broken(b);
            String matrix = byMatrix(broken);
            String judge = matrix == null ? byJudge(broken) : null; // it takes minutes against a node that is broken all over
            boolean unseen = matrix == null && judge == null;
            if (unseen) missed++;
            String by = unseen ? "**nothing**" : matrix == null ? "the driver " + judge : "the row " + matrix;
            out.println((unseen ? "MISSED " : "caught ") + b.name() + ": " + by);
            String file = b.file().substring(b.file().lastIndexOf('/') + 1);
            lines.add("| " + b.name() + " | " + b.what() + " | `" + file + "` | " + by + " |");
        }
        if (names.isEmpty()) Files.writeString(page, text());
        return missed;
    }

    private List<Break> breaks() throws IOException {
        List<Break> all = new ArrayList<>();
        try {
            for (Object o : JsonParser.array().from(Files.readString(root.resolve("sabotage.json")))) {
                JsonObject b = (JsonObject) o;
                all.add(new Break(b.getString("name"), b.getString("what"), b.getString("file"), b.getString("find"),
                        b.getString("replace")));
            }
        } catch (JsonParserException e) {
            throw new IOException("sabotage.json: " + e.getMessage(), e);
        }
        return all;
    }

    /** Our peer with the break in it. */
    private Peer broken(Break b) throws IOException {
        String source = Files.readString(root.resolveSibling(b.file()));
        int at = source.indexOf(b.find());
        if (at < 0 || source.indexOf(b.find(), at + 1) >= 0) throw new IOException("break " + b.name() + " no longer fits " + b.file());
        Path folder = root.resolve("cache").resolve("sabotage").resolve(b.name().replace(' ', '-'));
        Path copy = folder.resolve(b.file());
        Files.createDirectories(copy.getParent());
        Files.writeString(copy, source.replace(b.find(), b.replace()));
        List<String> command = new ArrayList<>(java.command());
        int path = command.indexOf("-cp") + 1;
        compile(copy, command.get(path), folder.resolve("classes"));
        command.set(path, folder.resolve("classes") + ":" + command.get(path));
        return new Peer(java.name(), command, java.description(), "");
    }

    private static void compile(Path source, String classpath, Path to) throws IOException {
        Files.createDirectories(to);
        JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
        if (javac == null) throw new IOException("a JDK is needed, not only a runtime");
        int status = javac.run(null, null, null, "--release", "17", "-nowarn", "-proc:none", "-cp", classpath, "-d", to.toString(),
                source.toString());
        if (status != 0) throw new IOException(source + " does not compile");
    }

    /** The first row that fails, or null. */
    private String byMatrix(Peer peer) throws IOException, InterruptedException {
        Features features = new Features();
        for (Peer other : others) {
            for (Plan.Pairing p : new Plan(WISH, features).pairings(peer, other)) {
                AtomicReference<Row> first = new AtomicReference<>();
                try (Session session = new Session(p, features, LIMIT_SECONDS, Peer.logs(root))) {
                    session.run(row -> {
                        if (row.status() == Row.Status.FAIL) first.set(row);
                        return row.status() != Row.Status.FAIL;
                    });
                }
                Row failed = first.get();
                if (failed != null) return "`" + failed.name() + "` (" + failed.reason().strip().split("\n")[0] + ")";
            }
        }
        return null;
    }

    /** The first check of interop/judge that fails against the peer, or null. */
    private String byJudge(Peer peer) {
        List<String> options = new Combination("tcp", "noise", "yamux", Combination.KEY_DEFAULT).options();
        try (PeerProcess listener = new PeerProcess(peer, options, Peer.logs(root).resolve("sabotage.log"))) {
            RawDrivers drivers = RawDrivers.run(root, "--address", listener.address());
            if (!drivers.missing().isEmpty()) throw new IllegalStateException("the raw drivers did not run: " + drivers.missing());
            return drivers.failed().isEmpty() ? null : "`" + drivers.failed().get(0) + "`";
        } catch (IOException e) {
            return "none came to an end (" + e.getMessage() + ")";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private String text() {
        String names = String.join(" and ", others.stream().map(Peer::name).toList());
        return String.format(Locale.ROOT, PAGE, LocalDate.now(ZoneOffset.UTC), names, String.join("\n", lines));
    }
}
