package libp2p.interop.gossip;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonWriter;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** A script of libp2p/test-plans' gossipsub-interop in the making: all nodes do the same, but where {@link #only} is said. */
final class Script {
    private static final double CONNECT_AT = 2;

    private final JsonArray all = new JsonArray();
    private double seconds;

    /** An instruction, such as {@code of("waitUntil", "elapsedSeconds", 3)}. */
    static JsonObject of(String type, Object... namesAndValues) {
        JsonObject o = new JsonObject();
        o.put("type", type);
        for (int i = 0; i < namesAndValues.length; i += 2) o.put((String) namesAndValues[i], namesAndValues[i + 1]);
        return o;
    }

    Script all(JsonObject instruction) {
        all.add(instruction);
        return this;
    }

    Script only(int node, JsonObject instruction) {
        return all(of("ifNodeIDEquals", "nodeID", node, "instruction", instruction));
    }

    /** What follows is done so many seconds after the beginning. */
    Script until(double elapsed) {
        seconds = elapsed;
        return all(of("waitUntil", "elapsedSeconds", elapsed));
    }

    /** Begins, and each node dials its next, so that it is one network, and some others. */
    Script connected(int nodes, int dials, Random random) {
        all(of("initGossipSub", "gossipSubParams", new JsonObject()));
        until(CONNECT_AT);
        for (int n = 0; n < nodes; n++) {
            Set<Integer> to = new LinkedHashSet<>(List.of((n + 1) % nodes));
            while (to.size() < Math.min(dials, nodes - 1)) {
                int other = random.nextInt(nodes);
                if (other != n) to.add(other);
            }
            only(n, of("connect", "connectTo", new JsonArray(to)));
        }
        return this;
    }

    double seconds() {
        return seconds;
    }

    String text() {
        JsonObject file = new JsonObject();
        file.put("script", all);
        return JsonWriter.string(file);
    }
}
