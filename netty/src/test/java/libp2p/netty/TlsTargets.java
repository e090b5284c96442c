package libp2p.netty;

import static libp2p.netty.NettyTargets.wire;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import libp2p.core.Buf;
import libp2p.core.Rng;
import libp2p.core.Violation;
import libp2p.core.identity.Der;
import libp2p.core.net.Role;
import libp2p.core.node.Swarm;
import libp2p.core.wire.yamux.Yamux;
import libp2p.multiformats.Multihash;
import libp2p.testkit.SecureEnd;
import libp2p.testkit.World;
import libp2p.testkit.fuzz.Mutator;
import libp2p.testkit.fuzz.Pieces;
import libp2p.testkit.fuzz.Target;

/** Certificates and what is in them, TLS records and handshakes: nobody is taken for whom he is not. */
final class TlsTargets {
    private static final long NOW = 1_790_000_000_000L; // in 2026
    private static final byte[] SIGNED = "signed".getBytes(StandardCharsets.US_ASCII);
    private static final int HANDSHAKES = 60; // some milliseconds each

    private final World world = new World(Certificates.CRYPTO).wired(new Yamux());
    private final Swarm node = world.node();
    private final Swarm other = world.node();

    private TlsTargets() {}

    static List<Target> all() {
        return List.of(
                wire("tls-certificate", certificates(), b -> PeerCertificate.of(b, Certificates.CRYPTO, NOW), (b, c) -> {
                    assertThat(c.id()).isEqualTo(new Certificates().id());
                    assertThat(c.securities()).hasSizeLessThanOrEqualTo(PeerCertificate.SECURITIES_MAX);
                }).rounds(1000),
                wire("tls-extensions", extensions(), TlsTargets::extended,
                        (b, c) -> assertThat(c.id()).isEqualTo(new Certificates().id())).rounds(400),
                wire("tls-extension", List.of(signedKey()), TlsTargets::vouched, (b, c) -> {
                    throw new AssertionError("taken for " + c.id());
                }).rounds(400),
                wire("tls-self-signature", selfSignatures(), TlsTargets::selfSigned, (b, good) -> {}).rounds(1000),
                wire("webtransport-certificate", List.of(new Certificates().make()), TlsTargets::pinned, (b, ok) -> {}),
                wire("tls-record", List.of(NettyTargets.hex("1703030010"), NettyTargets.hex("1603010200")), TlsTargets::recordSize,
                        (b, n) -> assertThat(n).isBetween(TlsBuffers.HEADER, TlsBuffers.HEADER + TlsBuffers.BODY_MAX)),
                new Target("tls-first", List.of(new byte[] {1}), HANDSHAKES, damaging(0)),
                new Target("tls-second", List.of(new byte[] {1}), HANDSHAKES, damaging(1)),
                new Target("tls-third", List.of(new byte[] {1}), HANDSHAKES, damaging(2)));
    }

    // ---- certificates

    private static List<byte[]> certificates() {
        List<byte[]> all = new ArrayList<>();
        for (Certificates.Algorithm a : Certificates.Algorithm.values()) {
            Certificates c = new Certificates();
            c.algorithm = a;
            c.critical = a == Certificates.Algorithm.P384;
            if (a == Certificates.Algorithm.ED25519) c.from = "250101000000Z";
            c.moreExtensions = a == Certificates.Algorithm.P521 ? PeerCertificate.telling(List.of("/tls/1.0.0", "/noise")) : new byte[0];
            all.add(c.make());
        }
        return all;
    }

    private static List<byte[]> extensions() {
        byte[] usage = Certificates.extension(new byte[] {0x55, 0x1d, 15}, true, Der.bitsOf(new byte[] {1}));
        byte[] unknown = Certificates.extension(new byte[] {0x55, 0x1d, 99}, false, new byte[] {1, 2, 3});
        byte[] telling = PeerCertificate.telling(List.of("/noise", "/tls/1.0.0"));
        return List.of(telling, usage, new Buf(256).put(unknown).put(telling).takeAll());
    }

    /** The input before the extension that counts, in a certificate that is right otherwise. */
    private static PeerCertificate extended(byte[] more) {
        Certificates c = new Certificates();
        c.moreExtensions = more;
        return PeerCertificate.of(c.make(), Certificates.CRYPTO, NOW);
    }

    private static byte[] signedKey() {
        Certificates c = new Certificates();
        byte[] signature = c.host.sign(Certificates.CRYPTO, PeerCertificate.signed(new byte[91]));
        byte[] key = c.host.publicKey(Certificates.CRYPTO).encode();
        return Der.sequenceOf(Der.octetsOf(key), Der.octetsOf(signature));
    }

    /** The input as the extension that counts: nobody has signed the certificate's key. */
    private static PeerCertificate vouched(byte[] value) {
        Certificates c = new Certificates();
        c.extension = false;
        c.moreExtensions = Certificates.extension(PeerCertificate.EXTENSION, false, value);
        return PeerCertificate.of(c.make(), Certificates.CRYPTO, NOW);
    }

    /** What certificates have of it: the algorithm, the key, the signature. */
    private static List<byte[]> selfSignatures() {
        List<byte[]> all = new ArrayList<>();
        for (byte[] whole : certificates()) {
            Der certificate = Der.of(whole).sequence();
            Der fields = certificate.sequence();
            for (int i = 0; i < 2; i++) fields.skip();
            byte[] algorithm = fields.whole();
            for (int i = 0; i < 3; i++) fields.skip();
            certificate.skip();
            all.add(Der.sequenceOf(algorithm, fields.whole(), Der.bitsOf(certificate.bits())));
        }
        return all;
    }

    private static boolean selfSigned(byte[] input) {
        Der all = Der.of(input).sequence();
        return SelfSignature.verify(Certificates.CRYPTO, all.whole(), all.whole(), SIGNED, all.bits());
    }

    /** Under the hash that it has, so that it is looked into. */
    private static boolean pinned(byte[] der) {
        Multihash hash = Multihash.of(Multihash.SHA2_256, Certificates.CRYPTO.sha256(der));
        PinnedCertificate.check(der, List.of(hash), Certificates.CRYPTO, NOW);
        return true;
    }

    // ---- records and handshakes

    private static int recordSize(byte[] b) {
        if (b.length < TlsBuffers.HEADER) throw new Violation("waits for more");
        return TlsSession.recordSize(new Buf(b));
    }

    private static Consumer<byte[]> damaging(int flight) {
        TlsTargets t = new TlsTargets();
        Tls ours = new Tls();
        Tls theirs = new Tls();
        return input -> t.handshake(ours, theirs, flight, Pieces.rng(input));
    }

    /** Damages one flight of a handshake that is otherwise real; the input decides how. */
    private void handshake(Tls ours, Tls theirs, int flight, Rng rng) {
        SecureEnd a = new SecureEnd(world, theirs, other, Role.INITIATOR, null, List.of("/m"), new byte[0]);
        SecureEnd b = new SecureEnd(world, ours, node, Role.RESPONDER, null, List.of("/m"), new byte[0]);
        a.step();
        b.step();
        for (int i = 0; i <= flight; i++) {
            SecureEnd from = i % 2 == 0 ? a : b;
            SecureEnd to = from == a ? b : a;
            byte[] good = from.takeOut();
            if (i < flight) to.receive(good);
            else for (byte[] piece : Pieces.cut(new Mutator(List.of(good), rng.nextLong()).next(), rng)) to.receive(piece);
        }
        for (SecureEnd end : List.of(a, b)) if (end.done()) end.session().dispose();
    }
}
