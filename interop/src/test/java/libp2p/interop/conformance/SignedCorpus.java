package libp2p.interop.conformance;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonWriter;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import libp2p.core.Rng;
import libp2p.core.identity.Envelope;
import libp2p.core.identity.KeyType;
import libp2p.core.identity.LocalIdentity;
import libp2p.core.identity.PeerId;
import libp2p.core.identity.PeerRecord;
import libp2p.core.identity.PrivateKey;
import libp2p.core.proto.ProtoWriter;
import libp2p.jvm.JvmCrypto;
import libp2p.multiformats.Multiaddr;
import libp2p.testkit.TestLoop;
import libp2p.testkit.World;

/** Makes envelope.json and noise-payload.json anew, with new keys: a program, to be run by hand. */
public final class SignedCorpus {
    private static final String DOMAIN = "libp2p-peer-record";
    private static final byte[] TYPE = {3, 1};
    private static final String DOMAIN_RFC = "libp2p-routing-state";
    private static final byte[] TYPE_RFC = ascii("/libp2p/routing-state-record");
    private static final long SEQ = 0x8000000000000001L;
    private static final List<String> ADDRESSES = List.of("/ip4/203.0.113.7/tcp/4001", "/dns4/example.org/tcp/443/tls/ws");

    private final JvmCrypto crypto = JvmCrypto.create();
    private final TestLoop loop = TestLoop.alone();
    private final Map<KeyType, LocalIdentity> identities = new LinkedHashMap<>();

    private SignedCorpus() {
        SecureRandom secure = new SecureRandom();
        Rng random = Rng.of(secure::nextBytes);
        for (KeyType t : KeyType.values()) identities.put(t, new LocalIdentity(new PrivateKey(t, crypto.generate(t, 2048, random)),
                crypto));
    }

    /** Writes both files. */
    public static void main(String[] arguments) throws IOException {
        SignedCorpus corpus = new SignedCorpus();
        write("envelope", "Signed peer records, and whether they are to be taken. See README.md.", corpus.envelopes());
        write("noise-payload", "Payloads of the Noise handshake, and whether they are to be taken. See README.md.", corpus.payloads());
    }

    private static void write(String name, String about, List<JsonObject> cases) throws IOException {
        try (PrintStream out = new PrintStream(Corpus.folder().resolve(name + ".json").toFile(), StandardCharsets.UTF_8)) {
            out.print("{\"about\": " + JsonWriter.string(about) + ",\n \"cases\": [\n");
            String separator = "";
            for (JsonObject c : cases) {
                out.print(separator + "  " + JsonWriter.string(c));
                separator = ",\n";
            }
            out.print("\n]}\n");
        }
    }

