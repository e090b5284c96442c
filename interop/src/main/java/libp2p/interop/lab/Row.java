package libp2p.interop.lab;

import com.grack.nanojson.JsonObject;

/** What came of one feature between two peers in one combination; the reason is empty where it passed. */
record Row(String dialer, String listener, String feature, String combination, Status status, long millis, String reason) {
    /** How it went. */
    enum Status {
        PASS,
        FAIL,
        /** It could not be tried: a peer lacks it, or could not be set up. */
        SKIP,
        /** It failed as the list of known errors says it would. */
        KNOWN;

        String text() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** As the cross-implementation suites name it. */
    static String pair(String dialer, String listener, String combination) {
        return dialer + " x " + listener + " (" + combination + ")";
    }

    String pair() {
        return pair(dialer, listener, combination);
    }

    String name() {
        return pair() + " " + feature;
    }

    /** The inverse of {@link #json}. */
    static Row of(JsonObject o) {
        return new Row(o.getString("dialer"), o.getString("listener"), o.getString("feature"), o.getString("combination"),
                Status.valueOf(o.getString("status").toUpperCase(java.util.Locale.ROOT)), o.getLong("millis"), o.getString("reason"));
    }

    JsonObject json() {
        JsonObject o = new JsonObject();
        o.put("dialer", dialer);
        o.put("listener", listener);
        o.put("feature", feature);
        o.put("combination", combination);
        o.put("status", status.text());
        o.put("millis", millis);
        o.put("reason", reason);
        return o;
    }
}
