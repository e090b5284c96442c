package libp2p.gossipsub;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import libp2p.core.CloseReason;
import libp2p.core.identity.PeerId;
import libp2p.testkit.World;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** 1.3: extensions, parts of messages, choking; go-libp2p-pubsub's tests of the first two, by their names. */
class ExtensionsTest {
    private static final String T = Net.T;
    private static final Rpc.Extensions PARTIAL = new Rpc.Extensions(true, false, false);

    private final Net net = new Net();

    /** Messages of four parts; a peer's state and metadata are the bits of the parts it has. */
    private static final class Parts implements PartialHandler {
        final byte[][] have = new byte[4][];
        final List<String> events = new ArrayList<>();
        Gossip gossip;
        boolean eager;

        int bits() {
            int b = 0;
            for (int i = 0; i < 4; i++) if (have[i] != null) b |= 1 << i;
            return b;
        }

        @Override
        public void onPartial(PartialMessage said, PartialGroup group) {
            int before = bits();
            byte[] parts = said.parts();
            if (parts != null) for (int i = 0; i + 1 < parts.length; i += 2) have[parts[i]] = new byte[] {parts[i + 1]};
            byte[] metadata = said.metadata();
            if (metadata != null) group.state(said.from(), (int) metadata[0]);
            events.add("partial " + group.id()[0]);
            if (before != bits() || metadata != null && metadata[0] != bits()) publish(group.id());
        }

        @Override
        public void onGossip(String topic, PartialGroup group, List<PeerId> peers) {
            events.add("gossip to " + peers.size());
            publish(group.id());
        }

        void publish(byte[] group) {
            new Topic(gossip, T).publishPartial(group, this::actions, (sent, failure) -> {
                if (failure != null) events.add(failure.toString());
            });
        }

        private List<PartialActions.Action> actions(PartialGroup group, java.util.function.Predicate<PeerId> wants) {
            List<PartialActions.Action> all = new ArrayList<>();
            for (PeerId p : group.peers()) {
                Object known = group.state(p);
                int its = known == null ? 0 : (int) known;
                if (known != null && its == bits()) continue;
                java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
                for (int i = 0; i < 4 && (known != null || eager) && wants.test(p); i++) {
                    if (have[i] == null || (its & 1 << i) != 0) continue;
                    out.write(i);
                    out.write(have[i][0]);
                }
                all.add(new PartialActions.Action(p, out.size() == 0 ? null : out.toByteArray(), new byte[] {(byte) bits()}));
            }
            return all;
        }
    }

    private Net.Member member(Net n, Parts parts) {
        Net.Member m = n.member(GossipConfig.builder().partial(parts).floodPublish(false, 0).build());
        parts.gossip = m.gossip;
        return m;
    }

    @Test
    void extensionsControlMessage() {
        Net.Member m = member(net, new Parts());
        m.hear(T);
        Puppet p = net.puppet().meet(m);
        assertThat(p.heard.get(0).extensions).isEqualTo(PARTIAL);
        assertThat(p.heard.get(0).subscriptions).hasSize(1);
        for (int i = 1; i < p.heard.size(); i++) assertThat(p.heard.get(i).extensions).isNull();
        p.say(p.rpc().extensions(PARTIAL).subscription(T, true, true, true));
        assertThat(m.peer(p.id()).extensions).isEqualTo(PARTIAL);
        m.run(() -> m.router().state.scores.params(ScoreParams.DEFAULT.behaviour(-1, 0, 0.9)));
        assertThat(m.score(p.id())).isZero();
        p.say(p.rpc().extensions(PARTIAL)); // MUST NOT be sent more than once
        assertThat(m.score(p.id())).isEqualTo(-100);
        Puppet old = net.puppet(Version.V1_2.id()).meet(m);
        assertThat(old.heard.get(0).extensions).isNull();
    }

    @Test
    void whoseFirstMessageHasNoExtensionsHasNone() {
        Net.Member m = member(net, new Parts());
        m.gossip.scores(ScoreParams.DEFAULT.behaviour(0, 0, 0.5)); // else it is not heard any more
        m.hear(T);
        Puppet p = net.puppet().meet(m).subscribe(T);
        p.say(p.rpc().extensions(PARTIAL));
        assertThat(m.peer(p.id()).extensions).isEqualTo(Rpc.Extensions.NONE);
        p.close();
        p.meet(m);
        p.say(p.rpc().extensions(PARTIAL)); // a new stream begins anew
        assertThat(m.peer(p.id()).extensions).isEqualTo(PARTIAL);
    }

