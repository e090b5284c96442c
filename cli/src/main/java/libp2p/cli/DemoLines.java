package libp2p.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import libp2p.core.identity.PeerId;
import libp2p.multiformats.Multiaddr;

/** A line, or a JSON object, for each event of the demo. */
final class DemoLines implements DemoView {
    private final Output output;

    DemoLines(Output output) {
        this.output = output;
    }

    private static Map<String, Object> event(String name) {
        Map<String, Object> o = new LinkedHashMap<>();
        o.put("event", name);
        return o;
    }

    @Override
    public void started(int node, PeerId id, Multiaddr met, List<Multiaddr> addresses) {
        Map<String, Object> o = event("started");
        o.put("node", node);
        o.put("peerId", id.toString());
        o.put("addresses", addresses.stream().map(Multiaddr::toString).toList());
        output.say(o, "node " + node + " is " + id + " at " + met.withoutPeer());
    }

    @Override
    public void page(String url) {
        Map<String, Object> o = event("page");
        o.put("url", url);
        output.say(o, "a browser joins at " + url);
    }

    @Override
    public void connected(int from, int to) {
        Map<String, Object> o = event("connected");
        o.put("from", from);
        o.put("to", to);
        output.say(o, "node " + from + " is connected to node " + to);
    }

    @Override
    public void spread(int from, int sentTo, int heardBy, long nanos) {
        Map<String, Object> o = event("spread");
        o.put("from", from);
        o.put("sentTo", sentTo);
        o.put("heardBy", heardBy);
        o.put("nanos", nanos);
        output.say(o, "node " + from + " published to " + sentTo + " peers, heard by " + heardBy + " nodes in " + Output.millis(nanos));
    }

    @Override
    public void measured(int from, int to, long roundTripNanos, long bytes, long nanos) {
        Map<String, Object> o = event("measured");
        o.put("from", from);
        o.put("to", to);
        o.put("pingNanos", roundTripNanos);
        o.put("bytes", bytes);
        o.put("nanos", nanos);
        output.say(o, "node " + from + " to node " + to + ": ping " + Output.millis(roundTripNanos) + ", " + Output.rate(bytes, nanos));
    }

    @Override
    public void summary(DemoTally tally) {
        Map<String, Object> o = event("summary");
        o.put("nodes", tally.nodes);
        o.put("connections", tally.connections);
        o.put("pings", tally.pings());
        o.put("medianPingNanos", tally.medianNanos());
        o.put("bytes", tally.bytes);
        o.put("bytesPerSecond", tally.sendNanos == 0 ? 0 : Math.round(tally.bytes * 1e9 / tally.sendNanos));
        output.say(o, tally.toString());
    }
}
