package libp2p.cli;

/** Rows after RFC 4180. */
final class Csv {
    private Csv() {}

    static String row(String... fields) {
        StringBuilder s = new StringBuilder();
        for (int i = 0; i < fields.length; i++) {
            if (i > 0) s.append(',');
            s.append(field(fields[i]));
        }
        return s.toString();
    }

    private static String field(String f) {
        boolean quoted = f.indexOf(',') >= 0 || f.indexOf('"') >= 0 || f.indexOf('\n') >= 0 || f.indexOf('\r') >= 0;
        return quoted ? '"' + f.replace("\"", "\"\"") + '"' : f;
    }
}
