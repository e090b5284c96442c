package libp2p.cli;

import com.grack.nanojson.JsonWriter;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import libp2p.jvm.Host;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Proto;

/** Shows the demo to a browser of this machine, and gives it a page whose own node joins. */
final class DemoServer implements AutoCloseable {
    /** What browsers can dial without being told of a certificate; in the order in which the page shows them. */
    private static final Map<String, Predicate<Multiaddr>> FOR_BROWSERS = new LinkedHashMap<>();

    static {
        FOR_BROWSERS.put("WebTransport", a -> a.has(Proto.WEBTRANSPORT));
        FOR_BROWSERS.put("WebRTC-direct", a -> a.has(Proto.WEBRTC_DIRECT));
        FOR_BROWSERS.put("WebSocket", a -> a.has(Proto.WS) && !a.has(Proto.TLS));
    }

    private static final long LOOKED_NANOS = 5_000_000_000L;
    private static final String WAITING = "<!doctype html><meta charset=utf-8><meta http-equiv=refresh content=1><title>java-libp2p</title>"
            + "<p>npm is making the page; this takes some seconds, once.";

    private final List<Host> hosts;
    private final DemoPage page;
    private final HttpServer server;
    private volatile long lookedAt;
    private volatile boolean looked;

    DemoServer(List<Host> hosts, DemoPage page) throws IOException {
        this.hosts = List.copyOf(hosts);
        this.page = page;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::file);
        server.createContext("/state", this::state);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
    }

    /** Whether a browser has asked for something lately. */
    boolean isLookedAt() {
        return looked && System.nanoTime() - lookedAt < LOOKED_NANOS;
    }

    private void look() {
        lookedAt = System.nanoTime();
        looked = true;
    }

    private void file(HttpExchange exchange) throws IOException {
        look();
        String path = exchange.getRequestURI().getPath();
        if (path.equals("/demo.js") && page.isReady()) {
            answer(exchange, 200, "text/javascript", page.file("demo.js"));
        } else if (!path.equals("/")) {
            answer(exchange, 404, "text/plain", text("there is no " + path));
        } else if (page.isReady()) {
            answer(exchange, 200, "text/html", page.file("demo.html"));
        } else if (page.missing().isEmpty()) {
            answer(exchange, 200, "text/html", text(WAITING));
        } else {
            answer(exchange, 503, "text/plain", text("There is no page: " + page.missing()));
        }
    }

    private void state(HttpExchange exchange) throws IOException {
        look();
        List<Object> nodes = new ArrayList<>();
        for (Host h : hosts) {
            nodes.add(Map.of("id", h.id().toString(), "peers", h.peers().value().stream().map(Object::toString).toList()));
        }
        List<Object> dials = new ArrayList<>();
        for (Map.Entry<String, Predicate<Multiaddr>> kind : FOR_BROWSERS.entrySet()) {
            int to = dials.size() % hosts.size();
            for (Multiaddr a : hosts.get(to).addresses()) {
                if (kind.getValue().test(a)) dials.add(Map.of("transport", kind.getKey(), "to", to, "address", a.toString()));
            }
        }
        answer(exchange, 200, "application/json", text(JsonWriter.string(Map.of("nodes", nodes, "dials", dials))));
    }

    private static byte[] text(String s) {
        return s.getBytes(StandardCharsets.UTF_8);
    }

    private static void answer(HttpExchange exchange, int status, String type, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type + "; charset=utf-8");
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        exchange.sendResponseHeaders(status, body.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        page.close();
    }
}
