package libp2p.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import libp2p.core.Callback;
import libp2p.core.CloseReason;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Connection;
import libp2p.identify.Identify;
import libp2p.multiformats.Nullable;
import libp2p.ping.Ping;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What faults do, seen from outside: what a ping takes, what arrives, which connections end. */
class FaultTest {
    private static final long MS = World.MILLISECOND;
    private static final long S = World.SECOND;

    private static World world(Fidelity fidelity, int hosts) {
        World world = World.seed(21).fidelity(fidelity).links(Links.constant(10 * MS));
        List<SimHost> all = world.hosts(hosts, () -> List.of(new Identify(), new Ping(), new Probe()));
        for (int i = 1; i < hosts; i++) world.connect(all.get(0), all.get(i));
        world.run(S);
        return world;
    }

    private static World pair() {
        return world(Fidelity.STREAMS, 2);
    }

    private static Fidelity fidelity(String name) {
        return name.equals("STREAMS") ? Fidelity.STREAMS : Fidelity.BYTES;
    }

    private static SimHost a(World world) {
        return world.hosts().get(0);
    }

    private static SimHost b(World world) {
        return world.hosts().get(1);
    }

    /** How long a ping takes that is sent now; null if it was not answered when that time had passed. */
    private static @Nullable Long ping(World world, SimHost from, SimHost to, long within) {
        List<Long> times = new ArrayList<>();
        from.execute(() -> {
            for (Connection c : from.swarm().connections(to.id())) from.protocol(Ping.class).ping(c, (nanos, failure) -> times.add(nanos));
        });
        world.run(within);
        return times.isEmpty() ? null : times.get(0);
    }

    private static @Nullable Long ping(World world) {
        return ping(world, a(world), b(world), S);
    }

    // ---- partitions

    @ParameterizedTest
    @ValueSource(strings = {"STREAMS", "BYTES"})
    void aShortPartitionDelaysAndALongOneBreaksConnections(String fidelity) {
        World world = world(fidelity(fidelity), 3);
        SimHost third = world.hosts().get(2);
        Fault split = Fault.partition(List.of(a(world)), List.of(b(world)));
        world.inject(split, 0, 5 * S);
        assertThat(ping(world)).isNull();
        assertThat(ping(world, a(world), third, S)).isEqualTo(20 * MS); // others are not concerned
        world.run(15 * S);
        assertThat(ping(world)).isEqualTo(20 * MS); // the connection has lived through it
        world.inject(split, 0, 100 * S);
        world.run(90 * S);
        for (SimHost h : List.of(a(world), b(world))) assertThat(Probe.of(h).lost).hasSize(1);
        assertThat(a(world).swarm().connections(third.id())).hasSize(1);
        assertThat(Probe.dial(a(world), b(world).address())).isNotNull();
        world.run(20 * S);
        assertThat(Probe.dial(a(world), b(world).address())).isNull();
    }

    @Test
    void whatWasSentIntoAPartitionArrivesAfterItInOrder() {
        World world = pair();
        world.inject(Fault.partition(List.of(a(world)), List.of(b(world))), 0, 10 * S);
        world.run(S);
        Probe.say(a(world), b(world), 200_000);
        world.run(8 * S);
        assertThat(Probe.of(b(world)).received).isZero();
        world.run(15 * S); // TCP tries again in times that double
        assertThat(Probe.of(b(world)).received).isEqualTo(200_000);
    }

    @Test
    void aOneWayPartitionStopsOneDirection() {
        World world = pair();
        Probe.say(a(world), b(world), 1);
        Probe.say(b(world), a(world), 1);
        world.run(S);
        world.inject(Fault.oneWay(List.of(a(world)), List.of(b(world))), 0, 20 * S);
        world.run(S);
        Probe.say(b(world), a(world), 1);
        Probe.say(a(world), b(world), 1);
        world.run(S);
        assertThat(Probe.of(a(world)).received).isEqualTo(2);
        assertThat(Probe.of(b(world)).received).isEqualTo(1);
        b(world).execute(() -> Probe.of(b(world)).stream.datagram(new libp2p.core.Buf(new byte[] {7})));
        a(world).execute(() -> Probe.of(a(world)).stream.datagram(new libp2p.core.Buf(new byte[] {7})));
        world.run(S);
        assertThat(Probe.of(a(world)).datagrams).containsExactly(7);
        assertThat(Probe.of(b(world)).datagrams).isEmpty();
    }

