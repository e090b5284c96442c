package libp2p.sim;

import java.util.Map;
import java.util.function.Consumer;

/**
 * Data as lines of text, for files: JSON, an object a line, or CSV after RFC 4180.
 *
 * <p>A head says what the data is of: the scenario, its seed, its parameters, the version. It is the first line in JSON, and comment lines
 * that begin with {@code #} in CSV. Lines come without their end, and are the same for the same data on every platform.
 */
public final class DataLines implements Consumer<Datum> {
    private static final String COLUMNS = "time_ns,host,kind,peer,inbound,what,value,reason";

    private final Consumer<? super String> out;
    private final boolean json;

    private DataLines(Consumer<? super String> out, boolean json) {
        this.out = out;
        this.json = json;
    }

    /** Writes objects to {@code out}, a line at a time, the head first. */
    public static DataLines json(Map<String, String> head, Consumer<? super String> out) {
        StringBuilder s = new StringBuilder("{");
        for (Map.Entry<String, String> e : head.entrySet()) {
            if (s.length() > 1) s.append(',');
            quoted(s, e.getKey());
            s.append(':');
            quoted(s, e.getValue());
        }
        out.accept(s.append('}').toString());
        return new DataLines(out, true);
    }

    /** Writes rows to {@code out}, a line at a time, after the head and the names of the columns. */
    public static DataLines csv(Map<String, String> head, Consumer<? super String> out) {
        for (Map.Entry<String, String> e : head.entrySet()) out.accept("# " + flat(e.getKey()) + "=" + flat(e.getValue()));
        out.accept(COLUMNS);
        return new DataLines(out, false);
    }

    private static String flat(String s) {
        return s.replace('\r', ' ').replace('\n', ' ');
    }

    @Override
    public void accept(Datum d) {
        out.accept(json ? object(d) : row(d));
    }

    private static String object(Datum d) {
        StringBuilder s = new StringBuilder(128);
        s.append("{\"time_ns\":").append(d.timeNanos());
        s.append(",\"host\":").append(d.host());
        s.append(",\"kind\":\"").append(d.kind()).append('"');
        s.append(",\"peer\":").append(d.peer());
        s.append(",\"inbound\":").append(d.inbound());
        s.append(",\"what\":");
        quoted(s, d.what());
        s.append(",\"value\":").append(d.value());
        s.append(",\"reason\":");
        quoted(s, d.reason());
        return s.append('}').toString();
    }

    private static void quoted(StringBuilder s, String text) {
        s.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') s.append('\\').append(c);
            else if (c >= 0x20 && c != 0x7f && !Character.isSurrogate(c)) s.append(c);
            else s.append("\\u").append(Integer.toHexString(c | 0x10000).substring(1));
        }
        s.append('"');
    }

    private static String row(Datum d) {
        return d.timeNanos() + "," + d.host() + "," + d.kind() + "," + d.peer() + "," + d.inbound() + "," + field(d.what()) + ","
                + d.value() + "," + field(d.reason());
    }

    private static String field(String text) {
        boolean plain = true;
        for (int i = 0; i < text.length() && plain; i++) {
            char c = text.charAt(i);
            plain = c != ',' && c != '"' && c != '\n' && c != '\r';
        }
        return plain ? text : '"' + flat(text).replace("\"", "\"\"") + '"';
    }
}
