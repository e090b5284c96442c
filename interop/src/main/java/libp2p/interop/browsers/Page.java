package libp2p.interop.browsers;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import libp2p.interop.lab.Conversation;

/** A browser with our page open: it fetches its commands from a server of ours on loopback, and posts what it has to say there. */
final class Page extends Conversation implements AutoCloseable {
    private static final long START_SECONDS = 60;
    private static final long STOP_SECONDS = 10;
    private static final long NEXT_SECONDS = 20;

    private final BlockingQueue<String> commands = new LinkedBlockingQueue<>();
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread t = new Thread(task, "page server");
        t.setDaemon(true);
        return t;
    });
    private final Path files;
    private final Path profile;
    private final Path log;
    private final Process process;
    private final JsonObject ready;

    /**
     * Starts the browser and waits until the page's node is there.
     *
     * @param files the folder with the page
     * @param port of the node whose certificate for wss it shall trust
     */
    Page(Browser browser, Path program, Path files, Certificate wss, int port, Map<String, String> environment, Path log)
            throws IOException, InterruptedException {
        super(browser.title());
        this.files = files;
        this.log = log;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::file);
        server.createContext("/next", this::next);
        server.createContext("/said", this::said);
        server.start();
        profile = Files.createTempDirectory("libp2p-browser");
        browser.prepare(profile, wss, port);
        String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/";
        process = browser.start(program, profile, wss, url, environment, log);
        process.onExit().thenAccept(p -> broken("it has ended with status " + p.exitValue()));
        limit(START_SECONDS);
        try {
            ready = event("ready", e -> true);
        } catch (Failure e) {
            close();
            throw new Failure(browser.title() + " did not start: " + e.getMessage() + ", see " + log);
        }
    }

    /** The peer id of the page's node. */
    String id() {
        return ready.getString("peerId");
    }

    /** What the page's clock said when it was ready. */
    long epochMillis() {
        return ready.getLong("epochMillis");
    }

    @Override
    protected void carry(String command) {
        commands.add(command);
    }

    // ---- what the page asks for

    private void file(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        List<String> known = List.of("/index.html", "/page.js");
        String name = path.equals("/") ? known.get(0) : path;
        if (!known.contains(name)) {
            answer(exchange, 404, "text/plain", new byte[0]);
            return;
        }
        String type = name.endsWith(".js") ? "text/javascript" : "text/html";
        answer(exchange, 200, type, Files.readAllBytes(files.resolve(name.substring(1))));
    }

    private void next(HttpExchange exchange) throws IOException {
        String command;
        try {
            command = commands.poll(NEXT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            answer(exchange, 410, "text/plain", new byte[0]);
            return;
        }
        if (command == null) answer(exchange, 204, "text/plain", new byte[0]);
        else answer(exchange, 200, "application/json", command.getBytes(StandardCharsets.UTF_8));
    }

    private void said(HttpExchange exchange) throws IOException {
        try (InputStream in = exchange.getRequestBody()) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            JsonObject message = JsonParser.object().from(text);
            if ("log".equals(message.getString("event"))) {
                Files.writeString(log, message.getString("text") + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            } else {
                take(message);
            }
        } catch (JsonParserException e) {
            broken("it does not keep the contract: " + e.getMessage());
        }
        answer(exchange, 204, "text/plain", new byte[0]);
    }

    private static void answer(HttpExchange exchange, int status, String type, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    // ---- the end

    /** Ends the browser and what it started, by their process ids, and removes its profile. */
    @Override
    public void close() throws IOException {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) process.destroyForcibly().waitFor();
            for (ProcessHandle child : children) {
                child.destroyForcibly();
                child.onExit().orTimeout(STOP_SECONDS, TimeUnit.SECONDS).exceptionally(late -> child).join();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            children.forEach(ProcessHandle::destroyForcibly);
            Thread.currentThread().interrupt();
        } finally {
            server.stop(0);
            threads.shutdownNow();
        }
        try (Stream<Path> all = Files.walk(profile)) {
            for (Path p : all.sorted(Comparator.reverseOrder()).toList()) Files.deleteIfExists(p);
        }
    }
}