    @Test
    void isolatedHostsStillReachEachOther() {
        World world = world(Fidelity.STREAMS, 4);
        List<SimHost> all = world.hosts();
        world.inject(Fault.isolate(all.subList(0, 2)), 0, Fault.FOR_EVER);
        assertThat(ping(world, all.get(0), all.get(1), S)).isEqualTo(20 * MS);
        assertThat(ping(world, all.get(0), all.get(2), S)).isNull();
        world.run(60 * S);
        assertThat(all.get(0).swarm().connections()).hasSize(1);
    }

    @Test
    void aClogHoldsBackAndBreaksNothing() {
        World world = pair();
        world.inject(Fault.clog(List.of(a(world)), List.of(b(world))), 0, 100 * S);
        world.run(S);
        Probe.say(a(world), b(world), 1000);
        world.run(98 * S);
        assertThat(Probe.of(b(world)).received).isZero();
        world.run(2 * S);
        assertThat(Probe.of(b(world)).received).isEqualTo(1000);
        assertThat(Probe.of(a(world)).lost).isEmpty();
    }

    @Test
    void faultsComposeAndRecur() {
        World world = world(Fidelity.STREAMS, 3);
        List<SimHost> all = world.hosts();
        Fault both = Fault.clog(all.subList(0, 1), all.subList(1, 2)).and(Fault.clog(all.subList(0, 1), all.subList(2, 3)));
        world.inject(both.recurring(10 * S, 3 * S), S, 25 * S);
        List<Boolean> blocked = new ArrayList<>();
        for (int second = 0; second < 40; second++) {
            Long one = ping(world, all.get(0), all.get(1), S / 2);
            Long other = ping(world, all.get(0), all.get(2), S / 2);
            assertThat(one == null).isEqualTo(other == null);
            blocked.add(one == null);
        }
        for (int second = 0; second < 40; second++) {
            boolean expected = second >= 1 && second < 26 && (second - 1) % 10 < 3;
            assertThat(blocked.get(second)).as("second " + second).isEqualTo(expected);
        }
    }

    // ---- crashes

    @ParameterizedTest
    @ValueSource(strings = {"STREAMS", "BYTES"})
    void peersHearOfACrashAndTheHostDoesNot(String fidelity) {
        World world = world(fidelity(fidelity), 2);
        Probe before = Probe.of(b(world));
        PeerId id = b(world).id();
        world.inject(Fault.crash(List.of(b(world))), 0, 30 * S);
        world.run(S);
        assertThat(b(world).isUp()).isFalse();
        assertThat(Probe.of(a(world)).lost).hasSize(1).allSatisfy(r -> assertThat(r.kind()).isIn(CloseReason.Kind.LOST));
        assertThat(before.lost).isEmpty();
        assertThat(Probe.dial(a(world), b(world).address()).kind()).isEqualTo(CloseReason.Kind.UNREACHABLE);
        world.run(30 * S);
        assertThat(b(world).isUp()).isTrue();
        assertThat(b(world).restarts()).isOne();
        assertThat(b(world).id()).isEqualTo(id);
        assertThat(Probe.of(b(world))).isNotSameAs(before);
        assertThat(b(world).swarm().connections()).isEmpty();
        assertThat(b(world).swarm().peers().addresses(a(world).id())).contains(a(world).address());
        world.connect(a(world), b(world));
        world.run(S);
        assertThat(ping(world)).isEqualTo(20 * MS);
        assertThat(before.lost).isEmpty();
    }

