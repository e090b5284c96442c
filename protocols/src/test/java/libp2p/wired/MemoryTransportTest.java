package libp2p.wired;

import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import libp2p.bouncycastle.BouncyCastleCrypto;
import libp2p.core.Loop;
import libp2p.core.net.Gater;
import libp2p.core.net.Limits;
import libp2p.core.node.Swarm;
import libp2p.core.wire.Plaintext;
import libp2p.core.wire.mplex.Mplex;
import libp2p.core.wire.yamux.Yamux;
import libp2p.testkit.TransportContract;
import libp2p.testkit.World;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Over pipes in memory. */
@ParameterizedClass
@MethodSource("stacks")
class MemoryTransportTest extends TransportContract {
    private static final int PATIENCE_SECONDS = 120;

    private final World world = new World(new BouncyCastleCrypto());

    MemoryTransportTest(Stack stack) {
        super(stack);
        world.wired(stack.muxer().equals("yamux") ? new Yamux() : new Mplex()).apart(stack.loops() > 1);
        if (stack.security().equals("plaintext")) world.offering(noise -> List.of(new Plaintext(), noise));
    }

    @Override
    protected Swarm node(Stack of, Limits limits, Gater gater) {
        return world.gater(gater).node(limits);
    }

    @Override
    protected <T> T on(Loop loop, Supplier<T> call) {
        T value = call.get();
        world.settle();
        return value;
    }

    @Override
    protected void until(Loop loop, BooleanSupplier holds) {
        world.settle();
        for (int i = 0; i < PATIENCE_SECONDS && !holds.getAsBoolean(); i++) world.advanceSeconds(1);
        if (!holds.getAsBoolean()) throw new AssertionError("never holds");
    }

    @Override
    protected void end() {
        world.settle();
    }
}
