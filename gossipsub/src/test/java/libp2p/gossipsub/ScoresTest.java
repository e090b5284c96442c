package libp2p.gossipsub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import libp2p.core.Rng;
import libp2p.core.identity.KeyType;
import libp2p.core.identity.PeerId;
import libp2p.core.identity.PrivateKey;
import org.junit.jupiter.api.Test;

/** go-libp2p-pubsub's score tests, by their names, and what must hold of any course of events. */
class ScoresTest {
    private static final String T = "topic";
    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1000 * MILLI;
    private static final PeerId A = peer(1);
    private static final PeerId B = peer(2);
    private static final ScoreParams PLAIN = ScoreParams.DEFAULT.behaviour(0, 0, 0.5).decay(SECOND, 0.01, 10 * SECOND);

    static PeerId peer(int n) {
        return PeerId.of(PrivateKey.generate(KeyType.ED25519, Net.CRYPTO, Rng.seeded(n)).publicKey(Net.CRYPTO), Net.CRYPTO);
    }

    private final Scores scores = new Scores(PLAIN);
    private final Deliveries deliveries = new Deliveries(scores, 120 * SECOND, 10_000);
    private long now;
    private int made;

    private Message message(PeerId from) {
        byte[] data = {(byte) made, (byte) (made++ >> 8)};
        Message m = Message.make(T, data, null, null, null, null, from, now, RpcLimits.DEFAULT);
        m.name(MessageId.of(data));
        return m;
    }

    private void with(TopicScoreParams params, PeerId... peers) {
        scores.params(T, params);
        for (PeerId p : peers) {
            scores.join(p);
            scores.graft(p, T, now);
        }
    }

    private void pass(long nanos) {
        for (long until = now + nanos; now < until;) {
            now += SECOND;
            scores.decay(now);
        }
    }

    private void deliver(PeerId from) {
        Message m = message(from);
        deliveries.validating(m, now);
        deliveries.valid(m, now);
    }

    @Test
    void scoreTimeInMesh() {
        with(TopicScoreParams.NONE.weight(0.5).timeInMesh(1, MILLI, 3600_000), A);
        assertThat(scores.of(A)).isZero();
        pass(200 * SECOND);
        assertThat(scores.of(A)).isEqualTo(0.5 * 200_000);
    }

    @Test
    void scoreTimeInMeshCap() {
        with(TopicScoreParams.NONE.weight(0.5).timeInMesh(1, MILLI, 10), A);
        pass(40 * SECOND);
        assertThat(scores.of(A)).isEqualTo(0.5 * 10);
    }

    @Test
    void scoreFirstMessageDeliveries() {
        with(TopicScoreParams.NONE.firstDeliveries(1, 0.99999, 2000), A);
        for (int i = 0; i < 100; i++) deliver(A);
        assertThat(scores.of(A)).isEqualTo(100);
    }

    @Test
    void scoreFirstMessageDeliveriesCap() {
        with(TopicScoreParams.NONE.firstDeliveries(1, 0.99999, 50), A);
        for (int i = 0; i < 100; i++) deliver(A);
        assertThat(scores.of(A)).isEqualTo(50);
    }

    @Test
    void scoreFirstMessageDeliveriesDecay() {
        with(TopicScoreParams.NONE.firstDeliveries(1, 0.9, 2000), A);
        for (int i = 0; i < 100; i++) deliver(A);
        pass(SECOND);
        assertThat(scores.of(A)).isCloseTo(90, within(1e-9));
        pass(9 * SECOND);
        double expected = 100;
        for (int i = 0; i < 10; i++) expected *= 0.9;
        assertThat(scores.of(A)).isCloseTo(expected, within(1e-9));
    }

