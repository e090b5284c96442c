package libp2p.gossipsub;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import libp2p.core.Buf;
import libp2p.core.Rng;
import libp2p.core.identity.PeerId;
import org.junit.jupiter.api.Test;

/** The pure algorithms, each against what must hold of it whatever happens. */
class AlgorithmsTest {
    private static final long SECOND = 1_000_000_000L;
    private static final PeerId A = ScoresTest.peer(1);
    private static final PeerId B = ScoresTest.peer(2);
    private static final Rng RNG = Rng.seeded(3);

    private static MessageId id(int n) {
        return MessageId.of(new byte[] {(byte) n, (byte) (n >> 8)});
    }

    private static Message message(String topic, int n, int size) {
        byte[] data = new byte[size];
        if (size > 1) {
            data[0] = (byte) n;
            data[1] = (byte) (n >> 8);
        }
        Message m = Message.make(topic, data, null, null, null, null, A, 0, RpcLimits.DEFAULT);
        m.name(id(n));
        return m;
    }

    // ---- SeenCache

    @Test
    void anIdIsSeenForItsTimeFromWhenItFirstCame() {
        SeenCache c = new SeenCache(SeenStrategy.FIRST_SEEN, 10, 100);
        assertThat(c.add(id(1), 0)).isTrue();
        assertThat(c.add(id(1), 9)).isFalse();
        assertThat(c.has(id(1), 9)).isTrue();
        assertThat(c.has(id(1), 10)).isFalse();
        assertThat(c.add(id(1), 10)).isTrue();
    }

    @Test
    void orFromWhenItLastCame() {
        SeenCache c = new SeenCache(SeenStrategy.LAST_SEEN, 10, 100);
        c.add(id(1), 0);
        assertThat(c.add(id(1), 9)).isFalse();
        assertThat(c.has(id(1), 18)).isTrue();
        assertThat(c.has(id(1), 28)).isFalse();
    }

    @Test
    void theOldestIsForgottenWhenThereAreTooManyAndTheLateWhenSwept() {
        SeenCache c = new SeenCache(SeenStrategy.FIRST_SEEN, 100, 3);
        for (int i = 0; i < 10; i++) c.add(id(i), i);
        assertThat(c.size()).isEqualTo(3);
        assertThat(c.has(id(6), 10)).isFalse();
        assertThat(c.has(id(9), 10)).isTrue();
        c.sweep(108);
        assertThat(c.size()).isEqualTo(1);
    }

    // ---- MessageCache

    @Test
    void messageCache() { // go's TestMessageCache
        MessageCache c = new MessageCache(3, 5, 1 << 20);
        for (int i = 0; i < 10; i++) c.put(message("test", i, 10));
        for (int i = 0; i < 10; i++) assertThat(c.get(id(i))).isNotNull();
        assertThat(c.gossip("test")).hasSize(10);
        c.shift();
        for (int i = 10; i < 20; i++) c.put(message("test", i, 10));
        assertThat(c.gossip("test")).hasSize(20).startsWith(id(10)).endsWith(id(9));
        assertThat(c.gossip("other")).isEmpty();
        for (int beat = 2; beat < 6; beat++) {
            c.shift();
            for (int i = 10 * beat; i < 10 * beat + 10; i++) c.put(message("test", i, 10));
        }
        assertThat(c.size()).isEqualTo(50);
        for (int i = 0; i < 10; i++) assertThat(c.get(id(i))).isNull();
        for (int i = 10; i < 60; i++) assertThat(c.get(id(i))).isNotNull();
        assertThat(c.gossip("test")).hasSize(30);
        for (int i = 0; i < 5; i++) c.shift();
        assertThat(c.size()).isZero();
        assertThat(c.bytes()).isZero();
    }

    @Test
    void theCacheHoldsNoMoreBytesThanItMay() {
        MessageCache c = new MessageCache(3, 5, 10_000);
        for (int i = 0; i < 1000; i++) {
            c.put(message("test", i, 100 + i));
            assertThat(c.bytes()).isLessThanOrEqualTo(10_000);
            assertThat(c.get(id(i))).isNotNull();
            if (i % 100 == 99) c.shift();
        }
        for (MessageId m : c.gossip("test")) assertThat(c.get(m)).isNotNull();
    }

    @Test
    void theCacheCountsHowOftenAPeerAsks() {
        MessageCache c = new MessageCache(3, 5, 1 << 20);
        c.put(message("test", 1, 10));
        assertThat(c.asked(id(1), A)).isEqualTo(1);
        assertThat(c.asked(id(1), A)).isEqualTo(2);
        assertThat(c.asked(id(1), B)).isEqualTo(1);
        assertThat(c.asked(id(2), A)).isZero();
    }

