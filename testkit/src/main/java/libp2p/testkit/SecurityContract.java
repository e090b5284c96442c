package libp2p.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import java.util.List;
import libp2p.core.Buf;
import libp2p.core.Crypto;
import libp2p.core.Rng;
import libp2p.core.Violation;
import libp2p.core.identity.KeyType;
import libp2p.core.net.Limits;
import libp2p.core.net.Role;
import libp2p.core.node.Swarm;
import libp2p.core.wire.Security;
import libp2p.multiformats.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every security protocol does, whatever it is. */
public abstract class SecurityContract {
    private static final byte[] NO_PROLOGUE = {};

    protected World world;
    protected Swarm alice;
    protected Swarm bob;
    protected Security atAlice;
    protected Security atBob;

    /** The primitives to work with. */
    protected abstract Crypto crypto();

    /** The protocol, for one node. */
    protected abstract Security security(Crypto crypto, Rng rng);

    /** Whether changed bytes are found out. */
    protected boolean tamperProof() {
        return true;
    }

    /** Every which byte is tried where each could be: more than 1 for protocols whose handshakes take long. */
    protected int stride() {
        return 1;
    }

    @BeforeEach
    void twoNodes() {
        world = new World(crypto());
        alice = world.node();
        bob = world.node();
        atAlice = security(crypto(), Rng.seeded(1));
        atBob = security(crypto(), Rng.seeded(2));
    }

    /** The end that speaks first, and expects Bob. */
    protected final SecureEnd initiator(String... muxers) {
        return new SecureEnd(world, atAlice, alice, Role.INITIATOR, bob.identity().id(), List.of(muxers), NO_PROLOGUE);
    }

    /** The end that answers, to anyone. */
    protected final SecureEnd responder(String... muxers) {
        return new SecureEnd(world, atBob, bob, Role.RESPONDER, null, List.of(muxers), NO_PROLOGUE);
    }

    /** Carries bytes between the two, at most {@code piece} at a time, until nothing is under way. */
    protected static void carry(SecureEnd a, SecureEnd b, int piece) {
        a.step();
        b.step();
        while (!a.out.isEmpty() || !b.out.isEmpty()) {
            pass(a, b, piece);
            pass(b, a, piece);
        }
    }

