package libp2p.cli;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What the nodes of the demo have done in all. */
final class DemoTally {
    final int nodes;
    int connections;
    long bytes;
    long sendNanos;
    private final List<Long> roundTrips = new ArrayList<>();

    DemoTally(int nodes) {
        this.nodes = nodes;
    }

    void measured(long roundTripNanos, long sent, long nanos) {
        roundTrips.add(roundTripNanos);
        bytes += sent;
        sendNanos += nanos;
    }

    int pings() {
        return roundTrips.size();
    }

    /** The round trip that half of the pings were faster than; 0 without pings. */
    long medianNanos() {
        List<Long> sorted = new ArrayList<>(roundTrips);
        Collections.sort(sorted);
        return sorted.isEmpty() ? 0 : sorted.get(sorted.size() / 2);
    }

    @Override
    public String toString() {
        return nodes + " nodes, " + connections + " connections, " + pings() + " pings, median " + Output.millis(medianNanos()) + ", "
                + (bytes >> 20) + " MiB at " + Output.rate(bytes, sendNanos);
    }
}
