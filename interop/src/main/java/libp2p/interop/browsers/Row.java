package libp2p.interop.browsers;

import com.grack.nanojson.JsonObject;

/** What came of one feature between a browser and our node over a transport; the reason is empty where it passed. */
record Row(String browser, String version, String transport, String feature, Status status, long millis, String reason) {
    /** How it went. */
    enum Status {
        PASS,
        FAIL,
        /** It could not be tried. */
        SKIP;

        String text() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    JsonObject json() {
        JsonObject o = new JsonObject();
        o.put("browser", browser);
        o.put("version", version);
        o.put("transport", transport);
        o.put("feature", feature);
        o.put("status", status.text());
        o.put("millis", millis);
        o.put("reason", reason);
        return o;
    }

    /** For people. */
    @Override
    public String toString() {
        String time = status == Status.SKIP ? "" : " (" + millis + " ms)";
        return status.text() + " " + browser + " x java (" + transport + ") " + feature + time + (reason.isEmpty() ? "" : ": " + reason);
    }
}
