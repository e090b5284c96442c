package libp2p.interop.lab;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import libp2p.interop.lab.Conversation.Failure;

/** What two peers are asked to do with each other, by feature; the dialer plays the client. A new feature is a method and a line. */
public final class Features {
    /** One feature between two peers; throws {@link Failure} if it does not go as it must. */
    interface Feature {
        void run(PeerProcess dialer, PeerProcess listener, Combination with) throws InterruptedException;
    }

    private static final long MIB = 1L << 20;
    private static final long ECHO_BYTES = 64 * MIB;
    private static final long PERF_BYTES = 16 * MIB;
    /** Of the bytes of an echo. */
    public static final int SEED = 7;
    private static final int MESSAGES = 20;
    private static final int LARGE_MESSAGE = 100_000;
    private static final String SOMEONE = "12D3KooWM6CgA9iBFZmcYAHA6A2qvbAxqfkmrYiRQuz3XEsk4Ksv"; // of specs/tls/tls.md

    private final Map<String, Feature> all = new LinkedHashMap<>();
    private final Map<Long, String> hashes = new ConcurrentHashMap<>();
    private final AtomicInteger pushed = new AtomicInteger();

    Features() {
        all.put("transport", this::transport);
        all.put("identify", this::identify);
        all.put("echo", this::echo);
        all.put("perf", this::perf);
        all.put("gossip", this::gossip);
    }

    /** In the order in which they are run. */
    List<String> names() {
        return Collections.unmodifiableList(new ArrayList<>(all.keySet()));
    }

    Feature named(String name) {
        return all.get(name);
    }

    private static void check(boolean good, String otherwise) {
        if (!good) throw new Failure(otherwise);
    }

    /** Both see the connection; who dialled says what it was made with. */
    static void connect(PeerProcess dialer, PeerProcess listener, Combination with) throws InterruptedException {
        JsonObject dialled = dialer.tell("dial", "address", listener.address());
        check(listener.id().equals(dialled.getString("peerId")), "dialled " + listener.id() + " and got " + dialled.getString("peerId"));
        if (!with.muxer().isEmpty()) {
            check(dialled.getString("muxer", "").startsWith("/" + with.muxer()), "the muxer is " + dialled.getString("muxer"));
            check(dialled.getString("security", "").contains(with.security()), "the security is " + dialled.getString("security"));
        }
    }

    /** A new connection, a ping each way, and an end that both see; before that, whoever is not the one that was dialled is refused. */
    private void transport(PeerProcess dialer, PeerProcess listener, Combination with) throws InterruptedException {
        String other = listener.address().replace(listener.id(), SOMEONE);
        check(dialer.refuses("dial", "address", other), dialer.peer().name() + " takes " + listener.id() + " for " + SOMEONE);
        connect(dialer, listener, with);
        listener.event("connected", e -> dialer.id().equals(e.getString("peer")));
        check(dialer.tell("ping", "peer", listener.id()).has("millis"), "a ping without its time");
        check(listener.tell("ping", "peer", dialer.id()).has("millis"), "a ping without its time");
        dialer.tell("close", "peer", listener.id());
        dialer.event("disconnected", e -> listener.id().equals(e.getString("peer")));
        listener.event("disconnected", e -> dialer.id().equals(e.getString("peer")));
    }

    /** Each knows what the other is, by a record that the other signed, and hears of what changes. */
    private void identify(PeerProcess dialer, PeerProcess listener, Combination with) throws InterruptedException {
        connect(dialer, listener, with);
        identified(dialer, listener, with);
        identified(listener, dialer, with);
        try {
            push(dialer, listener);
        } catch (Failure e) {
            throw new Failure("push: " + e.getMessage());
        }
    }

    private static void identified(PeerProcess asks, PeerProcess told, Combination with) throws InterruptedException {
        JsonObject i = asks.tell("identify", "peer", told.id());
        String what = "what " + asks.peer().name() + " knows of " + told.peer().name() + ": ";
        check(!i.getString("agentVersion", "").isEmpty(), what + "no agent");
        check(with.key().equals(i.getString("publicKey")), what + "its key is " + i.getString("publicKey"));
        List<String> protocols = strings(i.getArray("protocols"));
        check(protocols.containsAll(List.of("/ipfs/id/1.0.0", "/ipfs/ping/1.0.0")), what + "protocols are " + protocols);
        check(names(i.getArray("listenAddrs"), told), what + "it listens on " + i.getArray("listenAddrs"));
        check(i.getString("observedAddr", "").startsWith("/ip4/127.0.0.1/"), what + "it sees us as " + i.getString("observedAddr"));
        JsonObject record = i.getObject("signedPeerRecord");
        check(record != null, what + "no signed record");
        check(record.getBoolean("verified", false), what + "the signed record is not good: " + record.getString("error"));
        check(told.id().equals(record.getString("peerId")), what + "the signed record is of " + record.getString("peerId"));
        check(names(record.getArray("addresses"), told), what + "the signed record has " + record.getArray("addresses"));
    }

    private static List<String> strings(JsonArray array) {
        List<String> all = new ArrayList<>();
        if (array != null) for (Object o : array) all.add(String.valueOf(o));
        return all;
    }

    private static String withoutPeer(String address) {
        int at = address.indexOf("/p2p/");
        return at < 0 ? address : address.substring(0, at);
    }

    /** Whether the peer's own address is among them, with or without its name. */
    private static boolean names(JsonArray addresses, PeerProcess peer) {
        return strings(addresses).stream().map(Features::withoutPeer).toList().contains(withoutPeer(peer.address()));
    }

