package libp2p.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import libp2p.core.Codes;
import libp2p.identify.Identify;
import libp2p.multiformats.Nullable;
import libp2p.ping.Ping;
import org.junit.jupiter.api.Test;

/** What honest hosts make of liars: they fail with a reason, and serve others all the while. */
class LiarTest {
    /** How a ping of a liar ends, after a minute; null if it has not ended. An honest neighbour must not notice. */
    private static @Nullable String ping(Liar liar) {
        World world = World.seed(2).links(Links.constant(10 * World.MILLISECOND));
        SimHost asking = world.host(new Ping());
        SimHost lying = world.host(liar);
        SimHost honest = world.host(new Ping());
        List<String> ends = new ArrayList<>();
        world.connect(asking, lying, (c, failure) -> asking.protocol(Ping.class)
                .ping(c, (nanos, why) -> ends.add(why == null ? "answered" : why.toString())));
        world.run(60 * World.SECOND);
        List<Long> times = new ArrayList<>();
        world.connect(asking, honest, (c, failure) -> asking.protocol(Ping.class).ping(c, (nanos, why) -> times.add(nanos)));
        world.run(World.SECOND);
        assertThat(times).containsExactly(20 * World.MILLISECOND);
        return ends.isEmpty() ? null : ends.get(0);
    }

    @Test
    void whoIsSilentOrDeafIsWaitedForOnlySoLong() {
        assertThat(ping(Liar.silent(Ping.ID))).contains("TIMED_OUT");
        assertThat(ping(Liar.deaf(Ping.ID))).contains("TIMED_OUT");
    }

    @Test
    void whoResetsIsHeardWithItsCode() {
        assertThat(ping(Liar.resetting(Codes.SHUTDOWN, Ping.ID))).contains("PEER_RESET");
    }

    @Test
    void whoAnswersGarbageOrOtherBytesIsNotBelieved() {
        assertThat(ping(Liar.garbage(1, 32, Ping.ID))).contains("VIOLATION");
        assertThat(ping(Liar.endless(Ping.ID))).contains("VIOLATION");
        assertThat(ping(Liar.corrupting(32, Ping.ID))).contains("VIOLATION");
        assertThat(ping(Liar.corrupting(33, Ping.ID))).isEqualTo("answered"); // not within the first 32
    }

    @Test
    void liesToIdentifyHurtNobody() {
        for (Liar liar : List.of(Liar.garbage(1, 500, Identify.ID), Liar.endless(Identify.ID), Liar.silent(Identify.ID),
                Liar.resetting(0, Identify.ID))) {
            World world = World.seed(2).links(Links.constant(10 * World.MILLISECOND));
            List<SimHost> honest = world.hosts(3, () -> List.of(new Identify(), new Ping()));
            SimHost lying = world.host(liar);
            for (SimHost h : honest) world.connect(h, lying);
            world.connect(honest.get(0), honest.get(1));
            world.run(60 * World.SECOND);
            assertThat(honest.get(0).swarm().peers().protocols(honest.get(1).id())).contains(Ping.ID);
            assertThat(honest.get(0).swarm().peers().protocols(lying.id())).isEmpty();
        }
    }
}
