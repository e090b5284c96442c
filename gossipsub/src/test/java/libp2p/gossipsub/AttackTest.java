package libp2p.gossipsub;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sybils, four for each honest node, in a simulated world; larger ones by command: bench/gossip attacks. */
class AttackTest {
    @ParameterizedTest
    @EnumSource(value = AttackRun.Attack.class, names = {"COLD_BOOT", "ECLIPSE", "CENSORSHIP", "GRAFT"})
    void atFourSybilsForEachHonestNodeMessagesReachTheHonest(AttackRun.Attack attack) {
        AttackRun r = new AttackRun(attack, 32, 4, 1, 6, 30, 15).run();
        assertThat(r.delivery()).isGreaterThanOrEqualTo(0.99);
        assertThat(r.deliveryToVictim()).isGreaterThanOrEqualTo(0.99);
    }

    @Test
    void aNetworkInTheSimulatorReachesEveryone() {
        ScaleRun r = new ScaleRun(200, 1, "seconds=5", "degree=24").build().run();
        assertThat(r.delivery()).isEqualTo(1);
        assertThat(r.copiesPerDelivery()).isLessThan(8);
    }
}
