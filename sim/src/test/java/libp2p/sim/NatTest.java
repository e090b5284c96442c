package libp2p.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import libp2p.core.CloseReason;
import libp2p.core.net.Connection;
import libp2p.core.net.Role;
import libp2p.multiformats.Multiaddr;
import org.junit.jupiter.api.Test;

/** What NATs do, seen from outside: who gets a connection to whom. */
class NatTest {
    private final World world = World.seed(11).links(Links.constant(20 * World.MILLISECOND));
    private final SimHost server = host();
    private final SimHost stranger = host();

    private SimHost host() {
        return world.host(new Probe());
    }

    private static SimHost behind(Nat nat) {
        return nat.host(new Probe());
    }

    /** The address that the host has for the server, which it talks to. */
    private Multiaddr observed(SimHost inside) {
        assertThat(Probe.dial(inside, server.address())).isNull();
        List<Connection> there = server.swarm().connections(inside.id());
        return there.get(there.size() - 1).remoteAddress();
    }

    private static boolean reaches(SimHost from, Multiaddr address) {
        CloseReason failure = Probe.dial(from, address);
        if (failure != null) assertThat(failure.kind()).isIn(CloseReason.Kind.TIMED_OUT, CloseReason.Kind.UNREACHABLE);
        return failure == null;
    }

    @Test
    void withoutANatEveryoneIsReachedAtTheAddressTheyHave() {
        assertThat(observed(stranger)).isEqualTo(stranger.address());
        assertThat(reaches(server, stranger.address())).isTrue();
    }

    @Test
    void behindANatAHostLooksLikeItsRouter() {
        Nat nat = world.nat(NatType.PORT_RESTRICTED);
        SimHost one = behind(nat);
        SimHost two = behind(nat);
        assertThat(one.address()).hasToString("/ip4/10.0.0.2/tcp/4001");
        assertThat(two.address()).hasToString("/ip4/10.0.0.3/tcp/4001");
        assertThat(observed(one)).hasToString("/ip4/96.0.0.0/tcp/4001");
        assertThat(observed(two)).hasToString("/ip4/96.0.0.0/tcp/4002"); // the port is taken
        assertThat(nat.outside(two)).hasToString("/ip4/96.0.0.0/tcp/4002");
        assertThat(one.swarm().connections(server.id()).get(0).localAddress()).isEqualTo(one.address());
    }

    @Test
    void dialsFromOtherPortsSayNothingOfTheListeningPort() {
        world.dialsFromListenPort(false);
        SimHost inside = behind(world.nat(NatType.FULL_CONE));
        assertThat(observed(inside).toString()).startsWith("/ip4/96.0.0.0/tcp/").doesNotEndWith("/4001");
        assertThat(reaches(stranger, observed(inside))).isFalse();
        assertThat(Probe.dialLater(inside, server.address(), Role.INITIATOR, true)).isEmpty();
        world.run(World.SECOND);
        assertThat(reaches(stranger, inside.nat().outside(inside))).isTrue();
    }

    @Test
    void nobodyGetsInBeforeSomeoneWentOut() {
        Nat nat = world.nat(NatType.FULL_CONE);
        behind(nat);
        assertThat(reaches(stranger, Multiaddr.of("/ip4/96.0.0.0/tcp/4001"))).isFalse();
        assertThat(reaches(stranger, Multiaddr.of("/ip4/10.0.0.2/tcp/4001"))).isFalse();
    }

    @Test
    void aFullConeLetsEveryoneIn() {
        SimHost inside = behind(world.nat(NatType.FULL_CONE));
        assertThat(reaches(stranger, observed(inside))).isTrue();
        assertThat(Probe.of(inside).connections).hasSize(2);
        Probe.say(stranger, inside, 100_000);
        world.run(World.SECOND);
        assertThat(Probe.of(inside).received).isEqualTo(100_000);
    }

    @Test
    void aRestrictedConeLetsInWhoseAddressWasTalkedToFromAnyPort() {
        SimHost inside = behind(world.nat(NatType.RESTRICTED));
        Multiaddr address = observed(inside);
        assertThat(reaches(stranger, address)).isFalse();
        world.dialsFromListenPort(false);
        assertThat(reaches(server, address)).isTrue();
    }

    @Test
    void aPortRestrictedConeLetsInOnlyThatPort() {
        SimHost inside = behind(world.nat(NatType.PORT_RESTRICTED));
        Multiaddr address = observed(inside);
        assertThat(reaches(stranger, address)).isFalse();
        assertThat(reaches(server, address)).isTrue();
        world.dialsFromListenPort(false);
        assertThat(reaches(server, address)).isFalse();
    }