    private static byte[] ascii(String s) {
        return s.getBytes(StandardCharsets.US_ASCII);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static String name(KeyType type) {
        return type.name().toLowerCase(Locale.ROOT);
    }

    // ---- envelopes

    private List<JsonObject> envelopes() {
        List<JsonObject> all = new ArrayList<>();
        for (KeyType t : identities.keySet()) {
            LocalIdentity who = identities.get(t);
            all.add(envelope("in the form of go, js and nim, " + name(t), who, true, sealed(who, DOMAIN, TYPE, record(who))));
            all.add(envelope("in the form of RFC 0003 and rust, " + name(t), who, true, sealed(who, DOMAIN_RFC, TYPE_RFC, record(who))));
        }
        LocalIdentity who = identities.get(KeyType.ED25519);
        LocalIdentity other = identities.get(KeyType.SECP256K1);
        byte[] good = sealed(who, DOMAIN, TYPE, record(who));
        byte[] changed = Arrays.copyOf(good, good.length);
        changed[changed.length - 1] ^= 1;
        all.add(envelope("one bit of the signature changed", who, false, changed));
        all.add(envelope("signed for the other domain", who, false, sealed(who, DOMAIN_RFC, TYPE, record(who))));
        all.add(envelope("the other type", who, false, sealed(who, DOMAIN, TYPE_RFC, record(who))));
        all.add(envelope("of a type that is no peer record", who, false, sealed(who, DOMAIN, new byte[] {3, 2}, record(who))));
        all.add(envelope("signed by another peer than it is about", who, false, sealed(other, DOMAIN, TYPE, record(who))));
        all.add(envelope("cut off", who, false, Arrays.copyOf(good, good.length - 10)));
        all.add(envelope("without a payload", who, false, sealed(who, DOMAIN, TYPE, new byte[0])));
        all.add(envelope("nothing", who, false, new byte[0]));
        return all;
    }

    private static byte[] record(LocalIdentity who) {
        return new PeerRecord(who.id(), SEQ, ADDRESSES.stream().map(Multiaddr::of).toList()).encode();
    }

    private byte[] sealed(LocalIdentity signer, String domain, byte[] type, byte[] payload) {
        World.Result<Envelope> result = new World.Result<>();
        Envelope.seal(signer, domain, type, payload, loop, result);
        loop.settle();
        return result.value().encode();
    }

    private static JsonObject envelope(String name, LocalIdentity who, boolean valid, byte[] bytes) {
        JsonObject c = new JsonObject();
        c.put("name", name);
        c.put("valid", valid);
        if (valid) {
            c.put("key", name(who.publicKey().type()));
            c.put("peer", who.id().toString());
            c.put("seq", Long.toUnsignedString(SEQ));
            c.put("addresses", ADDRESSES);
        }
        c.put("envelope", hex(bytes));
        return c;
    }

    // ---- Noise payloads

    private List<JsonObject> payloads() {
        byte[] point = crypto.x25519PublicKey(scalar(1));
        List<JsonObject> all = new ArrayList<>();
        for (KeyType t : identities.keySet()) all.add(good(name(t), t, point, List.of(), List.of(), new byte[0]));
        KeyType ed = KeyType.ED25519;
        List<String> muxers = List.of("/yamux/1.0.0", "/mplex/6.7.0");
        List<byte[]> hashes = List.of(concat(new byte[] {0x12, 0x20}, crypto.sha256(ascii("one"))), concat(new byte[] {0x12, 0x20},
                crypto.sha256(ascii("two"))));
        all.add(good("with early muxers, extension 2", ed, point, muxers, List.of(), new byte[0]));
        all.add(good("with WebTransport's certificate hashes, extension 1", ed, point, List.of(), hashes, new byte[0]));
        all.add(good("with both", ed, point, muxers, hashes, new byte[0]));
        all.add(good("with an unknown field", ed, point, muxers, List.of(), new ProtoWriter().bytes(77, ascii("new")).toBytes()));
        all.add(good("with the field 3 of old, which is not read", ed, point, List.of(), List.of(), new ProtoWriter().bytes(3,
                ascii("data")).toBytes()));
        LocalIdentity who = identities.get(ed);
        byte[] key = who.publicKey().encode();
        byte[] other = crypto.x25519PublicKey(scalar(2));
        all.add(bad("signed for another static key", point, payload(key, signature(who, signed(other)))));
        all.add(bad("signed without the prefix noise-libp2p-static-key:", point, payload(key, signature(who, point))));
        all.add(bad("signed by another key", point, payload(key, signature(identities.get(KeyType.SECP256K1), signed(point)))));
        all.add(bad("without a signature", point, new ProtoWriter().bytes(1, key).toBytes()));
        all.add(bad("without a key", point, new ProtoWriter().bytes(2, signature(who, signed(point))).toBytes()));
        byte[] odd = concat(new byte[] {8, 9}, Arrays.copyOfRange(key, 2, key.length));
        all.add(bad("of a key type that there is not", point, payload(odd, signature(who, signed(point)))));
        all.add(bad("nothing", point, new byte[0]));
        return all;
    }

    private static byte[] scalar(int fill) {
        byte[] s = new byte[32];
        Arrays.fill(s, (byte) fill);
        return s;
    }

    private static byte[] concat(byte[] a, byte[] b) {
        byte[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }

    private static byte[] signed(byte[] point) {
        return concat(ascii("noise-libp2p-static-key:"), point);
    }

    private byte[] signature(LocalIdentity who, byte[] message) {
        World.Result<byte[]> result = new World.Result<>();
        who.sign(message, loop, result);
        loop.settle();
        return result.value();
    }

    private static byte[] payload(byte[] key, byte[] signature) {
        return new ProtoWriter().bytes(1, key).bytes(2, signature).toBytes();
    }

    private JsonObject good(String name, KeyType type, byte[] point, List<String> muxers, List<byte[]> hashes, byte[] more) {
        LocalIdentity who = identities.get(type);
        ProtoWriter extensions = new ProtoWriter();
        for (byte[] h : hashes) extensions.bytes(1, h);
        for (String m : muxers) extensions.string(2, m);
        byte[] all = concat(payload(who.publicKey().encode(), signature(who, signed(point))), more);
        if (!muxers.isEmpty() || !hashes.isEmpty()) all = concat(all, new ProtoWriter().message(4, extensions).toBytes());
        JsonObject c = payload(name, point, true, all);
        c.put("peer", PeerId.of(who.publicKey(), crypto).toString());
        c.put("muxers", muxers);
        c.put("certhashes", hashes.stream().map(SignedCorpus::hex).toList());
        return c;
    }

    private static JsonObject bad(String name, byte[] point, byte[] bytes) {
        return payload(name, point, false, bytes);
    }

    private static JsonObject payload(String name, byte[] point, boolean valid, byte[] bytes) {
        JsonObject c = new JsonObject();
        c.put("name", name);
        c.put("valid", valid);
        c.put("static", hex(point));
        c.put("payload", hex(bytes));
        return c;
    }
}
