package libp2p.interop.lab;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Rows that are known to fail, and why; from known-errors.json. */
final class KnownErrors {
    /** All rows whose name the pattern matches as a whole. */
    record Entry(Pattern rows, String reason) {}

    private final List<Entry> entries = new ArrayList<>();

    static KnownErrors read(Path file) throws IOException {
        KnownErrors known = new KnownErrors();
        try {
            for (Object o : JsonParser.array().from(Files.readString(file))) {
                JsonObject e = (JsonObject) o;
                String reason = e.getString("reason", "");
                if (reason.isBlank()) throw new IOException(file + ": no reason for " + e.getString("rows"));
                known.entries.add(new Entry(Pattern.compile(e.getString("rows")), reason));
            }
        } catch (JsonParserException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
        return known;
    }

    List<Entry> entries() {
        return entries;
    }

    /** Why the row may fail, or null if it may not. */
    String reason(String row) {
        for (Entry e : entries) if (e.rows().matcher(row).matches()) return e.reason();
        return null;
    }

    /** The outcome of a row, in view of what is known. */
    Row judge(Row row) {
        String why = row.status() == Row.Status.FAIL ? reason(row.name()) : null;
        if (why == null) return row;
        String both = why + " (" + row.reason() + ")";
        return new Row(row.dialer(), row.listener(), row.feature(), row.combination(), Row.Status.KNOWN, row.millis(), both);
    }
}