    /** As many as the slower of the two bears. */
    private static long bytes(long most, PeerProcess one, PeerProcess other) {
        return Math.min(one.peer().note("echoBytesMax", most), other.peer().note("echoBytesMax", most));
    }

    /** A protocol that comes and goes on either side is seen on the other. */
    private void push(PeerProcess dialer, PeerProcess listener) throws InterruptedException {
        String ours = "/lab/" + pushed.incrementAndGet();
        String theirs = "/lab/" + pushed.incrementAndGet();
        dialer.tell("handle", "protocol", ours);
        listener.tell("handle", "protocol", theirs);
        listener.tell("awaitProtocol", "peer", dialer.id(), "protocol", ours, "present", true);
        dialer.tell("awaitProtocol", "peer", listener.id(), "protocol", theirs, "present", true);
        dialer.tell("unhandle", "protocol", ours);
        listener.tell("unhandle", "protocol", theirs);
        listener.tell("awaitProtocol", "peer", dialer.id(), "protocol", ours, "present", false);
        dialer.tell("awaitProtocol", "peer", listener.id(), "protocol", theirs, "present", false);
    }

    /** What was meant to be sent, was sent, was received there, and came back, is one. */
    private void echo(PeerProcess dialer, PeerProcess listener, Combination with) throws InterruptedException {
        long bytes = bytes(ECHO_BYTES, dialer, listener);
        connect(dialer, listener, with);
        JsonObject echo = dialer.tell("echo", "peer", listener.id(), "bytes", bytes, "seed", SEED);
        check(echo.getLong("receivedBytes") == bytes, "sent " + bytes + " bytes, got back " + echo.getLong("receivedBytes"));
        String hash = hashes.computeIfAbsent(bytes, Features::hash);
        check(hash.equals(echo.getString("sentSha256")), dialer.peer().name() + " sent other bytes than those of the seed");
        check(hash.equals(echo.getString("receivedSha256")), "other bytes came back");
        JsonObject echoed = listener.event("echoed", e -> dialer.id().equals(e.getString("peer")));
        check(!echoed.has("error"), listener.peer().name() + " did not see the end of the stream: " + echoed.getString("error"));
        check(echoed.getLong("bytes") == bytes && hash.equals(echoed.getString("sha256")), listener.peer().name() + " echoed other bytes");
    }

    /** The hash of the seed's bytes, computed here: AES-256-CTR, key = SHA-256 of the seed's decimal text. */
    public static String hash(long bytes) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            byte[] key = sha.digest(Integer.toString(SEED).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            Cipher aes = Cipher.getInstance("AES/CTR/NoPadding");
            aes.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new IvParameterSpec(new byte[16]));
            byte[] zeros = new byte[65536];
            for (long left = bytes; left > 0; left -= zeros.length) sha.update(aes.update(zeros, 0, (int) Math.min(left, zeros.length)));
            return HexFormat.of().formatHex(sha.digest());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private void perf(PeerProcess dialer, PeerProcess listener, Combination with) throws InterruptedException {
        long bytes = bytes(PERF_BYTES, dialer, listener);
        connect(dialer, listener, with);
        for (long[] upDown : new long[][] {{0, 0}, {1, 1}, {bytes, 0}, {0, bytes}, {bytes, bytes}}) {
            JsonObject r = dialer.tell("perf", "peer", listener.id(), "upload", upDown[0], "download", upDown[1]);
            check(r.getLong("uploadBytes") == upDown[0], "uploaded " + r.getLong("uploadBytes") + " of " + upDown[0] + " bytes");
            check(r.getLong("downloadBytes") == upDown[1], "downloaded " + r.getLong("downloadBytes") + " of " + upDown[1] + " bytes");
        }
    }

    /** Both join a topic and are in each other's meshes; each message of either is heard by the other, once, and from its author. */
    private void gossip(PeerProcess dialer, PeerProcess listener, Combination with) throws InterruptedException {
        connect(dialer, listener, with);
        String topic = "lab " + pushed.incrementAndGet();
        dialer.tell("subscribe", "topic", topic);
        listener.tell("subscribe", "topic", topic);
        dialer.tell("awaitMesh", "topic", topic, "peer", listener.id());
        listener.tell("awaitMesh", "topic", topic, "peer", dialer.id());
        spread(dialer, listener, topic);
        spread(listener, dialer, topic);
        dialer.tell("unsubscribe", "topic", topic);
        listener.tell("unsubscribe", "topic", topic);
    }

    private static void spread(PeerProcess from, PeerProcess to, String topic) throws InterruptedException {
        List<String> said = new ArrayList<>();
        for (int i = 0; i < MESSAGES; i++) {
            byte[] data = new byte[i == 0 ? LARGE_MESSAGE : 10 * i];
            for (int at = 0; at < data.length; at++) data[at] = (byte) (at + i + from.id().hashCode());
            said.add(HexFormat.of().formatHex(data));
            from.tell("publish", "topic", topic, "data", said.get(i));
        }
        List<String> heard = new ArrayList<>();
        while (heard.size() < said.size()) {
            JsonObject m = to.event("message", e -> topic.equals(e.getString("topic")));
            check(from.id().equals(m.getString("from")), "a message of " + m.getString("from"));
            check(!heard.contains(m.getString("data")), "a message came twice");
            heard.add(m.getString("data"));
        }
        check(heard.containsAll(said), to.peer().name() + " heard other messages than " + from.peer().name() + " published");
    }
}
