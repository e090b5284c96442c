package libp2p.interop.peer;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Connection;
import libp2p.core.net.Dial;
import libp2p.core.net.OpenOptions;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.core.node.Identified;
import libp2p.interop.peer.JavaPeer.Lines;
import libp2p.jvm.Host;
import libp2p.jvm.P2pException;
import libp2p.multiformats.Multiaddr;
import libp2p.perf.Perf;

/** The commands; each runs on a thread of its own, which is interrupted when its time is up. */
final class Commands {
    private static final long TIMEOUT_MILLIS = 30_000;

    /** One command: what it was told, and the fields of its answer. */
    private interface Command {
        Map<String, Object> run(JsonObject told) throws Exception;
    }

    private final Host host;
    private final Parts parts;
    private final Identities identities;
    private final Lines lines;
    private final Bench bench;
    private final ExecutorService threads = Executors.newCachedThreadPool(Commands::daemon);
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(Commands::daemon);
    private final Map<String, AutoCloseable> handled = new java.util.concurrent.ConcurrentHashMap<>();
    private final Map<String, Command> table;

    Commands(Host host, Parts parts, Identities identities, Lines lines) {
        this.host = host;
        this.parts = parts;
        this.identities = identities;
        this.lines = lines;
        this.bench = new Bench(host, parts.identify());
        Gossiping gossip = new Gossiping(host, parts.gossip, lines);
        this.table = Map.ofEntries(
                Map.entry("dial", this::dial), Map.entry("close", this::close), Map.entry("connections", this::connections),
                Map.entry("handle", this::handle), Map.entry("unhandle", this::unhandle), Map.entry("open", this::open),
                Map.entry("ping", this::ping), Map.entry("identify", this::identify), Map.entry("awaitProtocol", this::awaitProtocol),
                Map.entry("echo", this::echo), Map.entry("reset", this::reset), Map.entry("perf", this::perf),
                Map.entry("subscribe", gossip::subscribe), Map.entry("unsubscribe", gossip::unsubscribe),
                Map.entry("publish", gossip::publish), Map.entry("awaitMesh", gossip::awaitMesh),
                Map.entry("benchHandshakes", t -> bench.handshakes(Multiaddr.of(t.getString("address")), t.getInt("count"))),
                Map.entry("benchStreams", t -> bench.streams(connection(t), t.getInt("count"))),
                Map.entry("benchRoundTrips", t -> bench.roundTrips(connection(t), t.getInt("count"))));
    }

    private static Thread daemon(Runnable task) {
        Thread t = new Thread(task, "command");
        t.setDaemon(true);
        return t;
    }

    /** Starts what the line says; false if that is the end. */
    boolean take(String line) {
        JsonObject told;
        try {
            told = JsonParser.object().from(line);
        } catch (JsonParserException e) {
            lines.say(Lines.fields("id", null, "ok", false, "error", "not JSON: " + e.getMessage()));
            return true;
        }
        Object id = told.get("id");
        String name = told.getString("do", "");
        if (name.equals("stop")) {
            lines.say(Lines.fields("id", id, "ok", true));
            return false;
        }
        Command command = table.get(name);
        if (command == null) {
            lines.say(Lines.fields("id", id, "ok", false, "error", "unknown command " + name));
            return true;
        }
        threads.execute(() -> answer(id, command, told));
        return true;
    }

    private void answer(Object id, Command command, JsonObject told) {
        long limit = told.getLong("timeoutMs", TIMEOUT_MILLIS);
        Thread worker = Thread.currentThread();
        AtomicBoolean late = new AtomicBoolean();
        var alarm = timer.schedule(() -> {
            late.set(true);
            worker.interrupt();
        }, limit, TimeUnit.MILLISECONDS);
        Map<String, Object> answer = Lines.fields("id", id, "ok", true);
        try {
            answer.putAll(command.run(told));
        } catch (Exception e) {
            String why = late.get() ? "timed out after " + limit + " ms" : String.valueOf(e.getMessage());
            answer = Lines.fields("id", id, "ok", false, "error", why);
        }
        alarm.cancel(false);
        lines.say(answer);
    }

    // ---- connections

    private Map<String, Object> dial(JsonObject told) throws P2pException {
        Multiaddr address = Multiaddr.of(told.getString("address"));
        PeerId peer = PeerId.of(address);
        Connection c = peer == null || told.getBoolean("force", false)
                ? host.await((Callback<Connection> done) -> onLoop(() -> host.swarm().dial(Dial.to(address.withoutPeer(), peer), done)))
                : host.await((Callback<Connection> done) -> onLoop(() -> host.swarm().connect(peer, List.of(address), done)));
        Map<String, Object> answer = Lines.fields("peerId", c.remote().toString());
        answer.putAll(facts(c));
        return answer;
    }

    private static Map<String, Object> facts(Connection c) {
        Map<String, Object> f = Lines.fields("address", c.remoteAddress().toString());
        if (c.security() != null) f.put("security", c.security());
        if (c.muxer() != null) f.put("muxer", c.muxer());
        return f;
    }

    /** Closes all connections with the peer and waits for their end. */
    private Map<String, Object> close(JsonObject told) throws P2pException {
        long code = told.getBoolean("abort", false) ? Codes.GATED : Codes.NONE;
        for (Connection c : connectionsTo(PeerId.of(told.getString("peer")))) {
            host.await((Callback<Void> done) -> {
                Cancellable waiting = c.onClose(host.swarm().loop(), reason -> done.done(null, null));
                c.close(CloseReason.of(CloseReason.Kind.CANCELLED, code, "closed on command"));
                return waiting;
            });
        }
        return Map.of();
    }

