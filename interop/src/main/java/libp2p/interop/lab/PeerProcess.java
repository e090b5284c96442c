package libp2p.interop.lab;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import com.grack.nanojson.JsonWriter;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A peer that runs: told what to do by one thread at a time. What it writes to standard error goes to a log. */
final class PeerProcess implements AutoCloseable {
    private static final long START_SECONDS = 60;
    private static final long STOP_SECONDS = 5;
    private static final int EVENTS_MAX = 10_000;

    private final Peer peer;
    private final Process process;
    private final Writer commands;
    private final Map<Integer, JsonObject> answers = new HashMap<>(); // guarded by this, as is what follows
    private final List<JsonObject> events = new ArrayList<>();
    private String broken;
    private int last;
    private long deadline = Long.MAX_VALUE;
    private JsonObject ready;

    PeerProcess(Peer peer, List<String> options, Path log) throws IOException, InterruptedException {
        this.peer = peer;
        List<String> line = new ArrayList<>(peer.command());
        line.addAll(options);
        process = new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.appendTo(log.toFile())).start();
        commands = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
        Thread reader = new Thread(this::read, "reader of " + peer.name());
        reader.setDaemon(true);
        reader.start();
        limit(START_SECONDS);
        try {
            ready = event("ready", e -> true);
        } catch (Failure e) {
            kill();
            throw new Failure(peer.name() + " did not start: " + e.getMessage() + ", see " + log);
        }
    }

    private void read() {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) take(JsonParser.object().from(line));
            broken("it has ended");
        } catch (IOException e) {
            broken("it has ended: " + e.getMessage());
        } catch (JsonParserException e) {
            broken("it does not keep the contract: " + e.getMessage());
        }
    }

    private synchronized void take(JsonObject message) {
        if (!message.has("event")) answers.put(message.getInt("id"), message);
        else if (events.size() < EVENTS_MAX) events.add(message);
        notifyAll();
    }

    private synchronized void broken(String why) {
        broken = why;
        notifyAll();
    }

    Peer peer() {
        return peer;
    }

    long pid() {
        return process.pid();
    }

    String id() {
        return ready.getString("peerId");
    }

    String address() {
        return ready.getArray("addresses").getString(0);
    }

    /** From now on everything must be done in so many seconds, all together; what was heard before is forgotten. */
    synchronized void limit(long seconds) {
        deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        events.clear();
    }

    /** Sends a command with names and values in turn, and waits for its answer, which must be a good one. */
    JsonObject tell(String what, Object... namesAndValues) throws InterruptedException {
        return answer(send(what, namesAndValues));
    }

    /** Whether the answer to a command is a refusal. */
    boolean refuses(String what, Object... namesAndValues) throws InterruptedException {
        return !anyAnswer(send(what, namesAndValues)).getBoolean("ok", false);
    }

    /** Sends a command and does not wait for its answer. */
    int send(String what, Object... namesAndValues) {
        JsonObject command = new JsonObject();
        int id;
        synchronized (this) {
            id = ++last;
            command.put("timeoutMs", Math.max(1, (deadline - System.nanoTime()) / 1_000_000));
        }
        command.put("id", id);
        command.put("do", what);
        for (int i = 0; i < namesAndValues.length; i += 2) command.put((String) namesAndValues[i], namesAndValues[i + 1]);
        try {
            commands.write(JsonWriter.string(command) + "\n");
            commands.flush();
        } catch (IOException e) {
            throw new Failure(peer.name() + " takes no command " + what + ": " + e.getMessage());
        }
        return id;
    }

    private synchronized JsonObject anyAnswer(int id) throws InterruptedException {
        while (!answers.containsKey(id)) await("an answer");
        return answers.remove(id);
    }

    /** Waits for an answer, which must be a good one. */
    JsonObject answer(int id) throws InterruptedException {
        JsonObject answer = anyAnswer(id);
        if (!answer.getBoolean("ok", false)) throw new Failure(peer.name() + ": " + answer.getString("error"));
        return answer;
    }

    /** Takes the first event of that name that satisfies the test, or waits for it; others stay. */
    synchronized JsonObject event(String name, Predicate<JsonObject> test) throws InterruptedException {
        while (true) {
            for (JsonObject e : events) {
                if (!name.equals(e.getString("event")) || !test.test(e)) continue;
                events.remove(e);
                return e;
            }
            await("its event " + name);
        }
    }

    private void await(String what) throws InterruptedException {
        if (broken != null) throw new Failure(peer.name() + ": " + broken);
        long left = deadline - System.nanoTime();
        if (left <= 0) throw new Failure(peer.name() + ": " + what + " is late");
        TimeUnit.NANOSECONDS.timedWait(this, left);
    }

    /** Ends it now, by its process id. */
    void kill() {
        process.destroyForcibly();
    }

    /** The end of its input ends it; if not in time, it is killed. */
    @Override
    public void close() {
        try {
            commands.close();
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) kill();
        } catch (IOException e) {
            kill(); // it has gone already, or soon will have
        } catch (InterruptedException e) {
            kill();
            Thread.currentThread().interrupt();
        }
    }

    /** What makes a row fail, in one line for people. */
    static final class Failure extends RuntimeException {
        private static final long serialVersionUID = 1;

        Failure(String message) {
            super(message, null, false, false);
        }
    }
}
