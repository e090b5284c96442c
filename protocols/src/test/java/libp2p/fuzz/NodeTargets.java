package libp2p.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import libp2p.bouncycastle.BouncyCastleCrypto;
import libp2p.core.Buf;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Crypto;
import libp2p.core.Loop;
import libp2p.core.Rng;
import libp2p.core.Violation;
import libp2p.core.identity.Identity;
import libp2p.core.identity.PeerId;
import libp2p.core.identity.PublicKey;
import libp2p.core.net.Connection;
import libp2p.core.net.Limits;
import libp2p.core.net.Resolver;
import libp2p.core.net.Role;
import libp2p.core.node.Protocol;
import libp2p.core.node.Swarm;
import libp2p.core.wire.Muxer;
import libp2p.core.wire.Plaintext;
import libp2p.core.wire.Security;
import libp2p.core.wire.mplex.Mplex;
import libp2p.core.wire.noise.Noise;
import libp2p.core.wire.yamux.Yamux;
import libp2p.echo.Echo;
import libp2p.identify.Identify;
import libp2p.multiformats.Multiaddr;
import libp2p.perf.Perf;
import libp2p.ping.Ping;
import libp2p.testkit.Caller;
import libp2p.testkit.MuxEnd;
import libp2p.testkit.RawPeer;
import libp2p.testkit.SecureEnd;
import libp2p.testkit.StreamProbe;
import libp2p.testkit.TestLoop;
import libp2p.testkit.World;
import libp2p.testkit.fuzz.Mutator;
import libp2p.testkit.fuzz.Pieces;
import libp2p.testkit.fuzz.Target;

/** A whole node against damaged conversations, at each of its layers; a bug that it reports, or that escapes, is a finding. */
final class NodeTargets {
    private static final int ROUNDS = 150;

    private final Crypto crypto = new BouncyCastleCrypto();
    private final World world;
    private final Swarm node;
    private final Swarm other;

    private NodeTargets(World world) {
        this.world = world;
        node = world.node(new Ping(), new Identify(), new Perf(), new Echo());
        other = world.node();
    }

    private static NodeTargets wired() {
        return new NodeTargets(new World(new BouncyCastleCrypto()).wired(new Yamux()));
    }

    /** Without security and muxer, of which streams see nothing: many more inputs in the same time. */
    private static NodeTargets bare() {
        return new NodeTargets(new World(new BouncyCastleCrypto()));
    }

    static List<Target> all() {
        List<Target> all = new ArrayList<>();
        all.add(new Target("in-the-clear", List.of(hello(), RawPeer.proposal(),
                new Buf(64).put(RawPeer.line("/multistream/1.0.0")).put(RawPeer.line("ls")).takeAll()), ROUNDS,
                wired()::inTheClear));
        all.add(new Target("noise-second", List.of(new byte[] {1}), ROUNDS, noise(1)));
        all.add(new Target("noise-third", List.of(new byte[] {1}), ROUNDS, noise(2)));
        all.add(new Target("noise-record", List.of(new byte[] {1}), ROUNDS, noise(3)));
        all.add(new Target("plaintext", List.of(new byte[] {1}), ROUNDS, wired()::plaintext));
        all.add(new Target("noise-payload", List.of(new byte[64], new byte[70]), ROUNDS, noisePayload()));
        all.add(new Target("yamux", frames(), ROUNDS, wired()::yamux));
        all.add(new Target("yamux-frames", frames(), ROUNDS * 4, input -> receive(new Yamux(), input)));
        all.add(mplex());
        for (String id : List.of(Ping.ID, Identify.ID, Identify.PUSH_ID, Perf.ID, Echo.ID)) {
            all.add(new Target("stream" + id.replace('/', '-'), List.of(new byte[32], new byte[64], identifyAnswer(),
                    new byte[] {0, 0, 0, 0, 0, 0, 1, 0, 9, 9}), ROUNDS, stream(id)));
        }
        all.add(new Target("stream-negotiation",
                List.of(new Buf(64).put(RawPeer.line("/multistream/1.0.0")).put(RawPeer.line(Echo.ID)).put(new byte[] {1, 2}).takeAll(),
                RawPeer.line("/multistream/1.0.0")), ROUNDS, wired()::negotiation));
        all.add(new Target("identify-answer", List.of(identifyAnswer()), ROUNDS, NodeTargets::identifyAnswered));
        all.add(new Target("dnsaddr", List.of("dnsaddr=/ip4/1.2.3.4/tcp/1".getBytes(StandardCharsets.UTF_8),
                "dnsaddr=/dnsaddr/a.example".getBytes(StandardCharsets.UTF_8)), ROUNDS, NodeTargets::dnsaddr));
        return all;
    }