    @Test
    void afterACrashThatForgetsAnotherPeerIsAtTheAddress() {
        World world = pair();
        PeerId id = b(world).id();
        world.inject(Fault.crashAndForget(List.of(b(world))), 0, 5 * S);
        world.run(10 * S);
        assertThat(b(world).id()).isNotEqualTo(id);
        assertThat(b(world).swarm().peers().addresses(a(world).id())).isEmpty();
        assertThat(Probe.dial(a(world), b(world).address())).isNull();
        assertThat(a(world).swarm().connections(id)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"STREAMS", "BYTES"})
    void peersFindOutOfAPowerLossByTimeOuts(String fidelity) {
        World world = world(fidelity(fidelity), 2);
        world.inject(Fault.powerLoss(List.of(b(world))), 0, 200 * S);
        world.run(20 * S);
        assertThat(Probe.of(a(world)).lost).isEmpty();
        assertThat(Probe.dial(a(world), b(world).address()).kind()).isEqualTo(CloseReason.Kind.TIMED_OUT);
        world.run(80 * S);
        assertThat(Probe.of(a(world)).lost).hasSize(1);
    }

    @Test
    void whoWritesToAHostThatWasRestartedHearsAtOnceThatTheConnectionIsGone() {
        World world = pair();
        world.inject(Fault.powerLoss(List.of(b(world))), 0, 5 * S);
        world.run(6 * S);
        assertThat(Probe.of(a(world)).lost).isEmpty();
        Probe.say(a(world), b(world), 10);
        world.run(S);
        assertThat(Probe.of(a(world)).lost).hasSize(1);
    }

    @Test
    void timersAndTasksOfALifeThatIsOverDoNotHappen() {
        World world = pair();
        List<String> happened = new ArrayList<>();
        libp2p.core.Loop old = b(world).swarm().loop();
        b(world).execute(() -> b(world).schedule(3 * S, () -> happened.add("timer")));
        world.inject(Fault.crash(List.of(b(world))), S, S);
        world.at(world.now() + S + S / 2, () -> b(world).execute(() -> happened.add("while down")));
        world.at(world.now() + 3 * S, () -> old.execute(() -> happened.add("old life")));
        world.at(world.now() + 3 * S, () -> b(world).execute(() -> happened.add("new life")));
        world.run(10 * S);
        assertThat(happened).containsExactly("new life");
    }

    @Test
    void aDialOnItsWayToACrashIsRefusedAndAnAnswerToACrashIsTakenBack() {
        World world = World.seed(1).links(Links.constant(100 * MS));
        List<SimHost> hosts = world.hosts(2, () -> List.of(new Probe()));
        List<CloseReason> failures = Probe.dialLater(a(world), b(world).address(), libp2p.core.net.Role.INITIATOR, false);
        world.inject(Fault.crash(List.of(b(world))), 50 * MS, S);
        world.run(5 * S);
        assertThat(failures).hasSize(1);
        Probe.dialLater(a(world), b(world).address(), libp2p.core.net.Role.INITIATOR, false);
        world.inject(Fault.crash(List.of(a(world))), 150 * MS, S); // b has taken it, a has not heard
        world.run(5 * S);
        assertThat(Probe.of(b(world)).connections).isEmpty();
        assertThat(Probe.of(b(world)).lost).hasSize(1);
        assertThat(hosts).allMatch(SimHost::isUp);
    }

    @Test
    void aHostThatWasGivenItsProtocolsCannotBeRestarted() {
        World world = World.seed(1);
        SimHost h = world.host(new Probe());
        world.inject(Fault.crash(List.of(h)), 0, S);
        assertThatThrownBy(() -> world.run(2 * S)).isInstanceOf(WorldException.class).hasMessageContaining("World.hosts");
    }

    // ---- clocks

    @Test
    void aClockThatRunsFastFiresItsTimersEarly() {
        World world = pair();
        world.inject(Fault.clockSkew(List.of(b(world)), 100_000), 0, 1000 * S); // a tenth
        world.run(0);
        List<Long> fired = new ArrayList<>();
        for (SimHost h : world.hosts()) h.execute(() -> h.schedule(110 * S, () -> fired.add(world.now())));
        long began = world.now();
        long clock = b(world).nanoTime();
        world.run(200 * S);
        assertThat(fired).containsExactly(began + 100 * S, began + 110 * S);
        assertThat(b(world).nanoTime() - clock).isEqualTo(220 * S);
        assertThat(a(world).epochMillis() + 20_000).isEqualTo(b(world).epochMillis());
        assertThat(ping(world, b(world), a(world), S)).isEqualTo(22 * MS); // by its own clock
    }

