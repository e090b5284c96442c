package libp2p.interop.browsers;

import com.grack.nanojson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import libp2p.interop.lab.Conversation;
import libp2p.interop.lab.Conversation.Failure;
import libp2p.interop.lab.Features;
import libp2p.interop.lab.Peer;
import libp2p.interop.lab.PeerProcess;

/** One browser and one transport: a node of ours that listens, a page that dials it, and all features one after the other. */
final class Visit implements AutoCloseable {
    /** What all visits of a run have in common. */
    record Setting(Peer java, Path page, Path identity, Certificate wss, Path logs, long limitSeconds) {}

    /** Something the two do together; throws {@link Failure} if it does not come out as it must. */
    private interface Feature {
        void run(Visit v) throws IOException, InterruptedException;
    }

    private static final String WEBTRANSPORT = "webtransport";
    private static final String ROTATION = "rotation";
    private static final Map<String, Feature> FEATURES = new LinkedHashMap<>(); // in the order in which they are run

    static {
        FEATURES.put("dial", Visit::dial);
        FEATURES.put("identify", Visit::identify);
        FEATURES.put("ping", Visit::ping);
        FEATURES.put("echo", Visit::echo);
        FEATURES.put("reset", Visit::reset);
        FEATURES.put("reconnect", Visit::reconnect);
        FEATURES.put(ROTATION, Visit::rotation);
        FEATURES.put("restart", Visit::restart);
    }

    static final List<String> TRANSPORTS = List.of("ws", "wss", "webrtc-direct", WEBTRANSPORT);
    private static final int LATER_HOURS = 20 * 24;
    private static final int ROTATION_HOURS = 14 * 24 - 3; // for which our node shows a certificate to browsers
    private static final long ECHO_BYTES = 16L << 20;
    private static final List<String> RESETS = List.of("StreamResetError: ", "WebTransportError of the stream: "); // as the page tells them
    private static final List<String> SPOKEN = List.of("/ipfs/ping/1.0.0", "/ipfs/id/1.0.0", "/echo/1.0.0");

    private final Setting setting;
    private final Browser browser;
    private final Path program;
    private final String version;
    private final String transport;
    private PeerProcess node;
    private Page page;
    private String note = ""; // on what a feature found
    private String address; // that the node told when it started first

    Visit(Setting setting, Browser browser, Path program, String version, String transport) {
        this.setting = setting;
        this.browser = browser;
        this.program = program;
        this.version = version;
        this.transport = transport;
    }

    /** The features over a transport: in others than WebTransport, nothing rotates. */
    static List<String> featureNames(String transport) {
        List<String> all = new ArrayList<>(FEATURES.keySet());
        if (!transport.equals(WEBTRANSPORT)) all.remove(ROTATION);
        return all;
    }

    /** Tells the row of each feature. */
    void run(Consumer<Row> outcome) throws IOException, InterruptedException {
        String missing = "";
        for (String feature : featureNames(transport)) {
            long began = System.nanoTime();
            if (!missing.isEmpty()) {
                outcome.accept(row(feature, Row.Status.SKIP, 0, missing));
                continue;
            }
            try {
                if (page == null) start(0, List.of());
                limit();
                began = System.nanoTime();
                note = "";
                FEATURES.get(feature).run(this);
                outcome.accept(row(feature, Row.Status.PASS, millisSince(began), note));
            } catch (Failure e) {
                outcome.accept(row(feature, Row.Status.FAIL, millisSince(began), String.valueOf(e.getMessage())));
                if (feature.equals("dial")) missing = "there is no connection";
            } catch (Absent e) {
                outcome.accept(row(feature, Row.Status.SKIP, 0, String.valueOf(e.getMessage())));
            }
        }
    }

    private Row row(String feature, Row.Status status, long millis, String reason) {
        return new Row(browser.title(), version, transport, feature, status, millis, reason);
    }

    private static long millisSince(long began) {
        return (System.nanoTime() - began) / 1_000_000;
    }