    @Test
    void scoreMeshMessageDeliveries() {
        PeerId c = peer(3);
        with(TopicScoreParams.NONE.meshDeliveries(-1, 0.99999, 100, 20, 10 * MILLI, SECOND), A, B, c);
        for (PeerId p : List.of(A, B, c)) assertThat(scores.of(p)).isZero(); // not active yet
        pass(2 * SECOND);
        // A delivers first, B in the window, C too late
        for (int i = 0; i < 100; i++) {
            Message m = message(A);
            deliveries.validating(m, now);
            deliveries.valid(m, now);
            deliveries.copy(m, B, now + 5 * MILLI);
            deliveries.copy(m, c, now + 11 * MILLI);
        }
        assertThat(scores.of(A)).isGreaterThanOrEqualTo(0);
        assertThat(scores.of(B)).isGreaterThanOrEqualTo(0);
        assertThat(scores.of(c)).isEqualTo(-400);
    }

    @Test
    void aCopyThatComesWhileTheMessageIsValidatedCountsInTheMesh() {
        with(TopicScoreParams.NONE.meshDeliveries(-1, 0.99999, 100, 1, 0, SECOND), A, B);
        pass(2 * SECOND);
        Message m = message(A);
        deliveries.validating(m, now);
        deliveries.copy(m, B, now + SECOND);
        deliveries.copy(m, B, now + SECOND);
        assertThat(scores.of(B)).isEqualTo(-1);
        deliveries.valid(m, now + 2 * SECOND);
        assertThat(scores.of(B)).isZero();
    }

    @Test
    void scoreMeshMessageDeliveriesDecay() {
        with(TopicScoreParams.NONE.meshDeliveries(-1, 0.9, 100, 20, 10 * MILLI, SECOND), A);
        for (int i = 0; i < 40; i++) deliver(A);
        pass(2 * SECOND);
        assertThat(scores.of(A)).isZero();
        pass(20 * SECOND);
        double left = 40;
        for (int i = 0; i < 22; i++) left *= 0.9;
        assertThat(scores.of(A)).isCloseTo(-(20 - left) * (20 - left), within(1e-6));
    }

    @Test
    void scoreMeshFailurePenalty() {
        with(TopicScoreParams.NONE.meshDeliveries(0, 0.99999, 100, 20, 10 * MILLI, SECOND).meshFailures(-1, 0.99999), A, B);
        for (int i = 0; i < 40; i++) deliver(A);
        pass(2 * SECOND);
        assertThat(scores.of(A)).isZero();
        assertThat(scores.of(B)).isZero(); // nothing before it is pruned
        scores.prune(B, T);
        assertThat(scores.of(B)).isEqualTo(-400);
        scores.prune(A, T);
        assertThat(scores.of(A)).isZero();
    }

    @Test
    void scoreInvalidMessageDeliveries() {
        with(TopicScoreParams.NONE.invalid(-1, 0.9), A);
        for (int i = 0; i < 100; i++) deliveries.rejected(message(A), Rejection.INVALID_SIGNATURE, now);
        assertThat(scores.of(A)).isEqualTo(-10_000);
    }

    @Test
    void scoreInvalidMessageDeliveriesDecay() {
        with(TopicScoreParams.NONE.invalid(-1, 0.9), A);
        for (int i = 0; i < 100; i++) deliveries.rejected(message(A), Rejection.INVALID, now);
        pass(SECOND);
        assertThat(scores.of(A)).isCloseTo(-8100, within(1e-6));
        pass(200 * SECOND);
        assertThat(scores.of(A)).isZero();
    }