    @Test
    void aTimerNeverFiresBeforeItsClockSaysSo() {
        for (long ppm : new long[] {-900_000, -333_333, -7, 13, 499_999, 1_000_000}) {
            World world = pair();
            world.inject(Fault.clockSkew(List.of(b(world)), ppm), 0, Fault.FOR_EVER);
            world.run(0);
            b(world).execute(() -> {
                for (long delay : new long[] {1, 999, 1_000_003, 7_777_777_777L}) {
                    long due = b(world).nanoTime() + delay;
                    b(world).schedule(delay, () -> assertThat(b(world).nanoTime() - due).isBetween(0L, 4L));
                }
            });
            world.run(200 * S);
        }
    }

    @Test
    void aJumpChangesTheWallClockAlone() {
        World world = pair();
        long nanos = b(world).nanoTime();
        world.inject(Fault.clockJump(List.of(b(world)), -3_600_000), 0, 10 * S);
        world.run(5 * S);
        assertThat(b(world).swarm().epochMillis()).isEqualTo(world.epochMillis() - 3_600_000);
        assertThat(b(world).nanoTime()).isEqualTo(nanos + 5 * S);
        world.run(10 * S);
        assertThat(b(world).swarm().epochMillis()).isEqualTo(world.epochMillis());
    }

    // ---- slow hosts

    @ParameterizedTest
    @ValueSource(strings = {"STREAMS", "BYTES"})
    void aSlowReaderHoldsUpWhoWrites(String fidelity) {
        World world = world(fidelity(fidelity), 2);
        world.inject(Fault.slowReader(List.of(b(world)), 800_000), 0, 60 * S); // 100 kB a second
        world.run(0);
        Probe.say(a(world), b(world), 4_000_000);
        world.run(10 * S);
        assertThat(Probe.of(b(world)).received).isBetween(600_000, 1_100_000);
        assertThat(Probe.of(a(world)).sent - Probe.of(b(world)).received).isLessThan(700_000); // what the windows take, and no more
        world.run(100 * S);
        assertThat(Probe.of(b(world)).received).isEqualTo(4_000_000);
    }

    @Test
    void aSlowCpuTakesItsTimeForOffloadedWorkOnePieceAfterTheOther() {
        World world = pair();
        world.inject(Fault.slowCpu(List.of(b(world)), Distribution.constant(20 * MS)), 0, 10 * S);
        world.run(0);
        long began = world.now();
        List<Long> done = new ArrayList<>();
        for (SimHost h : world.hosts()) {
            Callback<Integer> told = (one, failure) -> done.add(world.now() - began);
            for (int i = 0; i < 3; i++) h.execute(() -> h.swarm().offload(() -> 1, h.swarm().loop(), told));
        }
        world.run(S);
        assertThat(done).containsExactly(0L, 0L, 0L, 20 * MS, 40 * MS, 60 * MS);
    }

    @Test
    void workCostsEveryHostWhatTheWorldSaysAndWaitsForACore() {
        World world = World.seed(1).work(Distribution.constant(10 * MS), 2);
        SimHost h = world.host();
        List<Long> done = new ArrayList<>();
        for (int i = 0; i < 4; i++) h.execute(() -> h.swarm().offload(() -> 1, h.swarm().loop(), (one, failure) -> done.add(world.now())));
        world.run(S);
        assertThat(done).containsExactly(10 * MS, 10 * MS, 20 * MS, 20 * MS);
    }

    @Test
    void workThatIsGivenUpIsToldOnce() {
        World world = World.seed(1).work(Distribution.constant(10 * MS), 1);
        SimHost h = world.host();
        List<String> told = new ArrayList<>();
        h.execute(() -> h.swarm().offload(() -> {
            throw new AssertionError("done");
        }, h.swarm().loop(), (one, failure) -> told.add(String.valueOf(failure.kind()))).cancel());
        world.run(S);
        assertThat(told).containsExactly("CANCELLED");
    }

    @Test
    void impossibleFaultsAreRefused() {
        World world = pair();
        assertThatThrownBy(() -> Fault.partition(List.of(), world.hosts())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Fault.clockSkew(world.hosts(), -1_000_000)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Fault.crash(world.hosts()).recurring(5, 5)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> world.inject(Fault.crash(world.hosts()), -1, 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