    private void limit() {
        node.limit(setting.limitSeconds);
        page.limit(setting.limitSeconds);
    }

    /** Both of them, so many hours ahead of our time. */
    private void start(int hours, List<String> listen) throws IOException, InterruptedException {
        List<String> options = new ArrayList<>(List.of("--transport", transport, "--identity", setting.identity.toString(),
                "--certificate", setting.wss.file().toString()));
        for (String a : listen) options.addAll(List.of("--listen", a));
        String name = "browser-" + browser.title() + "-" + transport + "-";
        node = new PeerProcess(setting.java.within(Later.environment(hours)), options, setting.logs.resolve(name + "java.log"));
        int itsHours = browser.laterToo() ? hours : 0;
        page = new Page(browser, program, setting.page, setting.wss, port(node.address()), Later.environment(itsHours),
                setting.logs.resolve(name + "page.log"));
        check(Later.is(node.epochMillis(), hours), "our node is not " + hours + " hours ahead");
        check(Later.is(page.epochMillis(), itsHours), browser.title() + " is not " + itsHours + " hours ahead");
        if (hours == 0) address = node.address();
    }

    private static int port(String address) {
        return Integer.parseInt(address.split("/")[4]); // /ip4/127.0.0.1/tcp|udp/PORT
    }

    static void check(boolean good, String otherwise) {
        if (!good) throw new Failure(otherwise);
    }

    // ---- features

    private void dial() throws InterruptedException {
        connect(address);
    }

    private JsonObject connect(String to) throws InterruptedException {
        JsonObject dialled = page.tell("dial", "address", to);
        check(node.id().equals(dialled.getString("peerId")), "connected to " + dialled.getString("peerId"));
        check(to.equals(dialled.getString("address")), "connected at " + dialled.getString("address"));
        node.event("connected", e -> page.id().equals(e.getString("peer")));
        page.event("connected", e -> node.id().equals(e.getString("peer")));
        return dialled;
    }

    /** Each has what the other says of itself. */
    private void identify() throws InterruptedException {
        page.tell("close", "peer", node.id());
        node.event("disconnected", e -> page.id().equals(e.getString("peer")));
        connect(address);
        JsonObject seen = page.event("identified", e -> node.id().equals(e.getString("peer")));
        check(seen.getString("agentVersion", "").startsWith("java-libp2p/"), "our agent is " + seen.getString("agentVersion"));
        for (String p : SPOKEN) check(seen.getArray("protocols").contains(p), browser.title() + " was not told of " + p);
        String listened = address.substring(0, address.lastIndexOf("/p2p/"));
        check(seen.getArray("listenAddrs").contains(listened), "our addresses are " + seen.getArray("listenAddrs"));
        check(seen.getArray("signedPeerRecord") != null, "no signed record that is good");
        JsonObject told = node.tell("identify", "peer", page.id());
        check(told.getString("agentVersion", "").startsWith("js-libp2p/"), "its agent is " + told.getString("agentVersion"));
        for (String p : SPOKEN) check(told.getArray("protocols").contains(p), "we were not told of " + p);
    }

    private void ping() throws InterruptedException {
        page.tell("ping", "peer", node.id());
        node.tell("ping", "peer", page.id());
    }

    /** Both ways, and each time both sides have the hash of all bytes. */
    private void echo() throws InterruptedException {
        echo(page, browser.title(), page.id(), node, "our node", node.id());
        echo(node, "our node", node.id(), page, browser.title(), page.id());
    }

    private static void echo(Conversation asks, String asksName, String asksId, Conversation answers, String answersName, String answersId)
            throws InterruptedException {
        JsonObject echo = asks.tell("echo", "peer", answersId, "bytes", ECHO_BYTES, "seed", Features.SEED);
        String hash = Features.hash(ECHO_BYTES);
        check(hash.equals(echo.getString("sentSha256")), asksName + " sent other bytes than those of the seed");
        check(echo.getLong("receivedBytes") == ECHO_BYTES, asksName + " got back " + echo.getLong("receivedBytes") + " bytes");
        check(hash.equals(echo.getString("receivedSha256")), asksName + " got back other bytes");
        JsonObject echoed = answers.event("echoed", e -> asksId.equals(e.getString("peer")));
        check(!echoed.has("error"), answersName + " did not see the end of the stream: " + echoed.getString("error"));
        check(echoed.getLong("bytes") == ECHO_BYTES && hash.equals(echoed.getString("sha256")), answersName + " echoed other bytes");
    }