    private static void pass(SecureEnd from, SecureEnd to, int piece) {
        byte[] bytes = from.takeOut();
        for (int at = 0; at < bytes.length; at += Math.min(piece, bytes.length - at)) {
            to.receive(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + Math.min(piece, bytes.length - at))));
        }
    }

    private void assertFactsIfAny(SecureEnd a, SecureEnd b) {
        if (a.done()) assertThat(a.session().remote()).isEqualTo(bob.identity().id());
        if (b.done()) assertThat(b.session().remote()).isEqualTo(alice.identity().id());
    }

    private void assertTheyTalk(SecureEnd a, SecureEnd b) {
        assertFactsIfAny(a, b);
        assertThat(a.session().remoteKey()).isEqualTo(bob.identity().publicKey());
        assertThat(b.session().remoteKey()).isEqualTo(alice.identity().publicKey());
        assertThat(b.open(a.seal(new byte[] {1, 2, 3}))).containsExactly(1, 2, 3);
        assertThat(a.open(b.seal(new byte[] {4}))).containsExactly(4);
    }

    @ParameterizedTest
    @EnumSource(KeyType.class)
    void bothEndsLearnWhoTheOtherIsWhateverItsKey(KeyType type) {
        alice = world.node(Limits.DEFAULT, type);
        bob = world.node(Limits.DEFAULT, type);
        SecureEnd a = initiator();
        SecureEnd b = responder();
        carry(a, b, Integer.MAX_VALUE);
        assertTheyTalk(a, b);
        assertThat(a.in.isEmpty() && b.in.isEmpty()).isTrue();
    }

    @Test
    void aSecondHandshakeOfTheSameTwoWorksAsWell() {
        for (int i = 0; i < 3; i++) {
            SecureEnd a = initiator();
            SecureEnd b = responder();
            carry(a, b, Integer.MAX_VALUE);
            assertTheyTalk(a, b);
        }
    }

    @Test
    void aHandshakeThatArrivesByteByByteIsTheSame() {
        SecureEnd a = initiator();
        SecureEnd b = responder();
        carry(a, b, 1);
        assertTheyTalk(a, b);
    }

    @Test
    void aHandshakeCutAtAnyByteIsTheSame() {
        for (int cut = 1; cut < 700; cut += stride()) {
            SecureEnd a = initiator();
            SecureEnd b = responder();
            carry(a, b, cut);
            assertTheyTalk(a, b);
            if (cut > longest()) return;
        }
    }

    private int longest() {
        int most = 0;
        SecureEnd a = initiator();
        SecureEnd b = responder();
        a.step();
        b.step();
        while (!a.out.isEmpty() || !b.out.isEmpty()) {
            most = Math.max(most, Math.max(a.out.size(), b.out.size()));
            pass(a, b, Integer.MAX_VALUE);
            pass(b, a, Integer.MAX_VALUE);
        }
        return most;
    }

    @Test
    void anotherPeerThanExpectedFailsOnTheSideThatExpects() {
        Swarm carol = world.node();
        SecureEnd a = new SecureEnd(world, atAlice, alice, Role.INITIATOR, carol.identity().id(), List.of(), NO_PROLOGUE);
        SecureEnd b = responder();
        carry(a, b, Integer.MAX_VALUE);
        assertThat(a.done()).isFalse();
        assertThat(a.failure()).isNotNull();
        assertThat(a.failure().getMessage()).contains("peer id mismatch", carol.identity().id().toString(), bob.identity().id().toString());
    }

    @Test
    void aResponderMayExpectSomeoneToo() {
        Swarm carol = world.node();
        SecureEnd a = initiator();
        SecureEnd b = new SecureEnd(world, atBob, bob, Role.RESPONDER, carol.identity().id(), List.of(), NO_PROLOGUE);
        carry(a, b, Integer.MAX_VALUE);
        assertThat(b.done()).isFalse();
        assertThat(b.failure()).isNotNull();
    }

    @Test
    void aHandshakeChangedAtAnyByteNeverEndsInTwoSessionsThatTalk() {
        assumeTrue(tamperProof());
        for (int changed = 0;; changed += stride()) {
            SecureEnd a = initiator("/m");
            SecureEnd b = responder("/m");
            if (!carryChanged(a, b, changed)) return;
            assertFactsIfAny(a, b);
            if (a.done() && b.done()) throw new AssertionError("two sessions though byte " + changed + " was changed");
        }
    }

    /** Carries all, one bit of the byte at that place of the whole handshake changed; false if there is no such byte. */
    private static boolean carryChanged(SecureEnd a, SecureEnd b, int changed) {
        int at = 0;
        boolean found = false;
        a.step();
        b.step();
        while (!a.out.isEmpty() || !b.out.isEmpty()) {
            for (SecureEnd from : new SecureEnd[] {a, b}) {
                byte[] bytes = from.takeOut();
                if (changed >= at && changed < at + bytes.length) {
                    bytes[changed - at] ^= (byte) (1 << changed % 8);
                    found = true;
                }
                at += bytes.length;
                if (bytes.length > 0) (from == a ? b : a).receive(bytes);
            }
        }
        return found;
    }

    @Test
    void garbageFailsAHandshakeOrLeavesItWaitingAndNothingElse() {
        Rng rng = Rng.seeded(3);
        for (int i = 0; i < 500; i++) {
            SecureEnd end = i % 2 == 0 ? initiator() : responder();
            end.step();
            byte[] garbage = rng.bytes(rng.nextInt(400));
            if (i % 4 > 1 && garbage.length > 2) { // a length that fits
                garbage[0] = 0;
                garbage[1] = (byte) Math.min(255, garbage.length - 2);
            }
            end.receive(garbage);
            assertThat(end.done()).isFalse();
        }
    }

    @Test
    void bulkArrivesAsItWasSentInRecordsOfTheLargestSize() {
        SecureEnd a = initiator();
        SecureEnd b = responder();
        carry(a, b, Integer.MAX_VALUE);
        byte[] plain = Rng.seeded(5).bytes(a.session().plainMax());
        for (int i = 0; i < 20; i++) {
            byte[] record = a.seal(plain);
            assertThat(record).hasSize(a.session().sealedSize(plain.length));
            assertThat(b.open(record)).isEqualTo(plain);
            assertThat(a.open(b.seal(plain))).isEqualTo(plain);
        }
    }

    @Test
    void recordsCutAnywhereHoldTheSame() {
        SecureEnd a = initiator();
        SecureEnd b = responder();
        carry(a, b, Integer.MAX_VALUE);
        byte[] plain = Rng.seeded(6).bytes(20);
        int size = a.session().sealedSize(plain.length) * 2;
        for (int cut = 0; cut <= size; cut++) {
            Buf both = new Buf(size).put(a.seal(plain)).put(a.seal(plain));
            Buf got = new Buf(64).put(b.open(both.take(cut))).put(b.open(both.takeAll()));
            assertThat(got.takeAll()).isEqualTo(new Buf(64).put(plain).put(plain).takeAll());
        }
    }

    @Test
    void dataRightBehindTheLastMessageIsNotLost() {
        SecureEnd a = initiator();
        SecureEnd b = responder();
        a.step();
        b.step();
        while (!a.done()) {
            pass(b, a, Integer.MAX_VALUE);
            if (!a.done()) pass(a, b, Integer.MAX_VALUE);
        }
        b.receive(new Buf(1024).put(a.takeOut()).put(a.seal(new byte[] {9})).takeAll());
        assertThat(b.open(new byte[0])).containsExactly(9);
    }

    @Test
    void aRecordChangedRepeatedLeftOutOrFromAnotherSessionIsAViolation() {
        assumeTrue(tamperProof());
        for (int what = 0; what < 5; what++) {
            SecureEnd a = initiator();
            SecureEnd b = responder();
            carry(a, b, Integer.MAX_VALUE);
            byte[] first = a.seal(new byte[] {1});
            byte[] second = a.seal(new byte[] {2});
            byte[] bad = what == 1 ? second : first;
            if (what == 0) bad[bad.length - 1] ^= 1;
            if (what == 2) b.open(first);
            if (what == 3) bad = a.seal(new byte[0x100]);
            if (what == 4) bad = b.seal(new byte[] {3});
            assertThat(violationOf(b, bad)).as("case %d", what).isNotNull();
        }
    }

    private static @Nullable Violation violationOf(SecureEnd end, byte[] record) {
        try {
            end.open(record);
            return null;
        } catch (Violation v) {
            return v;
        }
    }

    @Test
    void closingAndDisposingAreHarmless() {
        SecureEnd a = initiator();
        SecureEnd b = responder();
        carry(a, b, Integer.MAX_VALUE);
        Buf farewell = new Buf(1024);
        a.session().close(farewell);
        b.open(farewell.takeAll());
        a.session().dispose();
        a.session().dispose();
        b.session().dispose();
    }
}
