package libp2p.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import libp2p.bouncycastle.BouncyCastleCrypto;
import libp2p.core.Crypto;
import libp2p.core.Rng;
import libp2p.core.Violation;
import libp2p.core.identity.Envelope;
import libp2p.core.identity.KeyType;
import libp2p.core.identity.LocalIdentity;
import libp2p.core.identity.PeerId;
import libp2p.core.identity.PeerRecord;
import libp2p.core.identity.PrivateKey;
import libp2p.core.identity.PublicKey;
import libp2p.core.proto.ProtoReader;
import libp2p.multiformats.Base;
import libp2p.multiformats.Base58;
import libp2p.multiformats.Cid;
import libp2p.multiformats.FormatException;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Multibase;
import libp2p.multiformats.Multihash;
import libp2p.multiformats.Varint;
import libp2p.testkit.TestLoop;
import libp2p.testkit.World;
import libp2p.testkit.fuzz.Fuzzing;
import libp2p.testkit.fuzz.Target;

/** All parsers of bytes and texts that strangers send: what is taken is written as it came, or as what means the same. */
final class ParserTargets {
    private static final Crypto CRYPTO = new BouncyCastleCrypto();
    private static final List<PrivateKey> KEYS = keys();

    private ParserTargets() {}

    static List<Target> all() {
        List<Target> all = new ArrayList<>(List.of(
                format("varint", seeds("00", "7f", "8001", "ffff03", "ffffffffffffffff7f"),
                        b -> Varint.read(b, 0, b.length), (b, v) -> same(Varint.encode(v), Arrays.copyOf(b, Varint.size(v)))),
                format("multihash", List.of(hash().bytes(), Multihash.of(Multihash.IDENTITY, new byte[] {1, 2}).bytes()),
                        Multihash::parse, (b, h) -> same(h.bytes(), b)),
                format("cid", List.of(Cid.v0(hash()).bytes(), Cid.v1(0x70, hash()).bytes()), Cid::parse, (b, c) -> {
                    same(c.bytes(), b);
                    equal(Cid.parse(c.toString()), c);
                }),
                format("cid-text", texts(Cid.v0(hash()).toString(), Cid.v1(0x72, hash()).toString()), b -> Cid.parse(text(b)), (b,
                        c) -> equal(Cid.parse(c.bytes()), c)),
                format("multibase", texts("zUXE7GvtEk8XTXs1GF8HSGbVA9FCX9SEBPe", "f00ff", "mAAECAw", "uAAEC", "bmfrgg", "Z3f", "k2p",
                        "7071", "0101"),
                        b -> Multibase.decode(text(b)), (b, v) -> same(Multibase.decode(Multibase.encode(Base.BASE64_URL, v)), v)),
                format("base58", texts("12D3KooW", "1112z"), b -> Base58.decode(text(b)), (b, v) -> equal(Base58.encode(v), text(b))),
                format("multiaddr", addresses(true), Multiaddr::of, (b, a) -> equal(Multiaddr.of(a.toString()), a)),
                format("multiaddr-text", addresses(false), b -> Multiaddr.of(text(b)), (b, a) -> equal(Multiaddr.of(a.bytes()), a)),
                format("peer-id", ids(true), PeerId::of, (b, id) -> same(id.bytes(), b)),
                format("peer-id-text", ids(false), b -> PeerId.of(text(b)), (b, id) -> {
                    equal(PeerId.of(id.toString()), id);
                    equal(PeerId.of(id.toCid()), id);
                }),
                wire("peer-id-wire", ids(true), PeerId::decode, (b, id) -> same(id.bytes(), b)),
                wire("protobuf", messages(), ParserTargets::walk, (b, n) -> {}),
                wire("public-key", each(k -> k.publicKey(CRYPTO).encode()), PublicKey::decode,
                        (b, k) -> same(k.encode(), b[0] == 0x12 ? typed(b) : b)),
                wire("private-key", each(PrivateKey::encode), PrivateKey::decode, (b, k) -> same(PrivateKey.decode(k.encode()).data(),
                        k.data())),
                wire("pkcs8", each(PrivateKey::toPkcs8), b -> PrivateKey.ofPkcs8(b, CRYPTO), (b,
                        k) -> equal(PrivateKey.decode(k.encode()).type(), k.type())).rounds(400),
                wire("envelope", List.of(envelope().encode()), Envelope::decode, (b, e) -> {
                    Envelope again = Envelope.decode(e.encode());
                    equal(again.key(), e.key());
                    same(again.payload(), e.payload());
                }),
                wire("signed-record", List.of(envelope().encode()), b -> PeerRecord.open(Envelope.decode(b), CRYPTO), (b,
                        r) -> equal(r.peer(), record().peer())).rounds(300),
                wire("peer-record", List.of(record().encode()), PeerRecord::decode, (b, r) -> equal(PeerRecord.decode(r.encode()), r)),
                wire("signature", each(k -> k.sign(CRYPTO, new byte[] {7})), ParserTargets::verifyAll, (b, n) -> {}).rounds(200)));
        return all;
    }

