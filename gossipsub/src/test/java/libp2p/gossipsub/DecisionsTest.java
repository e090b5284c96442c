package libp2p.gossipsub;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import libp2p.core.Cancellable;
import libp2p.sim.Datum;
import libp2p.sim.Graph;
import libp2p.sim.SimHost;
import libp2p.sim.World;
import org.junit.jupiter.api.Test;

/** What the router decides is data of a simulated world. */
class DecisionsTest {
    private static final int HOSTS = 24;

    private static final TopicConfig HANDLING = Net.PLAIN.validator((node, m, done) ->
            done.done(m.dataSize() == 1 ? Verdict.REJECT : m.dataSize() == 2 ? Verdict.IGNORE : Verdict.ACCEPT, null));

    /** All join a topic, one publishes three messages, and one leaves. */
    private static World story(java.util.function.Consumer<? super Datum> listener) {
        World world = World.seed(4).introduces(true).data(listener);
        List<SimHost> hosts = world.hosts(HOSTS, () -> List.of(new Gossip()));
        List<Cancellable> listening = new ArrayList<>();
        for (SimHost h : hosts) listening.add(h.protocol(Gossip.class).topic(Net.T, HANDLING).subscribe(m -> {}));
        world.join(Graph.regular(HOSTS, 16, world.random()), World.SECOND);
        world.run(10 * World.SECOND);
        for (int size : new int[] {1, 2, 300}) {
            new Topic(hosts.get(0).protocol(Gossip.class), Net.T).publish(new byte[size], (result, failure) -> {});
            world.run(World.SECOND);
        }
        listening.get(5).cancel();
        world.run(5 * World.SECOND);
        return world;
    }

    @Test
    void joinsGraftsPrunesAndWhatBecomesOfMessagesAreDecisions() {
        Map<String, Integer> count = new TreeMap<>();
        List<Datum> delivered = new ArrayList<>();
        story(d -> {
            if (d.kind() != Datum.Kind.DECIDED) return;
            assertThat(d.what()).startsWith("/meshsub/");
            String decision = d.what().substring(d.what().indexOf(' ') + 1);
            count.merge(decision, 1, Integer::sum);
            if (decision.equals("deliver")) delivered.add(d);
        });
        assertThat(count).containsKeys("duplicate", "prune", "reject", "ignore");
        assertThat(count).containsEntry("join", HOSTS).containsEntry("leave", 1);
        assertThat(count.get("graft")).isGreaterThanOrEqualTo(4 * HOSTS);
        assertThat(delivered).allSatisfy(d -> assertThat(d.value()).isEqualTo(300));
        assertThat(delivered).extracting(Datum::host).doesNotHaveDuplicates().hasSizeGreaterThanOrEqualTo(HOSTS - 1);
    }

    @Test
    void hearingOfThemChangesNothing() {
        assertThat(story(d -> {}).hash()).isEqualTo(story(null).hash());
    }
}
