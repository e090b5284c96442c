package libp2p.interop.gossip;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A table of Markdown between two markers of a page; rows are known by their first two cells. */
final class MarkedTable {
    private final String begin;
    private final String end;
    private final String head;
    private final Map<String, String> rows = new LinkedHashMap<>();

    /** Named so in its markers; the head is its first line. */
    MarkedTable(String name, String head) {
        begin = "<!-- " + name + " -->";
        end = "<!-- /" + name + " -->";
        this.head = head;
    }

    void add(List<String> cells) {
        String row = "| " + String.join(" | ", cells) + " |";
        rows.put(key(row), row);
    }

    private static String key(String row) {
        String[] cells = row.split("\\|");
        return cells[1].trim() + "|" + cells[2].trim();
    }

    String text() {
        return text(rows);
    }

    private String text(Map<String, String> lines) {
        return "\n" + head + "\n" + "|---".repeat((int) head.chars().filter(c -> c == '|').count() - 1) + "|\n"
                + String.join("\n", lines.values()) + "\n\n";
    }

    /** Puts the rows into a page: in the place of those of the same key, or behind all. */
    void put(Path page) throws IOException {
        String text = Files.readString(page);
        int from = text.indexOf(begin);
        int to = text.indexOf(end);
        if (from < 0 || to < from) throw new IOException(page + " has no " + begin + " and " + end);
        List<String> there = new ArrayList<>(text.substring(from + begin.length(), to).lines().filter(l -> l.startsWith("| ")).toList());
        there.remove(head);
        Map<String, String> merged = new LinkedHashMap<>();
        for (String row : there) merged.put(key(row), row);
        merged.putAll(rows);
        Files.writeString(page, text.substring(0, from + begin.length()) + "\n" + text(merged) + text.substring(to));
    }
}