    @Test
    void aSymmetricNatRefusesWhatAConeLetsThrough() {
        SimHost cone = behind(world.nat(NatType.FULL_CONE));
        SimHost symmetric = behind(world.nat(NatType.SYMMETRIC));
        assertThat(reaches(stranger, observed(cone))).isTrue();
        assertThat(reaches(stranger, observed(symmetric))).isFalse();
        assertThat(reaches(server, observed(symmetric))).isTrue(); // that conversation
        assertThat(symmetric.nat().outside(symmetric)).isNull();
    }

    @Test
    void aSymmetricNatHasAnotherPortForEveryone() {
        SimHost random = behind(world.nat(NatType.SYMMETRIC));
        SimHost inOrder = behind(world.nat(NatType.SYMMETRIC_SEQUENTIAL));
        for (SimHost h : List.of(random, inOrder)) {
            Probe.dial(h, server.address());
            Probe.dial(h, stranger.address());
            Probe.dial(h, server.address());
        }
        int[] r = {port(server, random, 0), port(stranger, random, 0), port(server, random, 1)};
        assertThat(r[0]).isNotEqualTo(r[1]).isEqualTo(r[2]);
        assertThat(Math.abs(r[0] - r[1])).isNotEqualTo(1);
        assertThat(port(stranger, inOrder, 0)).isEqualTo(port(server, inOrder, 0) + 1);
    }

    private static int port(SimHost at, SimHost of, int which) {
        return Integer.parseInt(at.swarm().connections(of.id()).get(which).remoteAddress().toString().replaceAll(".*/", ""));
    }

    @Test
    void aMappingExpires() {
        SimHost inside = behind(world.nat(NatType.FULL_CONE.expiry(60 * World.SECOND)));
        Multiaddr address = observed(inside);
        world.run(45 * World.SECOND);
        assertThat(reaches(stranger, address)).isTrue(); // and keeps it for another while
        world.run(45 * World.SECOND);
        assertThat(reaches(stranger, address)).isTrue();
        world.run(70 * World.SECOND);
        assertThat(reaches(stranger, address)).isFalse();
        assertThat(inside.nat().outside(inside)).isNull();
    }

    @Test
    void aConnectionWhoseMappingHasExpiredIsLost() {
        SimHost inside = behind(world.nat(NatType.PORT_RESTRICTED.expiry(30 * World.SECOND)));
        observed(inside);
        world.run(20 * World.SECOND);
        Probe.say(server, inside, 10);
        world.run(20 * World.SECOND);
        assertThat(Probe.of(inside).received).isEqualTo(10);
        Probe.say(inside, server, 10); // traffic keeps it
        world.run(25 * World.SECOND);
        Probe.say(server, inside, 10);
        world.run(World.SECOND);
        assertThat(Probe.of(inside).received).isEqualTo(20);
        world.run(40 * World.SECOND);
        Probe.say(server, inside, 10);
        world.run(60 * World.SECOND);
        assertThat(Probe.of(inside).received).isEqualTo(20);
        assertThat(Probe.of(server).lost).hasSize(1).allSatisfy(r -> assertThat(r.detail()).contains("forgotten"));
        assertThat(Probe.of(inside).lost).hasSize(1);
    }

    @Test
    void hairpinDecidesWhetherNeighboursReachEachOtherByTheirOutsideAddresses() {
        for (boolean hairpin : List.of(false, true)) {
            Nat nat = world.nat(NatType.FULL_CONE.hairpin(hairpin));
            SimHost one = behind(nat);
            SimHost two = behind(nat);
            Multiaddr address = observed(one);
            assertThat(reaches(two, address)).isEqualTo(hairpin);
            assertThat(reaches(two, one.address())).isTrue(); // inside there is no NAT between them
            if (!hairpin) continue;
            Connection c = one.swarm().connections(two.id()).get(0);
            assertThat(c.remoteAddress().toString() + one.swarm().connections(two.id()).get(1).remoteAddress()).contains("/ip4/96.0.0.");
        }
    }

    @Test
    void neighboursBehindDifferentRoutersHaveTheSamePrivateAddressAndDoNotReachEachOtherByIt() {
        SimHost one = behind(world.nat(NatType.FULL_CONE));
        SimHost other = behind(world.nat(NatType.FULL_CONE));
        assertThat(one.address()).isEqualTo(other.address());
        assertThat(Probe.dial(one, other.address())).isNull();
        assertThat(one.swarm().connections(other.id())).isEmpty(); // that was itself
        assertThat(one.swarm().connections(one.id())).isNotEmpty();
    }