    private static Consumer<byte[]> noise(int message) {
        NodeTargets t = wired();
        return input -> t.noise(input, message);
    }

    private static Consumer<byte[]> stream(String id) {
        NodeTargets t = bare();
        return input -> t.stream(id, input);
    }

    private static byte[] hello() {
        return new Buf(128).put(RawPeer.proposal()).putU16(32).put(Rng.seeded(1).bytes(32)).takeAll();
    }

    /** The node is as it was: a ping of somebody else is answered. */
    private void stillAnswers() {
        world.advanceSeconds(20);
        Connection c = world.connect(other, node);
        Caller ping = world.open(c, Ping.ID).send(new byte[32]);
        world.settle();
        if (ping.received().length != 32) throw new AssertionError("no answer to a ping");
        c.close(CloseReason.CANCELLED);
        world.settle();
    }

    private void inTheClear(byte[] input) {
        RawPeer peer = new RawPeer(world, node);
        for (byte[] piece : Pieces.cut(input, Pieces.rng(input))) peer.send(piece);
        peer.hangUp();
        stillAnswers();
    }

    /** Damages that message of a handshake that is otherwise real. */
    private void noise(byte[] input, int message) {
        Rng rng = Pieces.rng(input);
        SecureEnd a = end(Noise.create(crypto, rng), other, Role.INITIATOR);
        SecureEnd b = end(Noise.create(crypto, rng), node, Role.RESPONDER);
        a.step();
        byte[] second = b.receive(a.takeOut()).takeOut();
        if (message == 1) {
            a.receive(damaged(second, rng));
            return;
        }
        byte[] third = a.receive(second).takeOut();
        if (message == 2) {
            b.receive(damaged(third, rng));
            return;
        }
        b.receive(third);
        try {
            b.open(damaged(a.seal(rng.bytes(1 + rng.nextInt(300))), rng));
        } catch (Violation v) {
            return; // as it should be
        }
    }

    /** A handshake that is real but for what the initiator says of itself: its signature, and the muxers it speaks. */
    private static Consumer<byte[]> noisePayload() {
        NodeTargets t = wired();
        Saying said = new Saying(t.other.identity());
        Swarm liar = t.world.node(Limits.DEFAULT, said);
        return input -> t.noisePayload(input, said, liar);
    }

    private void noisePayload(byte[] input, Saying said, Swarm liar) {
        Rng rng = Pieces.rng(input);
        int cut = rng.nextInt(input.length + 1);
        said.signature = Arrays.copyOf(input, cut);
        List<String> muxers = List.of(new String(input, cut, input.length - cut, StandardCharsets.UTF_8), "");
        SecureEnd a = new SecureEnd(world, Noise.create(crypto, rng), liar, Role.INITIATOR, null, muxers, new byte[0]);
        SecureEnd b = end(Noise.create(crypto, rng), node, Role.RESPONDER);
        a.step();
        a.receive(b.receive(a.takeOut()).takeOut());
        b.receive(a.takeOut());
        if (b.done()) throw new AssertionError("that is no signature");
    }

    /** Says it is one, and gives what it is told to for its signature. */
    private static final class Saying implements Identity {
        private final Identity real;
        private byte[] signature = {};

        Saying(Identity real) {
            this.real = real;
        }

        @Override
        public PublicKey publicKey() {
            return real.publicKey();
        }

        @Override
        public PeerId id() {
            return real.id();
        }

        @Override
        public Cancellable sign(byte[] message, Loop home, Callback<? super byte[]> done) {
            byte[] said = signature;
            home.execute(() -> done.done(said, null));
            return Cancellable.NONE;
        }
    }

    private void plaintext(byte[] input) {
        Rng rng = Pieces.rng(input);
        SecureEnd a = end(new Plaintext(), other, Role.INITIATOR);
        a.step();
        end(new Plaintext(), node, Role.RESPONDER).receive(damaged(a.takeOut(), rng));
    }

    private SecureEnd end(Security security, Swarm of, Role role) {
        return new SecureEnd(world, security, of, role, null, List.of("/yamux/1.0.0"), new byte[0]);
    }

    private static byte[] damaged(byte[] good, Rng rng) {
        return new Mutator(List.of(good), rng.nextLong()).next();
    }

