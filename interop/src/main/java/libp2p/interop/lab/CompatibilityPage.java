package libp2p.interop.lab;

import com.grack.nanojson.JsonObject;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** docs/compatibility.md, made of a report and of nothing else. */
final class CompatibilityPage {
    private static final String OURS = "java";
    private static final List<String> KEYS_NAMED = List.of("secp256k1", "rsa", "ecdsa");

    private final Report report;
    private final List<String> others = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();

    CompatibilityPage(Report report) {
        this.report = report;
        for (Peer p : report.peers()) if (!p.name().equals(OURS)) others.add(p.name());
    }

    String text() {
        line("# What java-libp2p can talk to");
        line("");
        line("Made by `" + report.command() + "` on " + LocalDate.now(ZoneOffset.UTC)
                + "; do not edit. Each row of the matrix is two processes on one");
        line("machine, our node and a program on the published packages of another implementation"
                + " ([peers](../interop/peers/README.md)). Browsers are in [browsers.md](browsers.md).");
        line("");
        line("**" + summary() + "**");
        line("");
        line("✅ all pass · ❌ one or more fail · ⚠️ fails as known · – not tried, see below. The number is of rows that pass.");
        table("Wire", "combination", wires(), (r, name) -> wire(r.combination()).equals(name) && key(r).equals(Combination.KEY_DEFAULT));
        table("Features", "feature", distinct(Row::feature), (r, name) -> r.feature().equals(name));
        table("Keys", "both sides' key", distinct(CompatibilityPage::key), (r, name) -> key(r).equals(name));
        drivers();
        versions();
        list("Failures", Row.Status.FAIL);
        known();
        skips();
        return text.toString();
    }

    private void line(String s) {
        text.append(s).append('\n');
    }

    private String summary() {
        return report.count(Row.Status.PASS) + " rows pass, " + report.count(Row.Status.FAIL) + " fail, "
                + report.count(Row.Status.KNOWN) + " fail as known, " + report.count(Row.Status.SKIP) + " were not tried.";
    }

    private static String key(Row r) {
        String last = r.combination().substring(r.combination().lastIndexOf(' ') + 1);
        return KEYS_NAMED.contains(last) ? last : Combination.KEY_DEFAULT;
    }

    private static String wire(String combination) {
        for (String key : KEYS_NAMED) {
            String end = ", " + key;
            if (combination.endsWith(end)) return combination.substring(0, combination.length() - end.length());
        }
        return combination;
    }

    private Set<String> wires() {
        return distinct(r -> wire(r.combination()));
    }

    private Set<String> distinct(java.util.function.Function<Row, String> of) {
        Set<String> all = new LinkedHashSet<>();
        for (Row r : report.rows()) all.add(of.apply(r));
        return all;
    }

    private interface Belongs {
        boolean test(Row row, String name);
    }

    /** For each name a line, for each peer two columns: we dial, it dials. */
    private void table(String title, String what, Set<String> names, Belongs belongs) {
        line("");
        line("## " + title);
        line("");
        StringBuilder head = new StringBuilder("| " + what + " |");
        StringBuilder rule = new StringBuilder("|---|");
        for (String p : others) {
            head.append(" java → ").append(p).append(" | ").append(p).append(" → java |");
            rule.append("---|---|");
        }
        line(head.toString());
        line(rule.toString());
        for (String name : names) {
            StringBuilder cells = new StringBuilder("| " + name + " |");
            for (String p : others) {
                cells.append(cell(r -> belongs.test(r, name) && r.dialer().equals(OURS) && r.listener().equals(p)));
                cells.append(cell(r -> belongs.test(r, name) && r.dialer().equals(p) && r.listener().equals(OURS)));
            }
            line(cells.toString());
        }
    }

    private String cell(Predicate<Row> belongs) {
        long passed = 0;
        long tried = 0;
        boolean failed = false;
        boolean known = false;
        for (Row r : report.rows()) {
            if (!belongs.test(r) || r.status() == Row.Status.SKIP) continue;
            tried++;
            if (r.status() == Row.Status.PASS) passed++;
            failed |= r.status() == Row.Status.FAIL;
            known |= r.status() == Row.Status.KNOWN;
        }
        if (tried == 0) return " – |";
        return " " + (failed ? "❌ " : known ? "⚠️ " : "✅ ") + (passed == tried ? passed : passed + " of " + tried) + " |";
    }

    private void drivers() {
        line("");
        line("## At the wire");
        line("");
        line("Raw drivers in another language go where no well-behaved peer does, and read the frames that we send to go"
                + " ([judges](../interop/judges/README.md)).");
        line("");
        RawDrivers drivers = report.drivers();
        if (!drivers.missing().isEmpty()) line("Not all were run: " + drivers.missing());
        Map<String, Integer> areas = new LinkedHashMap<>();
        for (RawDrivers.Check c : drivers.checks()) areas.merge(c.area(), 1, Integer::sum);
        areas.forEach((area, checks) -> {
            long failed = drivers.failed().stream().filter(c -> c.area().equals(area)).count();
            line("- " + area + ": " + (failed == 0 ? "✅ " + checks : "❌ " + (checks - failed) + " of " + checks));
        });
        for (RawDrivers.Check c : drivers.failed()) line("- `" + c + "`: " + c.reason());
    }

    private void versions() {
        line("");
        line("## Versions");
        line("");
        line("| peer | version | on | packages |");
        line("|---|---|---|---|");
        for (Peer p : report.peers()) {
            if (!p.there()) {
                line("| " + p.name() + " | could not be set up: " + p.missing() + " | | |");
                continue;
            }
            List<String> packages = new ArrayList<>();
            JsonObject all = p.description().getObject("packages", new JsonObject());
            all.forEach((name, version) -> packages.add(name + " " + version));
            line("| " + p.name() + " | " + p.description().getString("version") + " | " + p.description().getString("runtime") + " | "
                    + String.join(", ", packages) + " |");
        }
    }

    private void list(String title, Row.Status status) {
        List<Row> rows = report.rows().stream().filter(r -> r.status() == status).toList();
        if (rows.isEmpty()) return;
        line("");
        line("## " + title);
        line("");
        for (Row r : rows) line("- `" + r.name() + "`: " + r.reason());
    }

    private void known() {
        line("");
        line("## Known errors");
        line("");
        if (report.known().entries().isEmpty()) line("None.");
        for (KnownErrors.Entry e : report.known().entries()) {
            long hit = report.rows().stream().filter(r -> r.status() == Row.Status.KNOWN && e.rows().matcher(r.name()).matches()).count();
            long mended = report.mended().stream().filter(r -> e.rows().matcher(r.name()).matches()).count();
            String passed = mended > 0 ? " Rows that passed all the same: " + mended + "." : "";
            line("- `" + e.rows() + "`: " + e.reason() + " Rows that failed so: " + hit + "." + passed);
        }
    }

    private void skips() {
        Map<String, Integer> reasons = new LinkedHashMap<>();
        for (Row r : report.rows()) if (r.status() == Row.Status.SKIP) reasons.merge(r.reason(), 1, Integer::sum);
        if (reasons.isEmpty()) return;
        line("");
        line("## Not tried");
        line("");
        reasons.forEach((reason, n) -> line("- " + reason + " (" + n + " rows)"));
    }
}
