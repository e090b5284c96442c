package libp2p.gossipsub;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages reach everyone: go-libp2p-pubsub's tests of networks, by their names. */
class SpreadTest {
    private static void spreads(Net net, int messages) {
        for (int i = 0; i < messages; i++) {
            net.get(i % net.members.size()).publish(Net.T, "message " + i);
            net.world.advance(10_000_000);
        }
        net.beats(3);
        for (int m = 0; m < net.members.size(); m++) {
            for (int i = 0; i < messages; i++) {
                if (i % net.members.size() == m) continue;
                assertThat(net.get(m).texts).as("member " + m).contains("message " + i);
            }
            assertThat(net.get(m).texts).doesNotHaveDuplicates();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void sparseGossipsub(boolean apart) {
        Net net = new Net(apart, 1).members(20).hear(Net.T).connectSome(3);
        spreads(net.beats(2), 100);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void denseGossipsub(boolean apart) {
        Net net = new Net(apart, 2).members(20).hear(Net.T).connectSome(10);
        spreads(net.beats(2), 100);
        for (Net.Member m : net.members) assertThat(m.mesh(Net.T).size()).isBetween(4, 12);
    }

    @Test
    void signedMessagesSpreadAndNameTheirAuthor() {
        Net net = new Net(true, 3).members(6).hear(Net.T, TopicConfig.SIGNED).connectSome(2).beats(2);
        net.get(0).publish(Net.T, "signed");
        net.beats(2);
        for (int i = 1; i < 6; i++) {
            assertThat(net.get(i).texts).containsExactly("signed");
            assertThat(net.get(i).heard.get(0).from()).isEqualTo(net.get(0).id());
        }
        assertThat(net.get(0).texts).isEmpty();
    }
}