    @Test
    void anUnknownExtensionIsNoMatter() {
        Net.Member m = net.member();
        m.hear(T);
        Puppet p = net.puppet().meet(m);
        p.say(p.rpc().extensions(new Rpc.Extensions(true, true, true)).test().choke(List.of(T), List.of())
                .partial(T, new byte[1], new byte[1], null));
        p.subscribe(T).graft(T);
        assertThat(m.mesh(T)).containsExactly(p.id());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void partialMessages(boolean apart) {
        Net n = new Net(apart, 2);
        List<Parts> all = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Parts parts = new Parts();
            all.add(parts);
            parts.have[i % 4] = new byte[] {(byte) (10 * (i % 4))};
            member(n, parts).hear(T, Net.PLAIN.partial(true));
        }
        n.connectSome(4).beats(2);
        for (int i = 0; i < 10; i++) {
            Parts parts = all.get(i);
            n.get(i).run(() -> parts.publish(new byte[] {1}));
        }
        n.beats(5);
        for (Parts parts : all) {
            assertThat(parts.bits()).isEqualTo(15);
            for (int i = 0; i < 4; i++) assertThat(parts.have[i]).containsExactly((byte) (10 * i));
        }
    }

    @Test
    void partialMessagesEmitGossipWhenAllPeersPartial() {
        Parts parts = new Parts();
        parts.have[0] = new byte[] {1};
        Net.Member m = member(net, parts);
        m.hear(T, Net.PLAIN.partial(true));
        Puppet inMesh = net.puppet().meet(m);
        inMesh.say(inMesh.rpc().extensions(PARTIAL).subscription(T, true, true, true).graft(T));
        Puppet p = net.puppet().meet(m);
        p.say(p.rpc().extensions(PARTIAL).subscription(T, true, true, true).prune(T, List.of(), 60));
        assertThat(m.mesh(T)).containsExactly(inMesh.id());
        m.run(() -> new Topic(m.gossip, T).publishPartial(new byte[] {1}, (g, w) -> List.of(), (s, f) -> {}));
        net.beats(2);
        assertThat(parts.events).contains("gossip to 1");
        assertThat(p.heard.stream().filter(r -> r.partial != null)).isNotEmpty();
    }

    @Test
    void peerSupportsPartialMessages() {
        Parts parts = new Parts();
        parts.have[0] = new byte[] {1};
        parts.eager = true;
        Net.Member m = member(net, parts);
        m.hear(T, Net.PLAIN.partial(true));
        Puppet wants = net.puppet().meet(m);
        wants.say(wants.rpc().extensions(PARTIAL).subscription(T, true, true, false));
        Puppet supports = net.puppet().meet(m);
        supports.say(supports.rpc().extensions(PARTIAL).subscription(T, true, false, true));
        Puppet neither = net.puppet().meet(m);
        neither.say(neither.rpc().extensions(PARTIAL).subscription(T, true, false, false));
        m.run(() -> parts.publish(new byte[] {1}));
        PartialMessage toWants = wants.heard.stream().filter(r -> r.partial != null).findFirst().orElseThrow().partial;
        assertThat(toWants.parts()).containsExactly(0, 1);
        assertThat(toWants.metadata()).containsExactly(1);
        PartialMessage toSupports = supports.heard.stream().filter(r -> r.partial != null).findFirst().orElseThrow().partial;
        assertThat(toSupports.parts()).isNull(); // MUST omit the partial message
        assertThat(toSupports.metadata()).containsExactly(1);
        assertThat(neither.heard.stream().filter(r -> r.partial != null)).isEmpty();
    }

    @Test
    void skipPublishingToPeersRequestingPartialMessages() {
        Net.Member m = member(net, new Parts());
        m.hear(T, Net.PLAIN.partial(false));
        Puppet wants = net.puppet().meet(m);
        wants.say(wants.rpc().extensions(PARTIAL).subscription(T, true, true, true));
        Puppet whole = net.puppet().meet(m);
        whole.say(whole.rpc().extensions(PARTIAL).subscription(T, true, false, true));
        m.publish(T, new byte[2000]);
        assertThat(wants.messages).isEmpty();
        assertThat(whole.messages).hasSize(1);
    }

