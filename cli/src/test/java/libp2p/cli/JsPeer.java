package libp2p.cli;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonWriter;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A js-libp2p node in a process of its own, told what to do by lines of JSON (see interop/peers/js/README.md). */
final class JsPeer implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 90;

    private final Process process;
    private final Writer commands;
    private final Map<Integer, CompletableFuture<JsonObject>> answers = new ConcurrentHashMap<>();
    private final BlockingQueue<JsonObject> events = new LinkedBlockingQueue<>();
    private final CompletableFuture<JsonObject> ready = new CompletableFuture<>();
    private int last;

    JsPeer(String... options) throws IOException {
        List<String> line = new ArrayList<>(List.of(property("js.node"), property("js.peer")));
        line.addAll(List.of(options));
        process = new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        commands = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
        Thread reader = new Thread(this::read, "js-peer");
        reader.setDaemon(true);
        reader.start();
    }

    private static String property(String name) {
        String value = System.getProperty(name);
        if (value == null) throw new IllegalStateException("-D" + name + " is missing: run interop/check-js");
        return value;
    }

    private void read() {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                JsonObject o = JsonParser.object().from(line);
                if ("ready".equals(o.getString("event"))) ready.complete(o);
                else if (o.has("event")) events.add(o);
                else answers.remove(o.getInt("id")).complete(o);
            }
            fail(new IOException("the js peer has ended"));
        } catch (Exception e) {
            fail(e);
        }
    }

    private void fail(Exception e) {
        ready.completeExceptionally(e);
        for (CompletableFuture<JsonObject> a : answers.values()) a.completeExceptionally(e);
    }

    String id() throws Exception {
        return ready.get(PATIENCE_SECONDS, TimeUnit.SECONDS).getString("peerId");
    }

    String address() throws Exception {
        return ready.get(PATIENCE_SECONDS, TimeUnit.SECONDS).getArray("addresses").getString(0);
    }

    /** Sends a command and waits for its answer, which must be a good one. */
    JsonObject tell(String what, Map<String, Object> with) throws Exception {
        JsonObject command = new JsonObject();
        command.putAll(with);
        int id = ++last;
        command.put("id", id);
        command.put("do", what);
        command.put("timeoutMs", PATIENCE_SECONDS * 1000);
        CompletableFuture<JsonObject> answer = new CompletableFuture<>();
        answers.put(id, answer);
        commands.write(JsonWriter.string(command) + "\n");
        commands.flush();
        JsonObject o = answer.get(PATIENCE_SECONDS + 10, TimeUnit.SECONDS);
        if (!o.getBoolean("ok")) throw new AssertionError(what + " failed at the js peer: " + o.getString("error"));
        return o;
    }

    /** The next event of that name; others are passed over. */
    JsonObject event(String name) throws Exception {
        while (true) {
            JsonObject e = events.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (e == null) throw new AssertionError("no event " + name);
            if (name.equals(e.getString("event"))) return e;
        }
    }

    @Override
    public void close() throws IOException {
        commands.close(); // it stops at the end of its input
        try {
            if (process.waitFor(10, TimeUnit.SECONDS)) return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
    }
}
