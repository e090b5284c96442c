package libp2p.wired.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import libp2p.core.Buf;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.Loop;
import libp2p.core.Rng;
import libp2p.core.identity.Identity;
import libp2p.core.identity.KeyType;
import libp2p.core.identity.LocalIdentity;
import libp2p.core.identity.PeerId;
import libp2p.core.identity.PrivateKey;
import libp2p.core.identity.PublicKey;
import libp2p.core.net.Connection;
import libp2p.core.net.Dial;
import libp2p.core.net.Limits;
import libp2p.core.node.Swarm;
import libp2p.core.wire.noise.Noise;
import libp2p.echo.Echo;
import libp2p.identify.Identify;
import libp2p.testkit.Caller;
import libp2p.testkit.RawPeer;
import libp2p.testkit.World;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Peers that send what no peer may: their connection or stream ends with a reason that the node tells its observer and, where there is a
 * way to say so, the peer; the heap hardly grows; and another connection is served before and after. (Windows: BytesLimitsTest. Silence:
 * StalledConnectionTest. Frames of the muxers: YamuxFramesTest, MplexRawTest.)
 */
class BadInputTest extends EachLimit {
    private static final int MUCH = 8 * 1024 * 1024;
    private static final byte[] HEADER = RawPeer.line("/multistream/1.0.0");
    private static final byte[] ENDLESS = endless();

    private Swarm node;
    private Connection other;

    private static byte[] endless() {
        byte[] b = new byte[64];
        Arrays.fill(b, (byte) 0x80);
        return b;
    }

    @BeforeEach
    void aNodeWithACompany() {
        node = bounded(limits(), new Echo(), new Identify());
        other = world.connect(reckless(), node);
        assertServed();
        world.takeEndings();
    }

    @AfterEach
    void assertServed() {
        Caller echo = world.open(other, Echo.ID).send(new byte[1000]).finish();
        world.settle();
        assertThat(echo.received()).hasSize(1000);
    }

    /** The upgrade of someone who came failed in that step, for that reason, and the pipe is closed. */
    private void assertFailed(RawPeer peer, String step, CloseReason.Kind kind) {
        assertThat(world.takeEndings()).anySatisfy(e -> {
            assertThat(e.part()).isEqualTo(step);
            assertThat(e.inbound()).isTrue();
            assertThat(e.reason().kind()).isEqualTo(kind);
            assertThat(e.reason().detail()).isNotEmpty();
        });
        assertThat(peer.closed()).isTrue();
    }

    private void assertConnectionEnded(RawPeer peer) {
        assertThat(RawPeer.goAway(peer.frames())).isEqualTo(Codes.PROTOCOL_VIOLATION);
        assertThat(peer.closed()).isTrue();
        assertThat(world.takeEndings()).anyMatch(e -> e.part().equals("connection") && e.reason().kind() == CloseReason.Kind.VIOLATION);
    }

    private void assertStreamEnded(RawPeer peer, int id) {
        assertThat(RawPeer.reset(peer.frames(), id)).isEqualTo(Codes.PROTOCOL_VIOLATION);
        assertThat(peer.closed()).isFalse();
        peer.data(RawPeer.SYN, id + 2, new Buf(64).put(HEADER).put(RawPeer.line(Echo.ID)).put(new byte[5]).takeAll());
        assertThat(peer.frames()).anyMatch(f -> f.id() == id + 2 && f.type() == RawPeer.DATA); // the next stream is answered
    }

    // ---- in the clear

    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.1\r\n\r\n", "SSH-2.0-OpenSSH_9.6\r\n", "\u0016\u0003\u0001\u0002\u0000\u0001\u0000", "\n"})
    void anotherProtocolOnTheSocketIsClosedAtOnce(String said) {
        RawPeer peer = new RawPeer(world, node).send(said.getBytes(StandardCharsets.ISO_8859_1));
        assertFailed(peer, "select security", CloseReason.Kind.VIOLATION);
    }

    @Test
    void garbageOnTheSocketIsClosedAndNotKept() {
        for (int seed = 0; seed < 50; seed++) {
            RawPeer peer = new RawPeer(world, node).send(Rng.seeded(seed).bytes(100_000));
            assertFailed(peer, "select security", CloseReason.Kind.VIOLATION);
        }
    }

    @Test
    void aLengthThatNeverEndsIsClosed() {
        assertFailed(new RawPeer(world, node).send(ENDLESS), "select security", CloseReason.Kind.VIOLATION);
        RawPeer second = new RawPeer(world, node).send(HEADER).send(ENDLESS);
        assertFailed(second, "select security", CloseReason.Kind.VIOLATION);
    }

    @ParameterizedTest
    @ValueSource(longs = {1025, 1L << 31, 0xffffffffL, Long.MAX_VALUE})
    void aLengthBeyondTheLimitIsClosedBeforeItsBytesCome(long length) {
        RawPeer peer = new RawPeer(world, node).send(HEADER).send(new Buf(10).putVarint(length).takeAll());
        assertFailed(peer, "select security", CloseReason.Kind.VIOLATION);
    }

    @Test
    void proposalsWithoutEndAreClosed() {
        RawPeer peer = new RawPeer(world, node).send(HEADER);
        byte[] line = RawPeer.line("/x");
        for (int i = 0; i < 100_000 && !peer.closed(); i++) peer.send(line);
        assertFailed(peer, "select security", CloseReason.Kind.VIOLATION);
    }