    @Test
    void scoreRejectMessageDeliveries() {
        with(TopicScoreParams.NONE.invalid(-1, 0.9), A, B);
        for (Rejection r : List.of(Rejection.BLACKLISTED_PEER, Rejection.BLACKLISTED_SOURCE, Rejection.QUEUE_FULL)) {
            deliveries.rejected(message(A), r, now);
        }
        assertThat(scores.of(A)).isZero();
        for (Rejection neutral : List.of(Rejection.THROTTLED, Rejection.IGNORED, Rejection.TIMED_OUT, Rejection.EXPIRED)) {
            Message m = message(A);
            deliveries.validating(m, now);
            deliveries.copy(m, B, now);
            deliveries.rejected(m, neutral, now);
            deliveries.copy(m, B, now);
        }
        assertThat(scores.of(A)).isZero();
        assertThat(scores.of(B)).isZero();
        // invalid: who sent it, who sent a copy meanwhile, and who sends one later
        Message m = message(A);
        deliveries.validating(m, now);
        deliveries.copy(m, B, now);
        deliveries.rejected(m, Rejection.INVALID, now);
        assertThat(scores.of(A)).isEqualTo(-1);
        assertThat(scores.of(B)).isEqualTo(-1);
        deliveries.copy(m, B, now);
        assertThat(scores.of(B)).isEqualTo(-4);
    }

    @Test
    void scoreApplicationScore() {
        double[] app = {0};
        scores.params(PLAIN.appScore(p -> p.equals(A) ? app[0] : 0, 0.5));
        scores.join(A);
        for (int i = -100; i < 100; i++) {
            app[0] = i;
            pass(SECOND);
            assertThat(scores.of(A)).isEqualTo(i * 0.5);
        }
        assertThat(scores.of(B)).isZero();
    }

    @Test
    void scoreIPColocation() {
        scores.params(PLAIN.colocation(-1, 1, a -> false));
        PeerId c = peer(3);
        PeerId d = peer(4);
        for (PeerId p : List.of(A, B, c, d)) scores.join(p);
        scores.addresses(A, List.of("1"));
        scores.addresses(B, List.of("2"));
        scores.addresses(c, List.of("2", "3"));
        scores.addresses(d, List.of("2"));
        assertThat(scores.of(A)).isZero();
        for (PeerId p : List.of(B, c, d)) assertThat(scores.of(p)).isEqualTo(-4); // two more than the one
        scores.addresses(d, List.of("4"));
        assertThat(scores.of(B)).isEqualTo(-1);
        assertThat(scores.of(d)).isZero();
    }

    @Test
    void scoreBehaviourPenalty() {
        scores.params(PLAIN.behaviour(-1, 0, 0.99));
        scores.penalise(A, 1);
        assertThat(scores.of(A)).isZero(); // not known
        scores.join(A);
        scores.penalise(A, 1);
        assertThat(scores.of(A)).isEqualTo(-1);
        scores.penalise(A, 1);
        assertThat(scores.of(A)).isEqualTo(-4);
        pass(SECOND);
        assertThat(scores.of(A)).isCloseTo(-3.9204, within(1e-9));
    }

    @Test
    void penaltiesUpToTheThresholdAreLetPass() {
        scores.params(PLAIN.behaviour(-10, 6, 0.99));
        scores.join(A);
        scores.penalise(A, 6);
        assertThat(scores.of(A)).isZero();
        scores.penalise(A, 2);
        assertThat(scores.of(A)).isEqualTo(-40);
    }

    @Test
    void scoreRetention() {
        scores.params(PLAIN.appScore(p -> -1000, 1).decay(SECOND, 0.01, 60 * SECOND));
        scores.join(A);
        pass(SECOND);
        assertThat(scores.of(A)).isEqualTo(-1000);
        scores.leave(A, now);
        pass(59 * SECOND);
        assertThat(scores.of(A)).isEqualTo(-1000);
        pass(2 * SECOND);
        assertThat(scores.of(A)).isZero();
        assertThat(scores.known()).isEmpty();
    }

    @Test
    void aGoodScoreIsForgottenWithItsPeerAndABadOneIsKeptWithinABound() {
        scores.params(new ScoreParams(0, p -> 0, 1, 0, 5, a -> false, -1, 0, 0.9, 0, 0.2, SECOND, 0.01, 60 * SECOND, 3,
                Thresholds.DEFAULT));
        with(TopicScoreParams.NONE.firstDeliveries(1, 0.9, 10), A);
        deliver(A);
        scores.leave(A, now);
        assertThat(scores.known()).isEmpty();
        for (int i = 10; i < 20; i++) {
            scores.join(peer(i));
            scores.penalise(peer(i), 1);
            scores.leave(peer(i), now);
        }
        assertThat(scores.known()).containsExactly(peer(17), peer(18), peer(19));
    }

