package libp2p.interop.lab;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import com.grack.nanojson.JsonWriter;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/**
 * What came of a run, for machines and for people.
 *
 * @param command what was run
 * @param peers who took part, or should have; ours first
 * @param drivers what the raw drivers found, if they were run too
 */
record Report(String command, List<Row> rows, List<Peer> peers, KnownErrors known, RawDrivers drivers, long millis) {
    long count(Row.Status status) {
        return rows.stream().filter(r -> r.status() == status).count();
    }

    /** Rows that pass though the list says that they do not. */
    List<Row> mended() {
        return rows.stream().filter(r -> r.status() == Row.Status.PASS && known.reason(r.name()) != null).toList();
    }

    boolean failed(boolean strict) {
        return count(Row.Status.FAIL) > 0 || !drivers.failed().isEmpty()
                || strict && (count(Row.Status.SKIP) > 0 || !drivers.missing().isEmpty());
    }

    /** The rows of an earlier run, without those that are among {@code newer}, and then those. */
    static List<Row> merged(Path earlier, List<Row> newer) throws IOException {
        Set<String> names = new HashSet<>();
        for (Row r : newer) names.add(r.name());
        List<Row> all = new ArrayList<>();
        try {
            for (Object o : JsonParser.array().from(Files.readString(earlier))) {
                Row r = Row.of((JsonObject) o);
                if (!names.contains(r.name())) all.add(r);
            }
        } catch (JsonParserException e) {
            throw new IOException(earlier + ": " + e.getMessage(), e);
        }
        all.addAll(newer);
        return all;
    }

    void writeJson(Path file) throws IOException {
        StringBuilder text = new StringBuilder("[");
        String separator = "\n";
        for (Row r : rows) {
            text.append(separator).append(JsonWriter.string(r.json()));
            separator = ",\n";
        }
        Files.writeString(file, text.append("\n]\n"));
    }

    void writeJunit(Path file) throws IOException {
        Map<String, List<Row>> pairs = new LinkedHashMap<>();
        for (Row r : rows) pairs.computeIfAbsent(r.pair(), p -> new ArrayList<>()).add(r);
        Files.createDirectories(file.getParent());
        try (Writer text = new StringWriter()) {
            XMLStreamWriter xml = XMLOutputFactory.newFactory().createXMLStreamWriter(text);
            xml.writeStartDocument("UTF-8", "1.0");
            xml.writeStartElement("testsuites");
            for (Map.Entry<String, List<Row>> pair : pairs.entrySet()) suite(xml, pair.getKey(), pair.getValue());
            xml.writeEndElement();
            xml.writeEndDocument();
            xml.close();
            Files.writeString(file, text.toString());
        } catch (XMLStreamException e) {
            throw new IOException(e);
        }
    }

    private static void suite(XMLStreamWriter xml, String pair, List<Row> rows) throws XMLStreamException {
        xml.writeStartElement("testsuite");
        xml.writeAttribute("name", pair);
        xml.writeAttribute("tests", String.valueOf(rows.size()));
        long passed = rows.stream().filter(r -> r.status() == Row.Status.PASS).count();
        long failed = rows.stream().filter(r -> r.status() == Row.Status.FAIL).count();
        xml.writeAttribute("failures", String.valueOf(failed));
        xml.writeAttribute("skipped", String.valueOf(rows.size() - passed - failed));
        for (Row r : rows) {
            xml.writeStartElement("testcase");
            xml.writeAttribute("classname", pair);
            xml.writeAttribute("name", r.feature());
            xml.writeAttribute("time", String.format(Locale.ROOT, "%.3f", r.millis() / 1e3));
            if (r.status() != Row.Status.PASS) {
                xml.writeEmptyElement(r.status() == Row.Status.FAIL ? "failure" : "skipped");
                xml.writeAttribute("message", (r.status() == Row.Status.KNOWN ? "known: " : "") + r.reason());
            }
            xml.writeEndElement();
        }
        xml.writeEndElement();
    }

    void summary(PrintStream out) {
        out.println();
        for (Row r : rows) if (r.status() == Row.Status.FAIL) out.println("FAIL " + r.name() + ": " + r.reason());
        for (RawDrivers.Check c : drivers.failed()) out.println("FAIL raw driver: " + c + ": " + c.reason());
        for (Row r : mended()) out.println("PASSES, though known to fail: " + r.name() + " (" + known.reason(r.name()) + ")");
        Map<String, Integer> skips = new LinkedHashMap<>();
        for (Row r : rows) if (r.status() == Row.Status.SKIP) skips.merge(r.reason(), 1, Integer::sum);
        skips.forEach((reason, n) -> out.println("SKIP " + n + ": " + reason));
        if (!drivers.missing().isEmpty()) out.println("SKIP raw drivers: " + drivers.missing());
        if (!drivers.checks().isEmpty()) out.println(drivers.checks().size() + " raw checks: " + drivers.failed().size() + " failed");
        out.printf(Locale.ROOT, "%d rows in %.1f s: %d passed, %d failed, %d known, %d skipped%n", rows.size(), millis / 1e3,
                count(Row.Status.PASS), count(Row.Status.FAIL), count(Row.Status.KNOWN), count(Row.Status.SKIP));
    }
}