    /** An RSA key that came without its type, as py-libp2p writes it in peer records. */
    private static byte[] typed(byte[] key) {
        byte[] whole = new byte[key.length + 2];
        whole[0] = 0x08;
        System.arraycopy(key, 0, whole, 2, key.length);
        return whole;
    }

    private static <T> Target format(String name, List<byte[]> seeds, Function<byte[], T> parse, BiConsumer<byte[], T> holds) {
        return Target.parser(name, seeds, FormatException.class, parse, holds);
    }

    private static <T> Target wire(String name, List<byte[]> seeds, Function<byte[], T> parse, BiConsumer<byte[], T> holds) {
        return Target.parser(name, seeds, Violation.class, parse, holds);
    }

    private static void same(byte[] a, byte[] b) {
        if (!Arrays.equals(a, b)) throw new AssertionError("written as " + Arrays.toString(a) + ", came as " + Arrays.toString(b));
    }

    private static void equal(Object a, Object b) {
        if (!a.equals(b)) throw new AssertionError(a + " is not " + b);
    }

    private static String text(byte[] b) {
        return new String(b, StandardCharsets.UTF_8);
    }

    // ---- what is damaged

    private static List<byte[]> texts(String... all) {
        List<byte[]> seeds = new ArrayList<>();
        for (String t : all) seeds.add(t.getBytes(StandardCharsets.UTF_8));
        return seeds;
    }

    private static List<byte[]> seeds(String... hex) {
        List<byte[]> seeds = new ArrayList<>();
        for (String h : hex) seeds.add(Fuzzing.bytes(h));
        return seeds;
    }

    private static Multihash hash() {
        return Multihash.of(Multihash.SHA2_256, new byte[32]);
    }

    private static List<byte[]> addresses(boolean binary) {
        String id = first().toString();
        List<byte[]> seeds = new ArrayList<>();
        for (String a : List.of(
                "/ip4/1.2.3.4/tcp/80/p2p/" + id, "/ip6zone/eth0/ip6/fe80::1/udp/4001/quic-v1",
                        "/dns4/a.example/tcp/443/tls/sni/b.example/ws",
                "/dnsaddr/bootstrap.example", "/unix/a%2Fb", "/memory/x", "/ip4/1.2.3.4/udp/1/quic-v1/p2p/" + id + "/p2p-circuit",
                "/onion3/vww6ybal4bd7szmgncyruucpgfkqahzddi37ktceo3ah7ngmcopnpyyd:1234")) {
            seeds.add(binary ? Multiaddr.of(a).bytes() : a.getBytes(StandardCharsets.UTF_8));
        }
        return seeds;
    }

    private static List<PrivateKey> keys() {
        List<PrivateKey> keys = new ArrayList<>();
        for (KeyType t : KeyType.values()) keys.add(PrivateKey.generate(t, CRYPTO, Rng.seeded(t.ordinal())));
        return keys;
    }

    private static List<byte[]> each(Function<PrivateKey, byte[]> what) {
        List<byte[]> seeds = new ArrayList<>();
        for (PrivateKey k : KEYS) seeds.add(what.apply(k));
        return seeds;
    }

    private static List<byte[]> ids(boolean binary) {
        return each(k -> {
            PeerId id = PeerId.of(k.publicKey(CRYPTO), CRYPTO);
            return binary ? id.bytes() : id.toString().getBytes(StandardCharsets.UTF_8);
        });
    }

    private static PeerId first() {
        return PeerId.of(KEYS.get(0).publicKey(CRYPTO), CRYPTO);
    }

    private static PeerRecord record() {
        return new PeerRecord(first(), 1234567, List.of(Multiaddr.of("/ip4/1.2.3.4/tcp/80"), Multiaddr.of("/memory/x")));
    }

    private static Envelope envelope() {
        TestLoop loop = TestLoop.alone();
        World.Result<Envelope> sealed = new World.Result<>();
        record().seal(new LocalIdentity(KEYS.get(0), CRYPTO), loop, sealed);
        loop.advance(0);
        return sealed.value();
    }

    private static List<byte[]> messages() {
        return List.of(envelope().encode(), record().encode(), KEYS.get(0).encode());
    }

    /** Reads all fields, each as whatever it is, and what may be messages once more. */
    private static int walk(byte[] message) {
        ProtoReader in = new ProtoReader(message);
        int fields = 0;
        for (int field = in.next(); field != 0; field = in.next()) {
            fields++;
            if (in.wireType() == ProtoReader.BYTES && field % 2 == 0) in.bytes(1 << 16);
            else if (in.wireType() == ProtoReader.BYTES && field % 3 == 0) in.string(1 << 16);
            else in.skip();
        }
        return fields;
    }

    private static int verifyAll(byte[] signature) {
        int good = 0;
        for (PrivateKey k : KEYS) if (k.publicKey(CRYPTO).verify(CRYPTO, new byte[] {7}, signature)) good++;
        return good;
    }
}