    // ---- in the handshake

    @Test
    void garbageForAHandshakeIsClosed() {
        for (int seed = 0; seed < 20; seed++) {
            byte[] garbage = Rng.seeded(seed).bytes(300);
            RawPeer peer = new RawPeer(world, node).send(RawPeer.proposal());
            peer.send(new Buf(302).putU8(1).putU8(300 - 256).put(garbage).takeAll()); // a first message whose payload is anything is legal
            peer.send(new Buf(302).putU8(1).putU8(300 - 256).put(garbage).takeAll());
            assertFailed(peer, "security", CloseReason.Kind.VIOLATION);
        }
    }

    @Test
    void aHandshakeMessageOfTheLargestLengthIsReadAndRefusedAndNotKept() {
        RawPeer peer = new RawPeer(world, node).send(RawPeer.proposal()).send(new byte[] {0, 40}).send(new byte[40]);
        peer.send(new byte[] {-1, -1}).send(new byte[0xffff]);
        assertFailed(peer, "security", CloseReason.Kind.VIOLATION);
    }

    @Test
    void aSignatureByAnotherKeyClosesTheSocket() {
        PrivateKey own = PrivateKey.generate(KeyType.ED25519, crypto, Rng.seeded(1));
        PrivateKey another = PrivateKey.generate(KeyType.ED25519, crypto, Rng.seeded(2));
        Swarm liar = world.node(Limits.DEFAULT, new Liar(new LocalIdentity(own, crypto), new LocalIdentity(another, crypto)));
        RawPeer peer = new RawPeer(world, node).secure(Noise.create(crypto, Rng.seeded(8)), liar);
        assertFailed(peer, "security", CloseReason.Kind.VIOLATION);
    }

    /** Says it is one, and signs with the key of another. */
    private record Liar(Identity said, Identity signer) implements Identity {
        @Override
        public PublicKey publicKey() {
            return said.publicKey();
        }

        @Override
        public PeerId id() {
            return said.id();
        }

        @Override
        public Cancellable sign(byte[] message, Loop home, Callback<? super byte[]> done) {
            return signer.sign(message, home, done);
        }
    }

    @Test
    void anotherPeerThanExpectedIsToldOnBothSides() {
        Swarm caller = reckless();
        World.Result<Connection> made = new World.Result<>();
        PeerId expected = reckless().identity().id();
        caller.loop().execute(() -> caller.dial(Dial.to(world.address(node), expected), made));
        world.settle();
        assertThat(made.failure().kind()).isEqualTo(CloseReason.Kind.VIOLATION);
        List<World.Ending> endings = world.takeEndings();
        assertThat(endings).anyMatch(e -> !e.inbound() && e.reason().kind() == CloseReason.Kind.VIOLATION);
        assertThat(endings).anyMatch(e -> e.inbound() && e.reason().kind() == CloseReason.Kind.LOST); // before the listener knew who came
    }

    // ---- on a connection

    @Test
    void aRecordThatIsNotAuthenticEndsTheConnectionWithACode() {
        RawPeer peer = raw(node);
        byte[] record = peer.record(new byte[12]);
        record[record.length - 1] ^= 1;
        assertConnectionEnded(peer.send(record));
    }

    @Test
    void garbageForFramesEndsTheConnectionWithACode() {
        for (int seed = 0; seed < 20; seed++) {
            byte[] garbage = Rng.seeded(seed).bytes(1000);
            garbage[0] = (byte) (1 + seed); // no version that there is
            assertConnectionEnded(raw(node).seal(garbage));
        }
    }

    @Test
    void aFloodOfDataForAStreamThatNobodyReadsEndsAtItsWindow() {
        RawPeer peer = raw(node);
        peer.data(RawPeer.SYN, 1, new Buf(64).put(HEADER).put(RawPeer.line(DEAF)).takeAll());
        for (int sent = 0; sent < MUCH && !peer.closed(); sent += 60_000) peer.data(0, 1, new byte[60_000]);
        assertConnectionEnded(peer);
    }

    // ---- on a stream

    @Test
    void aProtocolIdWithoutEndResetsItsStream() {
        RawPeer peer = raw(node);
        peer.data(RawPeer.SYN, 1, new Buf(128).put(HEADER).put(ENDLESS).takeAll());
        assertStreamEnded(peer, 1);
    }

    @ParameterizedTest
    @ValueSource(longs = {1025, 1L << 31, 0xffffffffL, Long.MAX_VALUE})
    void aProtocolIdOfAnAbsurdLengthResetsItsStream(long length) {
        RawPeer peer = raw(node);
        peer.data(RawPeer.SYN, 1, new Buf(64).put(HEADER).putVarint(length).takeAll());
        assertStreamEnded(peer, 1);
    }

    @ParameterizedTest
    @ValueSource(longs = {1L << 20, 1L << 31, 0xffffffffL, Long.MAX_VALUE, -1})
    void aMessageOfAnAbsurdLengthResetsItsStream(long length) {
        RawPeer peer = raw(node);
        byte[] size = length < 0 ? ENDLESS : new Buf(10).putVarint(length).takeAll();
        peer.data(RawPeer.SYN, 1, new Buf(128).put(HEADER).put(RawPeer.line(Identify.PUSH_ID)).put(size).takeAll());
        assertStreamEnded(peer, 1);
    }
}