    private List<Connection> connectionsTo(PeerId peer) throws P2pException {
        return host.await((Callback<List<Connection>> done) -> onLoop(() -> {
            done.done(host.swarm().connections(peer), null);
            return Cancellable.NONE;
        }));
    }

    private Connection connection(JsonObject told) throws P2pException {
        List<Connection> all = connectionsTo(PeerId.of(told.getString("peer")));
        if (all.isEmpty()) throw new IllegalStateException("not connected to " + told.getString("peer"));
        return all.get(0);
    }

    private Map<String, Object> connections(JsonObject told) throws P2pException {
        List<Connection> all = host.await((Callback<List<Connection>> done) -> onLoop(() -> {
            done.done(host.swarm().connections(), null);
            return Cancellable.NONE;
        }));
        List<Object> list = new ArrayList<>();
        for (Connection c : all) {
            Map<String, Object> one = Lines.fields("peer", c.remote().toString(), "direction", c.inbound() ? "inbound" : "outbound");
            one.putAll(facts(c));
            list.add(one);
        }
        return Lines.fields("connections", list);
    }

    // ---- streams

    private Map<String, Object> handle(JsonObject told) throws Exception {
        String id = told.getString("protocol");
        AutoCloseable before = handled.put(id, host.handleOnLoop(id, s -> new Discard()));
        if (before != null) before.close();
        return Lines.fields("protocols", host.protocols().value());
    }

    private Map<String, Object> unhandle(JsonObject told) throws Exception {
        String id = told.getString("protocol");
        AutoCloseable handler = handled.remove(id);
        if (handler == null) throw new IllegalStateException(id + " is not handled");
        handler.close();
        return Lines.fields("protocols", host.protocols().value().stream().filter(p -> !p.equals(id)).toList());
    }

    private Map<String, Object> open(JsonObject told) throws P2pException {
        Connection c = connection(told);
        byte[] message = HexFormat.of().parseHex(told.getString("message", ""));
        List<String> protocol = List.of(told.getString("protocol"));
        byte[] back = host.await((Callback<byte[]> done) -> c.open(protocol, OpenOptions.DEFAULT, new Exchange(message, done)));
        return Lines.fields("received", HexFormat.of().formatHex(back));
    }

    // ---- features

    private Map<String, Object> ping(JsonObject told) throws P2pException {
        Connection c = connection(told);
        long nanos = host.await((Callback<Long> done) -> parts.ping.ping(c, done));
        return Lines.fields("millis", nanos / 1e6);
    }

    private Map<String, Object> identify(JsonObject told) throws Exception {
        Connection c = connection(told);
        if (told.getBoolean("fresh", false)) host.await((Callback<Identified> done) -> parts.identify().identify(c, done));
        return identities.of(c.remote(), host.swarm().crypto());
    }

    private Map<String, Object> awaitProtocol(JsonObject told) throws InterruptedException {
        return identities.awaitProtocol(PeerId.of(told.getString("peer")), told.getString("protocol"), told.getBoolean("present", true));
    }

    private Map<String, Object> echo(JsonObject told) throws P2pException {
        Connection c = connection(told);
        long bytes = told.getLong("bytes");
        int chunk = told.getInt("chunk", EchoClient.CHUNK);
        if (bytes < 0 || chunk < 1) throw new IllegalArgumentException("bytes and chunk must be whole numbers, chunk at least 1");
        long began = System.nanoTime();
        EchoClient.Result r = host.await((Callback<EchoClient.Result> done) -> c.open(
                List.of(ReportingEcho.ID), OpenOptions.DEFAULT, new EchoClient(told.getLong("seed", 1), bytes, chunk, done)));
        return Lines.fields("bytes", bytes, "receivedBytes", r.received(), "sentSha256", r.sentSha256(),
                "receivedSha256", r.receivedSha256(), "millis", (System.nanoTime() - began) / 1_000_000);
    }

    private Map<String, Object> reset(JsonObject told) throws P2pException {
        Connection c = connection(told);
        host.await((Callback<Void> done) -> c.open(List.of(ReportingEcho.ID), OpenOptions.DEFAULT, new EchoReset(done)));
        return Map.of();
    }

    private Map<String, Object> perf(JsonObject told) throws P2pException {
        Connection c = connection(told);
        Perf.Result r = host.await((Callback<Perf.Result> done) ->
                parts.perf.perf(c, told.getLong("upload", 0), told.getLong("download", 0), Perf.Progress.NONE, done));
        return Lines.fields("uploadBytes", r.uploaded(), "downloadBytes", r.downloaded(),
                "uploadMillis", r.uploadNanos() / 1_000_000, "downloadMillis", r.downloadNanos() / 1_000_000);
    }

    private Cancellable onLoop(Supplier<Cancellable> call) {
        Cancellable[] started = {Cancellable.NONE}; // on the loop
        host.swarm().loop().execute(() -> started[0] = call.get());
        return () -> host.swarm().loop().execute(() -> started[0].cancel());
    }

    /** Reads to FIN and answers with FIN. */
    private static final class Discard implements StreamHandler {
        @Override
        public void onData(Stream s, libp2p.core.Buf data) {
            data.skip(data.size());
        }

        @Override
        public void onFinish(Stream s) {
            s.finish();
        }
    }
}
