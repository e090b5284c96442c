package libp2p.interop.lab;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import libp2p.interop.lab.Conversation.Failure;

/** Runs one pairing: two processes that are kept from row to row, and started anew after one that failed. */
final class Session implements AutoCloseable {
    private final Plan.Pairing pairing;
    private final Features features;
    private final long limitSeconds;
    private final Path logs;
    private PeerProcess one;
    private PeerProcess other;

    Session(Plan.Pairing pairing, Features features, long limitSeconds, Path logs) {
        this.pairing = pairing;
        this.features = features;
        this.limitSeconds = limitSeconds;
        this.logs = logs;
    }

    /** Tells the outcome of each test, in order, as long as it is answered with true. */
    void run(Predicate<Row> outcome) throws InterruptedException {
        for (Plan.Test test : pairing.tests()) {
            if (!outcome.test(test.skip().isEmpty() ? tried(test) : row(test, Row.Status.SKIP, 0, test.skip()))) return;
        }
    }

    private Row row(Plan.Test test, Row.Status status, long millis, String reason) {
        return new Row(test.dialer().name(), test.listener().name(), test.feature(), pairing.with().toString(), status, millis, reason);
    }

    private Row tried(Plan.Test test) throws InterruptedException {
        long began = System.nanoTime();
        try {
            start();
            boolean forward = test.dialer() == pairing.one();
            PeerProcess dialer = forward ? one : other;
            PeerProcess listener = forward ? other : one;
            dialer.limit(limitSeconds);
            listener.limit(limitSeconds);
            began = System.nanoTime();
            features.named(test.feature()).run(dialer, listener, pairing.with());
            part(dialer, listener, test);
            return row(test, Row.Status.PASS, millisSince(began), "");
        } catch (Failure | IOException e) {
            long millis = millisSince(began);
            kill();
            return row(test, Row.Status.FAIL, millis, String.valueOf(e.getMessage()));
        }
    }

    private static long millisSince(long began) {
        return (System.nanoTime() - began) / 1_000_000;
    }

    /** The last row of a direction ends its connection, since the other direction dials anew. */
    private void part(PeerProcess dialer, PeerProcess listener, Plan.Test test) throws InterruptedException {
        List<Plan.Test> all = pairing.tests();
        int next = all.indexOf(test) + 1;
        while (next < all.size() && !all.get(next).skip().isEmpty()) next++;
        if (next == all.size() || all.get(next).dialer() == test.dialer() || test.feature().equals("transport")) return;
        dialer.tell("close", "peer", listener.id());
        listener.event("disconnected", e -> dialer.id().equals(e.getString("peer")));
    }

    private void start() throws IOException, InterruptedException {
        if (one == null) one = start(pairing.one());
        if (other == null) other = start(pairing.other());
    }

    private PeerProcess start(Peer peer) throws IOException, InterruptedException {
        String name = (pairing.one().name() + "-" + pairing.other().name() + "-" + pairing.with() + "-" + peer.name()).replace(", ", "-");
        return new PeerProcess(peer, pairing.with().options(), logs.resolve(name + ".log"));
    }

    private void kill() {
        if (one != null) one.kill();
        if (other != null) other.kill();
        one = null;
        other = null;
    }

    @Override
    public void close() {
        if (one != null) one.close();
        if (other != null) other.close();
    }
}