    @Test
    void noIDONTWANTWithPartialMessage() {
        Net.Member m = member(net, new Parts());
        m.hear(T, Net.PLAIN.partial(true));
        Puppet parts = net.puppet().meet(m);
        parts.say(parts.rpc().extensions(PARTIAL).subscription(T, true, false, true));
        Puppet whole = net.puppet().meet(m);
        whole.say(whole.rpc().subscription(T, true, false, false));
        Puppet from = net.puppet().meet(m).subscribe(T);
        from.publish(T, new byte[2000]);
        assertThat(parts.idontwants()).isEmpty();
        assertThat(whole.idontwants()).hasSize(1);
    }

    @Test
    void partsOfATopicThatHasNoneAreRefusedAndNotHeard() {
        Parts parts = new Parts();
        Net.Member m = member(net, parts);
        m.hear(T);
        Puppet p = net.puppet().meet(m);
        p.say(p.rpc().extensions(PARTIAL).subscription(T, true, true, true).partial(T, new byte[] {1}, null, new byte[] {0}));
        assertThat(parts.events).isEmpty();
        World.Result<List<PeerId>> r = new World.Result<>();
        new Topic(m.gossip, T).publishPartial(new byte[] {1}, (g, w) -> List.of(), r);
        net.world.settle();
        assertThat(r.failure().kind()).isEqualTo(CloseReason.Kind.REFUSED);
    }

    // ---- choking (experimental)

    private static final Rpc.Extensions CHOKE = new Rpc.Extensions(false, false, true);

    @Test
    void whoSendsLateCopiesIsChokedAndWhoChokesUsIsToldInsteadOfSent() {
        Net.Member m = net.member(GossipConfig.builder().choke(true).build());
        m.hear(T);
        List<Puppet> all = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Puppet p = net.puppet().meet(m);
            p.say(p.rpc().extensions(CHOKE).subscription(T, true, false, false).graft(T));
            all.add(p);
        }
        assertThat(all.get(0).heard.get(0).extensions).isEqualTo(CHOKE);
        byte[] data = new byte[2000];
        all.get(0).publish(T, data);
        net.world.advance(300_000_000L);
        all.get(1).publish(T, data);
        net.beats(2);
        assertThat(all.get(1).heard.stream().filter(r -> r.choke.contains(T))).hasSize(1);
        assertThat(all.get(2).heard.stream().filter(r -> r.choke.contains(T))).isEmpty();
        // and the other way round
        all.get(2).say(all.get(2).rpc().choke(List.of(T), List.of()));
        data[0] = 1;
        int before = all.get(2).messages.size();
        all.get(0).publish(T, data);
        assertThat(all.get(2).messages).hasSize(before);
        assertThat(all.get(2).ihaves()).contains(all.get(0).message(T, data).id());
        all.get(2).say(all.get(2).rpc().iwant(List.of(all.get(0).message(T, data).id())));
        assertThat(all.get(2).messages).hasSize(before + 1);
        all.get(2).say(all.get(2).rpc().choke(List.of(), List.of(T)));
        data[0] = 2;
        all.get(0).publish(T, data);
        assertThat(all.get(2).messages).hasSize(before + 2);
    }

    @Test
    void aNetworkThatChokesStillDeliversAllAndWithFewerCopies() {
        int[] copies = new int[2];
        for (int on = 0; on < 2; on++) {
            int run = on;
            Net n = new Net(false, 6);
            GossipListener counting = new GossipListener() {
                @Override
                public void duplicate(Message m, PeerId from) {
                    copies[run]++;
                }
            };
            n.members(12, GossipConfig.builder().choke(on == 1).floodPublish(false, 0).listener(counting).build()).hear(T).connectAll()
                    .beats(3);
            for (int i = 0; i < 40; i++) {
                n.get(i % 12).publish(T, new byte[] {(byte) i, 1});
                n.beats(1);
            }
            n.beats(3);
            for (Net.Member m : n.members) assertThat(m.heard.size()).isGreaterThanOrEqualTo(36);
        }
        assertThat(copies[1]).isLessThanOrEqualTo(copies[0]);
    }
}
