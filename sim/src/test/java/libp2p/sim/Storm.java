package libp2p.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import libp2p.core.Rng;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Connection;
import libp2p.identify.Identify;
import libp2p.ping.Ping;

/**
 * A world in which all goes wrong that its seed can think of, and which must be right again when that is over: the two ends agree on who is
 * connected, every connection carries a ping, and every ping that was ever sent has had its answer or its failure, once.
 */
final class Storm {
    private static final long S = World.SECOND;

    private final World world;
    private final Rng random;
    private final List<SimHost> hosts;
    private int asked;
    private int told;

    private Storm(long seed, Fidelity fidelity) {
        world = World.seed(seed).fidelity(fidelity);
        random = world.random();
        world.links(links());
        hosts = new ArrayList<>(world.hosts(8 + random.nextInt(12), () -> List.of(new Identify(), new Ping(), new Flood(n -> {}))));
        if (random.nextInt(2) == 0) {
            Nat nat = world.nat(pick(List.of(NatType.FULL_CONE, NatType.PORT_RESTRICTED, NatType.SYMMETRIC))
                    .expiry((20 + random.nextInt(100)) * S));
            hosts.addAll(nat.hosts(3, () -> List.of(new Identify(), new Ping(), new Flood(n -> {}))));
        }
    }

    static void streams(long seed) {
        new Storm(seed, Fidelity.STREAMS).run();
    }

    static void bytes(long seed) {
        new Storm(seed, Fidelity.BYTES).run();
    }

    private <T> T pick(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }

    private Links links() {
        Links l = switch (random.nextInt(3)) {
            case 0 -> Links.regions(Regions.ETHEREUM);
            case 1 -> Links.uniform(World.MILLISECOND, 200 * World.MILLISECOND);
            default -> Links.drawn(Distribution.logNormal(40 * World.MILLISECOND, 0.7));
        };
        if (random.nextInt(2) == 0) l = l.jitter(Distribution.exponential(3 * World.MILLISECOND));
        if (random.nextInt(2) == 0) l = l.bandwidth(Bandwidth.of((1 + random.nextInt(20)) * Bandwidth.MBIT, 20 * Bandwidth.MBIT));
        if (random.nextInt(2) == 0) l = l.loss(random.nextInt(50) / 1000.0);
        return l;
    }

    private List<SimHost> some() {
        return Sampling.random(hosts, 1 + random.nextInt(hosts.size() / 2), random);
    }

    private Fault fault() {
        List<SimHost> one = some();
        return switch (random.nextInt(10)) {
            case 0 -> Fault.isolate(one);
            case 1 -> Fault.partition(one, some());
            case 2 -> Fault.oneWay(one, some());
            case 3 -> Fault.clog(one, some());
            case 4 -> Fault.crash(one);
            case 5 -> Fault.crashAndForget(one);
            case 6 -> Fault.powerLoss(one);
            case 7 -> Fault.clockSkew(one, random.nextInt(200_000) - 100_000).and(Fault.clockJump(one, random.nextInt(1000) - 500));
            case 8 -> Fault.slowReader(one, 100_000 + random.nextInt(1_000_000)).and(Fault.slowCpu(one, Distribution.exponential(S / 10)));
            default -> Churn.of(one, Distribution.exponential(20 * S), Distribution.exponential(5 * S));
        };
    }

    private void run() {
        for (int i = random.nextInt(6); i >= 0; i--) {
            Fault f = fault();
            long lasting = (1 + random.nextInt(100)) * S;
            if (random.nextInt(4) == 0) f = f.recurring(20 * S, (1 + random.nextInt(15)) * S);
            world.inject(f, random.nextInt(60) * S, lasting);
        }
        for (int second = 0; second < 160; second++) {
            SimHost from = pick(hosts);
            SimHost to = pick(hosts);
            if (from != to && from.isUp()) world.connect(from, to, (connection, failure) -> {
                if (connection != null) ping(from, connection);
            });
            if (from.isUp()) from.execute(() -> {
                List<Connection> all = from.swarm().connections();
                if (!all.isEmpty()) ping(from, pick(all));
            });
            if (to.isUp()) to.protocol(Flood.class).publish(second, new byte[random.nextInt(20_000)]);
            world.run(S);
        }
        world.links(Links.constant(20 * World.MILLISECOND)); // the sky clears
        world.run(1000 * S);
        isRightAgain();
    }

    /** Counts what is asked by a life that lasts; what a crashed one asked nobody hears of. */
    private void ping(SimHost from, Connection connection) {
        int life = from.restarts();
        boolean[] answered = {false};
        asked++;
        world.at(world.now() + 120 * S, () -> {
            if (answered[0] || from.restarts() > life || !from.isUp()) told++;
        });
        from.protocol(Ping.class).ping(connection, (nanos, failure) -> {
            assertThat(answered[0]).as("told twice").isFalse();
            answered[0] = true;
        });
    }

    private void isRightAgain() {
        assertThat(told).as("pings that had an end").isEqualTo(asked);
        for (SimHost h : hosts) {
            assertThat(h.isUp()).isTrue();
            Set<PeerId> peers = new LinkedHashSet<>();
            for (Connection c : h.swarm().connections()) peers.add(c.remote());
            for (PeerId p : peers) {
                SimHost other = world.host(p);
                assertThat(other).isNotNull();
                assertThat(other.id()).as(h + " is connected to who is no more").isEqualTo(p);
                if (h.nat() == null && other.nat() == null) {
                    assertThat(other.swarm().connections(h.id())).as(h + " and " + other).hasSameSizeAs(h.swarm().connections(p));
                }
            }
        }
        List<String> failures = new ArrayList<>();
        for (SimHost h : hosts) {
            if (h.nat() != null) continue; // a mapping may have expired
            for (Connection c : h.swarm().connections()) {
                if (world.host(c.remote()).nat() != null) continue;
                h.execute(() -> h.protocol(Ping.class).ping(c, (nanos, failure) -> {
                    if (failure != null) failures.add(h + " " + c + ": " + failure);
                }));
            }
        }
        world.run(30 * S);
        assertThat(failures).isEmpty();
    }
}