    // ---- Backoffs

    @Test
    void aBackoffHoldsUntilTheLatestTimeSaidAndIsThereUntilItIsSwept() {
        Backoffs b = new Backoffs(100);
        b.add("t", A, 10);
        b.add("t", A, 5);
        assertThat(b.until("t", A)).isEqualTo(10);
        assertThat(b.until("t", B)).isEqualTo(Long.MIN_VALUE);
        assertThat(b.has("t", A)).isTrue();
        assertThat(b.has("u", A)).isFalse();
        b.sweep(10);
        assertThat(b.has("t", A)).isTrue();
        b.sweep(11);
        assertThat(b.has("t", A)).isFalse();
        assertThat(b.size()).isZero();
    }

    @Test
    void backoffsOfATopicAreBounded() {
        Backoffs b = new Backoffs(5);
        for (int i = 0; i < 20; i++) b.add("t", ScoresTest.peer(i), 100 + i);
        assertThat(b.size()).isEqualTo(5);
        assertThat(b.has("t", ScoresTest.peer(19))).isTrue();
    }

    // ---- Mesh

    @Test
    void whateverTheMeshItsChangeKeepsTheRules() {
        Rng rng = Rng.seeded(11);
        Overlay o = Overlay.DEFAULT;
        for (int round = 0; round < 3000; round++) {
            Map<Integer, Double> score = new LinkedHashMap<>();
            Set<Integer> outbound = new HashSet<>();
            List<Integer> mesh = new ArrayList<>();
            List<Integer> candidates = new ArrayList<>();
            int n = rng.nextInt(40);
            for (int i = 0; i < n; i++) {
                score.put(i, (double) rng.nextInt(20) - 4);
                if (rng.nextInt(3) == 0) outbound.add(i);
                (rng.nextInt(2) == 0 ? mesh : candidates).add(i);
            }
            boolean opportune = rng.nextInt(2) == 0;
            Mesh.Change<Integer> c = new Mesh<Integer>(o, score::get, outbound::contains, rng)
                    .maintain(mesh, () -> candidates, opportune ? 2 : 0, 5);
            Set<Integer> after = new LinkedHashSet<>(mesh);
            assertThat(mesh).containsAll(c.bad()).containsAll(c.excess());
            assertThat(candidates).containsAll(c.graft());
            after.removeAll(c.bad());
            after.removeAll(c.excess());
            after.addAll(c.graft());
            for (int p : after) assertThat(score.get(p)).isGreaterThanOrEqualTo(0);
            long good = candidates.stream().filter(p -> score.get(p) >= 0).count();
            long kept = mesh.stream().filter(p -> score.get(p) >= 0).count();
            if (kept < o.low()) assertThat(after.size()).isGreaterThanOrEqualTo((int) Math.min(o.d(), kept + good));
            if (kept >= o.high()) assertThat(mesh.size() - c.bad().size() - c.excess().size()).isEqualTo(o.d());
            assertThat(after.size()).isLessThan(o.high() + o.out() + 2);
            long out = after.stream().filter(outbound::contains).count();
            long could = score.keySet().stream().filter(p -> outbound.contains(p) && score.get(p) >= 0).count();
            if (after.size() >= o.low()) assertThat(out).isGreaterThanOrEqualTo(Math.min(o.out(), could));
            if (kept >= o.high()) {
                List<Integer> best = new ArrayList<>(mesh);
                best.removeAll(c.bad());
                best.sort((a, b) -> Double.compare(score.get(b), score.get(a)));
                double least = score.get(best.get(o.score() - 1));
                // the best stay, but for those that had to go for outbound ones
                long better = best.stream().filter(p -> score.get(p) > least && c.excess().contains(p)).count();
                assertThat(better).isLessThanOrEqualTo(o.out());
            }
        }
    }

    @Test
    void aBootstrapperHasNoMesh() {
        Mesh<Integer> m = new Mesh<>(Overlay.BOOTSTRAPPER, p -> 0, p -> true, RNG);
        Mesh.Change<Integer> c = m.maintain(List.of(1, 2, 3), () -> List.of(4, 5), 0, 0);
        assertThat(c.excess()).containsExactlyInAnyOrder(1, 2, 3);
        assertThat(c.graft()).isEmpty();
    }

    // ---- Promises

