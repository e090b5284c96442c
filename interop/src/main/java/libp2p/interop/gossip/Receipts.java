package libp2p.interop.gossip;

import com.grack.nanojson.JsonWriter;
import java.io.PrintStream;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import libp2p.core.identity.PeerId;
import libp2p.gossipsub.Message;

/** What nodes tell of: a JSON object a line, with the time, as libp2p/test-plans' checks read them. From any thread. */
final class Receipts {
    static final String PUBLISHING = "Publishing";
    static final String RECEIVED = "Received Message";
    static final String PUBLISHING_PARTS = "Publishing Parts";
    static final String ALL_PARTS = "All parts received";

    private final PrintStream out;
    private final boolean quiet;

    /** Nothing of messages if {@code quiet}. */
    Receipts(PrintStream out, boolean quiet) {
        this.out = out;
        this.quiet = quiet;
    }

    void begun(int node, PeerId id) {
        say("PeerID", "id", id.toString(), "node_id", node);
    }

    void published(int node, long message) {
        if (!quiet) say(PUBLISHING, "id", Long.toUnsignedString(message), "node_id", node);
    }

    void partsPublished(int node, long group) {
        say(PUBLISHING_PARTS, "id", Long.toUnsignedString(group), "node_id", node);
    }

    void complete(int node, long group) {
        say(ALL_PARTS, "id", Long.toUnsignedString(group), "node_id", node);
    }

    void add(int node, Message m, PeerId from) {
        if (quiet || m.dataSize() < 8) return;
        say(RECEIVED, "id", Long.toUnsignedString(m.dataView().i64()), "from", from.toString(), "topic", m.topic(),
                "node_id", node);
    }

    private void say(String what, Object... namesAndValues) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("time", Instant.now().toString());
        line.put("msg", what);
        for (int i = 0; i < namesAndValues.length; i += 2) line.put((String) namesAndValues[i], namesAndValues[i + 1]);
        String text = JsonWriter.string(line);
        synchronized (out) {
            out.println(text);
            out.flush();
        }
    }
}