    private static List<byte[]> frames() {
        byte[] open = new Buf(64).put(RawPeer.line("/multistream/1.0.0")).put(RawPeer.line(Echo.ID)).takeAll();
        Buf talk = new Buf(256).put(RawPeer.header(RawPeer.DATA, RawPeer.SYN, 1, open.length)).put(open)
                .put(RawPeer.header(RawPeer.UPDATE, 0, 1, 1000)).put(RawPeer.header(RawPeer.PING, RawPeer.SYN, 0,
                        5)).put(RawPeer.header(RawPeer.DATA, RawPeer.FIN, 1, 0));
        return List.of(talk.takeAll(), RawPeer.header(RawPeer.GOAWAY, 0, 0, 0), RawPeer.header(RawPeer.UPDATE, RawPeer.RST, 1, 0));
    }

    private void yamux(byte[] input) {
        RawPeer peer = new RawPeer(world, node).secure(Noise.create(crypto, Pieces.rng(input)), other);
        for (byte[] piece : Pieces.cut(input, Pieces.rng(input))) peer.seal(piece);
        peer.hangUp();
        stillAnswers();
    }

    private static Target mplex() {
        byte[] open = new Buf(64).put(RawPeer.line("/multistream/1.0.0")).put(RawPeer.line(Echo.ID)).takeAll();
        byte[] talk = new Buf(128).putVarint(0).putVarint(1).put(new byte[] {'a'}).putVarint(2).putVarint(open.length).put(open)
                .putVarint(4).putVarint(0).takeAll();
        return new Target("mplex", List.of(talk), ROUNDS * 4, input -> receive(new Mplex(), input));
    }

    /** On a session of its own, with streams that echo. */
    private static void receive(Muxer muxer, byte[] input) {
        Rng rng = Pieces.rng(input);
        TestLoop loop = TestLoop.alone();
        MuxEnd end = new MuxEnd(muxer, loop, false, Limits.DEFAULT, s -> new StreamProbe().echo());
        for (byte[] piece : Pieces.cut(input, rng)) end.feed(piece);
        loop.advance(20_000_000_000L);
        end.close(CloseReason.FINISHED);
        if (!end.bugs.isEmpty()) throw new AssertionError("bugs", end.bugs.get(0));
        if (end.workspace.lent() != 0 || loop.timers() != 0) throw new AssertionError("something was not given back");
    }

    private void stream(String id, byte[] input) {
        Connection c = world.connect(other, node);
        Caller caller = world.open(c, id).deaf(id.equals(Perf.ID)); // which may be asked for 2^64 bytes
        for (byte[] piece : Pieces.cut(input, Pieces.rng(input))) {
            caller.send(piece);
            world.settle();
        }
        caller.finish();
        world.settle();
        c.close(CloseReason.CANCELLED);
        stillAnswers();
    }

    private void negotiation(byte[] input) {
        RawPeer peer = new RawPeer(world, node).secure(Noise.create(crypto, Pieces.rng(input)), other);
        int flags = RawPeer.SYN;
        for (byte[] piece : Pieces.cut(input, Pieces.rng(input))) {
            peer.data(flags, 1, piece);
            flags = 0;
        }
        peer.hangUp();
        stillAnswers();
    }

    private static byte[] identifyAnswer() {
        World w = new World(new BouncyCastleCrypto());
        Caller caller = w.open(w.connect(w.node(), w.node(new Identify(), new Ping())), Identify.ID);
        w.settle();
        return caller.received();
    }

    private static void identifyAnswered(byte[] input) {
        World w = new World(new BouncyCastleCrypto());
        Protocol identify = new Identify();
        Swarm asks = w.node(identify);
        Swarm answers = w.node();
        answers.handle(Identify.ID, s -> new Caller().send(input).finish());
        w.settle();
        w.connect(asks, answers);
        w.advanceSeconds(60);
    }

    private static void dnsaddr(byte[] input) {
        World w = new World(new BouncyCastleCrypto()).resolver(new Resolver() {
            @Override
            public Cancellable addresses(String name, Loop home, Callback<? super List<byte[]>> done) {
                home.execute(() -> done.done(List.of(input), null));
                return Cancellable.NONE;
            }

            @Override
            public Cancellable texts(String name, Loop home, Callback<? super List<String>> done) {
                home.execute(() -> done.done(List.of(new String(input, StandardCharsets.UTF_8)), null));
                return Cancellable.NONE;
            }
        });
        Swarm dials = w.node();
        World.Result<Connection> made = new World.Result<>();
        dials.loop().execute(() -> dials.connect(Multiaddr.of("/dnsaddr/a.example"), made));
        w.advanceSeconds(60);
        if (!made.isDone()) throw new AssertionError("the dial never ends");
    }
}