    @Test
    void brokenPromises() {
        Promises p = new Promises(3 * SECOND);
        List<MessageId> asked = List.of(id(1), id(2), id(3));
        p.add(A, asked, 0, RNG);
        p.add(B, asked, 0, RNG);
        assertThat(p.broken(3 * SECOND)).isEmpty();
        assertThat(p.broken(4 * SECOND)).containsEntry(A, 1).containsEntry(B, 1);
        assertThat(p.broken(5 * SECOND)).isEmpty();
        assertThat(p.size()).isZero();
    }

    @Test
    void noBrokenPromises() {
        Promises p = new Promises(3 * SECOND);
        p.add(A, List.of(id(1)), 0, RNG);
        p.add(B, List.of(id(2)), 0, RNG);
        p.kept(id(1));
        p.forgive(B);
        assertThat(p.broken(10 * SECOND)).isEmpty();
        assertThat(p.size()).isZero();
    }

    // ---- Unwanted

    @Test
    void whatIsNotWantedIsForgottenAfterItsHeartbeatsAndBounded() {
        Unwanted u = new Unwanted(2, 3, 3, 5);
        assertThat(u.hear(List.of(id(1), id(2), id(3), id(4)))).isEqualTo(3);
        assertThat(u.hear(List.of(id(5)))).isEqualTo(1);
        assertThat(u.hear(List.of(id(6)))).isZero(); // the third RPC
        assertThat(u.has(id(1))).isTrue();
        assertThat(u.has(id(4))).isFalse();
        u.beat();
        u.hear(List.of(id(7), id(8), id(9)));
        assertThat(u.size()).isEqualTo(5);
        assertThat(u.has(id(1))).isFalse(); // the oldest
        u.beat();
        u.beat();
        assertThat(u.has(id(5))).isFalse();
        assertThat(u.has(id(9))).isTrue();
        u.beat();
        assertThat(u.size()).isZero();
    }

    @Test
    void weSayWhatWeDoNotWantSoOftenInAHeartbeat() {
        Unwanted u = new Unwanted(2, 3, 3, 5);
        assertThat(u.say()).isTrue();
        assertThat(u.say()).isTrue();
        assertThat(u.say()).isFalse();
        u.beat();
        assertThat(u.say()).isTrue();
    }

    // ---- Gater

    @Test
    void peerGater() { // go's TestPeerGater
        GaterParams params = new GaterParams(0.1, 0.9, 0.999, SECOND, 0.01, 2 * SECOND, SECOND, 0.125, 1, 16, 100);
        Gater g = new Gater(params);
        g.join("a");
        assertThat(g.accepts("a", 0, RNG)).isTrue();
        g.validated();
        assertThat(g.accepts("a", 0, RNG)).isTrue();
        for (int i = 0; i < 10; i++) g.throttled(0);
        assertThat(g.accepts("a", 0, RNG)).isTrue(); // nothing is held against it
        for (int i = 0; i < 1000; i++) {
            g.delivered("b", 1);
            g.rejected("a");
        }
        int taken = 0;
        for (int i = 0; i < 1000; i++) if (g.accepts("a", 0, RNG)) taken++;
        assertThat(taken).isLessThan(20);
        assertThat(g.accepts("stranger", 0, RNG)).isTrue();
        assertThat(g.accepts("a", 2 * SECOND, RNG)).isTrue(); // quiet again
        g.leave("a", 0);
        g.decay(SECOND);
        assertThat(g.sources()).isEqualTo(1);
        g.decay(3 * SECOND);
        assertThat(g.sources()).isZero();
    }

    @Test
    void theGaterRestsWhileLittleIsThrottledAndForgetsInTime() {
        Gater g = new Gater(GaterParams.DEFAULT);
        g.join("a");
        for (int i = 0; i < 100; i++) {
            g.validated();
            g.rejected("a");
        }
        for (int i = 0; i < 10; i++) g.throttled(0);
        for (int i = 0; i < 100; i++) assertThat(g.accepts("a", 0, RNG)).isTrue();
        for (int i = 0; i < 100; i++) g.throttled(0);
        int taken = 0;
        for (int i = 0; i < 100; i++) if (g.accepts("a", 0, RNG)) taken++;
        assertThat(taken).isLessThan(10);
        for (int i = 0; i < 3 * 3600; i++) g.decay(0);
        for (int i = 0; i < 100; i++) assertThat(g.accepts("a", 0, RNG)).isTrue();
    }

    // ---- Choking

