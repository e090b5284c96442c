package libp2p.wired.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.util.ArrayList;
import java.util.List;
import libp2p.bouncycastle.BouncyCastleCrypto;
import libp2p.core.CloseReason;
import libp2p.core.Crypto;
import libp2p.core.Rng;
import libp2p.core.net.Connection;
import libp2p.core.net.Dial;
import libp2p.core.net.Limits;
import libp2p.core.node.Protocol;
import libp2p.core.node.Swarm;
import libp2p.core.wire.noise.Noise;
import libp2p.core.wire.yamux.Yamux;
import libp2p.testkit.Caller;
import libp2p.testkit.RawPeer;
import libp2p.testkit.World;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A world in which one node has a bound, and another goes beyond it; whatever it does, the heap grows by little. */
abstract class EachLimit {
    static final String ECHO = "/echo/1.0.0";
    static final String DEAF = "/deaf";
    static final long SECOND = 1_000_000_000L;

    /** What a test may leave behind, the pipes and nodes of the world included; far less than what it sends would take if it were kept. */
    private static final long HEAP_GROWTH_MAX = 16 * 1024 * 1024;

    final Crypto crypto = new BouncyCastleCrypto();
    final World world = new World(crypto).wired(new Yamux());
    final List<Caller> deaf = new ArrayList<>();
    private long heapBefore;

    static Limits.Builder limits() {
        return Limits.DEFAULT.with();
    }

    /** The node with the bound, which takes streams under {@link #DEAF} and reads nothing of them. */
    Swarm bounded(Limits.Builder bounds, Protocol... protocols) {
        Swarm node = world.node(bounds.build(), protocols);
        node.handle(DEAF, s -> {
            Caller c = new Caller().deaf(true);
            deaf.add(c);
            return c;
        });
        world.settle();
        return node;
    }

    /** A node that bounds nothing it does. */
    Swarm reckless(Protocol... protocols) {
        return world.node(World.RECKLESS, protocols);
    }

    /** Bytes by hand, over a real handshake. */
    RawPeer raw(Swarm node) {
        return new RawPeer(world, node).secure(Noise.create(crypto, Rng.seeded(8)), reckless());
    }

    /** Why there is no connection, or no more. */
    CloseReason refusal(Swarm from, Swarm to) {
        World.Result<Connection> made = new World.Result<>();
        from.loop().execute(() -> from.dial(Dial.to(world.address(to), to.identity().id()), made));
        world.settle();
        if (made.isFailure()) return made.failure();
        World.Result<CloseReason> end = new World.Result<>();
        made.value().onClose(from.loop(), reason -> end.done(reason, null));
        world.settle();
        return end.value();
    }

    List<Caller> open(Connection c, String id, int n) {
        List<Caller> all = new ArrayList<>();
        for (int i = 0; i < n; i++) all.add(world.open(c, id));
        world.settle();
        return all;
    }

    static long openOf(List<Caller> callers) {
        return callers.stream().filter(Caller::isOpen).count();
    }

    @BeforeEach
    void before() {
        heapBefore = heap();
    }

    @AfterEach
    void theHeapHasHardlyGrown() {
        assertThat(heap() - heapBefore).isLessThan(HEAP_GROWTH_MAX);
    }

    private static long heap() {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        memory.gc();
        return memory.getHeapMemoryUsage().getUsed();
    }
}
