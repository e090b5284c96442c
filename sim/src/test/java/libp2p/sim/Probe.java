package libp2p.sim;

import java.util.ArrayList;
import java.util.List;
import libp2p.core.Buf;
import libp2p.core.CloseReason;
import libp2p.core.net.Connection;
import libp2p.core.net.Dial;
import libp2p.core.net.OpenOptions;
import libp2p.core.net.Role;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.core.node.Node;
import libp2p.core.node.Protocol;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;

/** Sends bytes and datagrams, and remembers what came, when, and how connections ended. */
final class Probe implements Protocol {
    static final String ID = "/probe";

    final List<Connection> connections = new ArrayList<>();
    final List<CloseReason> lost = new ArrayList<>();
    final List<Long> arrivals = new ArrayList<>(); // when something came
    final List<Integer> datagrams = new ArrayList<>(); // the first byte of each
    final List<CloseReason> closed = new ArrayList<>(); // streams
    int received;
    int sent;
    @Nullable Stream stream; // ours
    private @Nullable Node started;

    @Override
    public List<String> ids() {
        return List.of(ID);
    }

    @Override
    public void start(Node node) {
        started = node;
    }

    @Override
    public void onConnection(Connection connection) {
        connections.add(connection);
    }

    @Override
    public void onConnectionClosed(Connection connection, CloseReason reason) {
        connections.remove(connection);
        lost.add(reason);
    }

    @Override
    public StreamHandler accept(Stream stream) {
        return new Handler(0);
    }

    /** Opens a stream on the connection with that host, and says that many bytes as fast as they are taken. */
    static void say(SimHost from, SimHost to, int bytes) {
        Probe p = of(from);
        from.execute(() -> from.swarm().connections(to.id()).get(0).open(List.of(ID), OpenOptions.DEFAULT, p.new Handler(bytes)));
    }

    static Probe of(SimHost host) {
        Probe p = host.protocol(Probe.class);
        return p;
    }

    /** Dials that address, and waits for the outcome. */
    static @Nullable CloseReason dial(SimHost from, Multiaddr address) {
        return dial(from, address, Role.INITIATOR, false);
    }

    static @Nullable CloseReason dial(SimHost from, Multiaddr address, Role role, boolean fromListenPort) {
        List<CloseReason> failures = dialLater(from, address, role, fromListenPort);
        from.world().run(10 * World.SECOND);
        return failures.isEmpty() ? null : failures.get(0);
    }

    static List<CloseReason> dialLater(SimHost from, Multiaddr address, Role role, boolean fromListenPort) {
        List<CloseReason> failures = new ArrayList<>();
        from.execute(() -> from.swarm().dial(new Dial(address, null, role, fromListenPort, 0), (c, failure) -> {
            if (failure != null) failures.add(failure);
        }));
        return failures;
    }

    private final class Handler implements StreamHandler {
        private int left;

        Handler(int bytes) {
            left = bytes;
        }

        @Override
        public void onOpen(Stream s) {
            if (left > 0) stream = s;
            onWritable(s);
        }

        @Override
        public void onWritable(Stream s) {
            while (left > 0) {
                int n = s.write(new Buf(new byte[Math.min(left, 100_000)]));
                if (n == 0) return;
                left -= n;
                sent += n;
            }
        }

        @Override
        public void onData(Stream s, Buf data) {
            received += data.size();
            data.skip(data.size());
            arrivals.add(started.loop().nanoTime() - World.SECOND);
        }

        @Override
        public void onDatagram(Stream s, Buf data) {
            datagrams.add(data.u8());
        }

        @Override
        public void onFinish(Stream s) {
            s.finish();
        }

        @Override
        public void onClose(@Nullable Stream s, CloseReason reason) {
            closed.add(reason);
        }
    }
}