    @Test
    void whoSendsLateCopiesIsChokedAndUnchokedWhenFirstByFar() {
        Choking<String> c = new Choking<>(Choking.Params.DEFAULT);
        Set<String> mesh = new LinkedHashSet<>(List.of("a", "b"));
        c.first(id(1), "a", 0);
        c.copy(id(1), "b", SECOND);
        Choking.Change<String> change = c.change(mesh, 2);
        assertThat(change.choke()).containsExactly("b");
        assertThat(c.isChoked("b")).isTrue();
        c.first(id(2), "b", 0); // it was asked for, and still came first
        c.copy(id(2), "a", SECOND / 20);
        assertThat(c.change(mesh, 2).unchoke()).isEmpty(); // not by enough
        c.first(id(3), "b", 0);
        c.copy(id(3), "a", SECOND / 5);
        assertThat(c.change(mesh, 2).unchoke()).containsExactly("b");
        assertThat(c.isChoked("b")).isFalse();
    }

    @Test
    void onePeerStaysUnchokedWhateverHappens() {
        Rng rng = Rng.seeded(4);
        for (int round = 0; round < 200; round++) {
            Choking<Integer> c = new Choking<>(Choking.Params.DEFAULT);
            Set<Integer> mesh = new LinkedHashSet<>(List.of(0, 1, 2, 3));
            for (int i = 0; i < 50; i++) {
                c.first(id(i), rng.nextInt(4), 0);
                for (int n = 0; n < 4; n++) c.copy(id(i), rng.nextInt(4), rng.nextInt(3) * SECOND / 5);
                if (rng.nextInt(3) == 0) c.change(mesh, mesh.size());
                int choked = 0;
                for (int p : mesh) if (c.isChoked(p)) choked++;
                assertThat(choked).isLessThan(4);
                if (rng.nextInt(20) == 0) c.left(rng.nextInt(4));
            }
        }
    }

    // ---- Recent

    @Test
    void aCopyIsKnownByItsBytesAndNothingElseIs() {
        Recent r = new Recent(64, 1 << 20, 7);
        Rng rng = Rng.seeded(9);
        List<Message> all = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            Message m = message("t" + i % 3, i, 2 + rng.nextInt(2000));
            all.add(m);
            assertThat(r.find(raw(m, -1))).isNull();
            r.add(m);
        }
        int known = 0;
        for (Message m : all) {
            Message found = r.find(raw(m, -1));
            if (found == m) known++;
            else assertThat(found).isNull();
            for (int at = 0; at < m.size(); at += 1 + m.size() / 50) assertThat(r.find(raw(m, at))).isNotSameAs(m);
        }
        assertThat(known).isGreaterThan(30); // few collide
    }

    private static Buf raw(Message m, int damaged) {
        byte[] frame = m.frame();
        byte[] raw = java.util.Arrays.copyOfRange(frame, frame.length - m.size(), frame.length);
        if (damaged >= 0) raw[damaged] ^= 1;
        return new Buf(raw);
    }

    @Test
    void recentMessagesAreBoundedInNumberAndBytes() {
        Recent r = new Recent(10, 5000, 7);
        List<Message> all = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            Message m = message("t", i, 400);
            all.add(m);
            r.add(m);
        }
        int known = 0;
        for (Message m : all) if (r.find(raw(m, -1)) != null) known++;
        assertThat(known).isBetween(6, 8);
        assertThat(r.find(raw(all.get(0), -1))).isNull();
    }

    // ---- Partials

    @Test
    void peerInitiatedCounter() { // go's TestPeerInitiatedCounter
        List<PartialMessage> heard = new ArrayList<>();
        Partials p = new Partials(new PartialHandler() {
            @Override
            public void onPartial(PartialMessage said, PartialGroup group) {
                heard.add(said);
            }

            @Override
            public void onGossip(String topic, PartialGroup group, List<PeerId> peers) {}
        }, new Partials.Params(5, 10, 4, 3));
        for (int i = 0; i < 10; i++) p.hear(new PartialMessage(A, "t", new byte[] {(byte) i}, null, new byte[1]));
        assertThat(heard).hasSize(4);
        for (int n = 2; n < 6; n++) for (int i = 0; i < 10; i++) p.hear(new PartialMessage(ScoresTest.peer(n), "t",
                new byte[] {(byte) n, (byte) i}, null, null));
        assertThat(p.groups()).isEqualTo(10);
        p.publish("t", new byte[] {0}, List.of()); // ours now
        p.hear(new PartialMessage(A, "t", new byte[] {99}, null, null));
        assertThat(p.groups()).isEqualTo(11);
        p.gone(ScoresTest.peer(2));
        assertThat(p.groups()).isEqualTo(7);
        for (int i = 0; i < 10; i++) p.publish("t", new byte[] {50, (byte) i}, List.of());
        assertThat(p.groups()).isEqualTo(9);
        for (int i = 0; i < 6; i++) p.beat();
        assertThat(p.groups()).isZero();
    }
}