    /** Both ways: who is not reset sees that it is, and the connection stays. */
    private void reset() throws InterruptedException {
        page.tell("reset", "peer", node.id());
        JsonObject seen = node.event("echoed", e -> page.id().equals(e.getString("peer")));
        check(seen.getString("error", "").contains("PEER_RESET"), "our node saw no reset: " + seen.getString("error"));
        node.tell("reset", "peer", page.id());
        seen = page.event("echoed", e -> node.id().equals(e.getString("peer")));
        String error = seen.getString("error", "");
        check(RESETS.stream().anyMatch(error::startsWith), browser.title() + " saw no reset: " + error);
        ping();
    }

    /** At the same address, after a farewell. */
    private void reconnect() throws InterruptedException {
        page.tell("close", "peer", node.id());
        node.event("disconnected", e -> page.id().equals(e.getString("peer")));
        connect(address);
        ping();
    }

    /** Both end; when they begin again, the certificate is shown that the address of before names second. */
    private void rotation() throws IOException, InterruptedException {
        later(ROTATION_HOURS);
        String shown = hashes(node.address()).get(0);
        check(hashes(address).indexOf(shown) == 1, "shown is " + shown + ", named before were " + hashes(address));
        connect(address);
        ping();
    }

    /**
     * Both end; 20 days later the node begins again with the same key and port, and the address of before leads there. With WebTransport it
     * does if it names the certificate that is shown then; else it leads nowhere, and the page dials what the node tells now.
     */
    private void restart() throws IOException, InterruptedException {
        later(LATER_HOURS);
        String now = node.address();
        boolean changes = transport.equals(WEBTRANSPORT);
        check(changes || address.equals(now), "the address has changed from " + address + " to " + now);
        boolean expired = expired(address, now);
        if (expired) check(page.refuses("dial", "address", address), "a certificate was taken that the address does not name");
        connect(expired ? now : address);
        ping();
        note = expired ? "the old address had expired and was refused, the new one was dialled" : "the old address was dialled";
    }

    /** Whether an address names certificates, and not the one that is shown by who has the other address now. */
    static boolean expired(String address, String now) {
        return !hashes(now).isEmpty() && !hashes(address).contains(hashes(now).get(0));
    }

    private void later(int hours) throws IOException, InterruptedException {
        if (Later.library() == null) throw new Absent(Later.MISSING);
        if (transport.equals(WEBTRANSPORT) && !browser.laterToo()) throw new Absent(browser.title() + " cannot be ahead of its time");
        close();
        start(hours, List.of(unproved(address)));
        limit();
    }

    /** The certificates that the address names. */
    static List<String> hashes(String address) {
        List<String> parts = List.of(address.split("/"));
        List<String> all = new ArrayList<>();
        for (int i = 1; i < parts.size(); i++) if (parts.get(i - 1).equals("certhash")) all.add(parts.get(i));
        return all;
    }

    /** The address without what it says of certificates and peers: what to listen on. */
    static String unproved(String address) {
        int end = address.length();
        for (String part : List.of("/certhash/", "/p2p/")) {
            int at = address.indexOf(part);
            if (at >= 0) end = Math.min(end, at);
        }
        return address.substring(0, end);
    }

    @Override
    public void close() throws IOException {
        if (page != null) page.close();
        if (node != null) node.close();
        page = null;
        node = null;
    }

    /** What this machine lacks for a row. */
    private static final class Absent extends RuntimeException {
        private static final long serialVersionUID = 1;

        Absent(String what) {
            super(what, null, false, false);
        }
    }
}