    @Test
    void scoreRecapTopicParams() {
        with(TopicScoreParams.NONE.firstDeliveries(1, 0.999, 100).meshDeliveries(0, 0.999, 100, 5, 0, SECOND), A);
        for (int i = 0; i < 50; i++) deliver(A);
        assertThat(scores.of(A)).isEqualTo(50);
        scores.params(T, TopicScoreParams.NONE.firstDeliveries(1, 0.999, 10));
        assertThat(scores.of(A)).isEqualTo(10);
    }

    @Test
    void scoreResetTopicParams() {
        with(TopicScoreParams.NONE.invalid(-1, 0.9), A);
        for (int i = 0; i < 10; i++) deliveries.rejected(message(A), Rejection.INVALID, now);
        assertThat(scores.of(A)).isEqualTo(-100);
        scores.params(T, TopicScoreParams.NONE.invalid(-10, 0.9));
        assertThat(scores.of(A)).isEqualTo(-1000);
        scores.params(T, null);
        assertThat(scores.of(A)).isZero();
    }

    @Test
    void theTopicsTogetherGiveNoMoreThanTheirCap() {
        scores.params(PLAIN.topicCap(7));
        with(TopicScoreParams.NONE.firstDeliveries(1, 0.999, 100), A);
        for (int i = 0; i < 50; i++) deliver(A);
        assertThat(scores.of(A)).isEqualTo(7);
    }

    @Test
    void fullQueuesCountForAShortTime() {
        scores.params(ScoreParams.DEFAULT);
        scores.join(A);
        for (int i = 0; i < 100; i++) scores.slow(A);
        assertThat(scores.of(A)).isCloseTo(-20, within(1e-9));
        pass(4 * SECOND);
        assertThat(scores.of(A)).isGreaterThan(-0.1);
    }

    @Test
    void whateverHappensAScoreIsWhatIsComputedAfresh() {
        Rng rng = Rng.seeded(5);
        TopicScoreParams p = TopicScoreParams.DEFAULT.meshDeliveries(-1, 0.97, 20, 5, 10 * MILLI, SECOND).meshFailures(-1, 0.9);
        scores.params(ScoreParams.DEFAULT.colocation(-5, 1, a -> false));
        List<PeerId> peers = List.of(A, B, peer(3));
        scores.params(T, p);
        for (int i = 0; i < 5000; i++) {
            PeerId x = peers.get(rng.nextInt(3));
            switch (rng.nextInt(9)) {
                case 0 -> scores.join(x);
                case 1 -> scores.graft(x, T, now);
                case 2 -> scores.prune(x, T);
                case 3 -> deliver(x);
                case 4 -> deliveries.rejected(message(x), Rejection.INVALID, now);
                case 5 -> scores.penalise(x, 1);
                case 6 -> scores.addresses(x, List.of("" + rng.nextInt(2)));
                case 7 -> pass(SECOND);
                default -> scores.leave(x, now);
            }
            double before = 0;
            for (PeerId y : peers) before += scores.of(y);
            scores.params(scores.params()); // forgets what was computed
            double after = 0;
            for (PeerId y : peers) after += scores.of(y);
            assertThat(after).isEqualTo(before);
        }
    }

    @Test
    void aDecayFactorBringsAValueDownInItsTime() {
        double f = ScoreParams.decayFactor(120 * SECOND, SECOND, 0.01);
        double v = 1;
        for (int i = 0; i < 120; i++) v *= f;
        assertThat(v).isCloseTo(0.01, within(1e-9));
    }
}
