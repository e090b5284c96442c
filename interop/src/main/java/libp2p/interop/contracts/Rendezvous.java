package libp2p.interop.contracts;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;
import libp2p.multiformats.Proto;

/** Where the listener of a test leaves its address, and the dialler finds it. */
final class Rendezvous {
    private static final int WAIT_SECONDS = 60;
    private static final long LOOK_AGAIN_MILLIS = 50;
    private static final String FIRST_LIST = "listenerAddr";
    private static final String KEY = "_listener_multiaddr";

    private final Variables variables;

    Rendezvous(Variables variables) {
        this.variables = variables;
    }

    /** Leaves the address that others can reach best: not one of loopback, if there is another. */
    void leave(List<Multiaddr> addresses) throws IOException {
        String chosen = reachable(addresses).toString();
        System.err.println("listening on " + chosen);
        try (Redis redis = new Redis(variables.redis())) {
            if (variables.first()) redis.append(FIRST_LIST, chosen);
            else redis.set(variables.key() + KEY, chosen);
        }
    }

    static Multiaddr reachable(List<Multiaddr> addresses) {
        for (Multiaddr a : addresses) {
            if (a.has(Proto.IP4) && !a.isLoopback()) return a;
        }
        if (addresses.isEmpty()) throw new IllegalStateException("the node listens nowhere");
        return addresses.get(0);
    }

    /** Waits for the listener's address. */
    String find() throws IOException, InterruptedException {
        try (Redis redis = new Redis(variables.redis())) {
            String address = variables.first() ? redis.take(FIRST_LIST, WAIT_SECONDS) : look(redis);
            if (address == null) throw new IOException("no listener has said where it is");
            return address;
        }
    }

    private @Nullable String look(Redis redis) throws IOException, InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
        while (System.nanoTime() < until) {
            String address = redis.get(variables.key() + KEY);
            if (address != null && !address.isEmpty()) return address;
            Thread.sleep(LOOK_AGAIN_MILLIS);
        }
        return null;
    }
}
