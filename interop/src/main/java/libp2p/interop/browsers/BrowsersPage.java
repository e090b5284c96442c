package libp2p.interop.browsers;

import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** docs/browsers.md, made of rows and of nothing else. */
final class BrowsersPage {
    private final List<Row> rows;
    private final StringBuilder text = new StringBuilder();

    BrowsersPage(List<Row> rows) {
        this.rows = rows;
    }

    String text() {
        line("# What browsers can do with a node of ours");
        line("");
        line("Made by `interop/browsers --docs` on " + LocalDate.now(ZoneOffset.UTC)
                + "; do not edit. A page with js-libp2p (`web/page`, the versions of");
        line("its lock file) dials our node on one machine. [interop/README.md](../interop/README.md#browsers) says what each feature is.");
        Map<String, String> versions = new LinkedHashMap<>();
        for (Row r : rows) versions.put(r.browser(), r.version());
        versions.forEach(this::table);
        notes();
        list("Failures", Row.Status.FAIL);
        list("Not tried", Row.Status.SKIP);
        return text.toString();
    }

    private void line(String s) {
        text.append(s).append('\n');
    }

    private void table(String browser, String version) {
        Set<String> features = new LinkedHashSet<>();
        Set<String> transports = new LinkedHashSet<>();
        for (Row r : rows) {
            if (!r.browser().equals(browser)) continue;
            features.add(r.feature());
            transports.add(r.transport());
        }
        line("");
        line("## " + (browser + " " + version).strip());
        line("");
        line("| transport | " + String.join(" | ", features) + " |");
        line("|---".repeat(features.size() + 1) + "|");
        for (String t : transports) {
            StringBuilder cells = new StringBuilder("| " + t + " |");
            for (String f : features) cells.append(' ').append(cell(browser, t, f)).append(" |");
            line(cells.toString());
        }
    }

    private String cell(String browser, String transport, String feature) {
        for (Row r : rows) {
            if (!r.browser().equals(browser) || !r.transport().equals(transport) || !r.feature().equals(feature)) continue;
            return switch (r.status()) {
                case PASS -> "✅ " + r.millis() + " ms";
                case FAIL -> "❌";
                case SKIP -> "–";
            };
        }
        return "";
    }

    private void notes() {
        List<Row> of = rows.stream().filter(r -> r.status() == Row.Status.PASS && !r.reason().isEmpty()).toList();
        if (of.isEmpty()) return;
        line("");
        line("## Which address it was");
        line("");
        for (Row r : of) line("- `" + r.browser() + " x java (" + r.transport() + ") " + r.feature() + "`: " + r.reason());
    }

    private void list(String title, Row.Status status) {
        List<Row> of = rows.stream().filter(r -> r.status() == status).toList();
        if (of.isEmpty()) return;
        line("");
        line("## " + title);
        line("");
        for (Row r : of) line("- `" + r.browser() + " x java (" + r.transport() + ") " + r.feature() + "`: " + r.reason());
    }
}