    @Test
    void behindACarriersNatBothMustLetIn() {
        Nat carrier = world.nat(NatType.FULL_CONE);
        Nat open = carrier.nat(NatType.FULL_CONE);
        Nat strict = carrier.nat(NatType.PORT_RESTRICTED);
        SimHost a = behind(open);
        SimHost b = behind(strict);
        assertThat(observed(a)).hasToString("/ip4/96.0.0.0/tcp/4001");
        assertThat(observed(b)).hasToString("/ip4/96.0.0.0/tcp/4002");
        assertThat(open.outside(a)).hasToString("/ip4/100.64.0.2/tcp/4001");
        assertThat(reaches(stranger, observed(a))).isTrue();
        assertThat(reaches(stranger, observed(b))).isFalse();
        Nat symmetric = world.nat(NatType.SYMMETRIC);
        SimHost c = behind(symmetric.nat(NatType.FULL_CONE));
        assertThat(reaches(stranger, observed(c))).isFalse();
    }

    @Test
    void customersOfOneCarrierReachEachOtherInItsRealmOrByHairpin() {
        Nat carrier = world.nat(NatType.FULL_CONE.hairpin(true));
        SimHost a = behind(carrier.nat(NatType.FULL_CONE));
        SimHost b = behind(carrier.nat(NatType.FULL_CONE));
        Multiaddr outside = observed(a);
        assertThat(reaches(b, outside)).isTrue();
        assertThat(reaches(b, a.nat().outside(a))).isTrue();
    }

    @Test
    void aForwardedPortLetsEveryoneInForGood() {
        Nat nat = world.nat(NatType.SYMMETRIC);
        SimHost inside = behind(nat);
        Multiaddr address = nat.forward(inside);
        world.run(1000 * World.SECOND);
        assertThat(reaches(stranger, address)).isTrue();
        assertThatThrownBy(() -> nat.forward(stranger)).isInstanceOf(IllegalArgumentException.class);
    }

    // ---- hole punching

    private boolean punched(NatType left, NatType right) {
        SimHost a = behind(world.nat(left));
        SimHost b = behind(world.nat(right));
        Multiaddr toA = observed(a);
        Multiaddr toB = observed(b);
        Probe.dialLater(a, toB, Role.INITIATOR, true);
        Probe.dialLater(b, toA, Role.RESPONDER, true);
        world.run(10 * World.SECOND);
        List<Connection> here = a.swarm().connections(b.id());
        assertThat(b.swarm().connections(a.id())).hasSameSizeAs(here);
        if (here.isEmpty()) return false;
        assertThat(here).hasSize(1);
        assertThat(here.get(0).inbound()).isFalse(); // both have dialled
        Probe.say(b, a, 1000);
        world.run(World.SECOND);
        assertThat(Probe.of(a).received).isEqualTo(1000);
        return true;
    }

    @Test
    void twoDialsThatCrossOpenBothFilters() {
        SimHost a = behind(world.nat(NatType.PORT_RESTRICTED));
        SimHost b = behind(world.nat(NatType.PORT_RESTRICTED));
        Multiaddr toB = observed(b);
        observed(a);
        assertThat(Probe.dial(a, toB, Role.INITIATOR, true)).isNotNull(); // one dial alone does not
        assertThat(punched(NatType.PORT_RESTRICTED, NatType.PORT_RESTRICTED)).isTrue();
        assertThat(punched(NatType.RESTRICTED, NatType.FULL_CONE)).isTrue();
    }

    @Test
    void symmetricNatsCannotBePunchedUnlessTheOtherSideTakesAnyPort() {
        assertThat(punched(NatType.SYMMETRIC, NatType.SYMMETRIC)).isFalse();
        assertThat(punched(NatType.SYMMETRIC, NatType.PORT_RESTRICTED)).isFalse();
        SimHost a = behind(world.nat(NatType.SYMMETRIC));
        SimHost b = behind(world.nat(NatType.RESTRICTED));
        Multiaddr toA = observed(a);
        Multiaddr toB = observed(b);
        Probe.dialLater(a, toB, Role.INITIATOR, true);
        Probe.dialLater(b, toA, Role.RESPONDER, true);
        world.run(10 * World.SECOND);
        assertThat(a.swarm().connections(b.id())).isNotEmpty();
    }

    @Test
    void crossedDialsAreOneConnectionInBytesTooEachInItsRole() {
        World bytes = World.seed(5).fidelity(Fidelity.BYTES).links(Links.constant(20 * World.MILLISECOND));
        SimHost a = bytes.host(new Probe());
        SimHost b = bytes.host(new Probe());
        Probe.dialLater(a, b.address(), Role.INITIATOR, true);
        Probe.dialLater(b, a.address(), Role.RESPONDER, true);
        bytes.run(10 * World.SECOND);
        assertThat(a.swarm().connections(b.id())).hasSize(1);
        assertThat(b.swarm().connections(a.id())).hasSize(1);
        Probe.say(a, b, 1000);
        bytes.run(World.SECOND);
        assertThat(Probe.of(b).received).isEqualTo(1000);
    }
}
