package libp2p.sim;

import java.util.List;
import libp2p.core.Crypto;
import libp2p.core.Rng;
import libp2p.core.identity.Identity;
import libp2p.core.identity.KeyType;
import libp2p.core.identity.LocalIdentity;
import libp2p.core.identity.PrivateKey;
import libp2p.core.net.Gater;
import libp2p.core.node.Protocol;
import libp2p.core.node.Swarm;
import libp2p.core.node.SwarmConfig;
import libp2p.core.node.TallyScope;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;

/** How a life of a host begins: the node is put together, started, and listens. */
final class Birth {
    private Birth() {}

    /** A life of that host, with the identity it had or a new one. */
    static void of(SimHost host, Rng own, @Nullable Identity before, List<? extends Protocol> protocols) {
        World world = host.world();
        Crypto crypto = world.crypto();
        Identity identity = before == null ? identity(world, own) : before;
        Life life = new Life(host, identity.id(), List.copyOf(protocols));
        TallyScope scope = new TallyScope(world.limits());
        SimTransport transport = new SimTransport(life, scope);
        Swarm swarm = new Swarm(new SwarmConfig(
                identity,
                crypto,
                life,
                List.of(life),
                own,
                loop -> ((Life) loop).workspace(),
                life,
                world.limits(),
                scope,
                world.observer(),
                Gater.OPEN,
                null,
                life,
                List.of(transport),
                world.fidelity().securities(crypto, own),
                world.fidelity().muxers(),
                life.protocols(),
                List.of(),
                List.of(),
                address -> true));
        life.made(swarm, transport);
        host.begin(life);
        Multiaddr address = host.address();
        Runnable start = () -> {
            swarm.start();
            swarm.listen(address, (listener, failure) -> {
                if (listener == null) throw new IllegalStateException("does not listen: " + failure);
            });
        };
        if (world.timeline().isBetweenTurns()) world.timeline().turn(host, start);
        else life.execute(start);
    }

    private static Identity identity(World world, Rng own) {
        if (world.fidelity().crypto() == null) return new SimIdentity(own, world.crypto());
        return new LocalIdentity(PrivateKey.generate(KeyType.ED25519, world.crypto(), own), world.crypto());
    }
}
