package libp2p.interop.lab;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** Commands to a peer, and the answers and events that come back: told what to do by one thread at a time, heard by another. */
public abstract class Conversation {
    private static final int EVENTS_MAX = 10_000;

    private final String name;
    private final Map<Integer, JsonObject> answers = new HashMap<>(); // guarded by this, as is what follows
    private final List<JsonObject> events = new ArrayList<>();
    private String broken;
    private int last;
    private long deadline = Long.MAX_VALUE;

    /** With whom, for people. */
    protected Conversation(String name) {
        this.name = name;
    }

    /** Brings a command on its way. */
    protected abstract void carry(String command) throws IOException;

    /** What the peer said. */
    protected final synchronized void take(JsonObject message) {
        if (!message.has("event")) answers.put(message.getInt("id"), message);
        else if (events.size() < EVENTS_MAX) events.add(message);
        notifyAll();
    }

    /** The peer will say no more. */
    protected final synchronized void broken(String why) {
        broken = why;
        notifyAll();
    }

    /** From now on everything must be done in so many seconds, all together; what was heard before is forgotten. */
    public final synchronized void limit(long seconds) {
        deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        events.clear();
    }

    /** Sends a command with names and values in turn, and waits for its answer, which must be a good one. */
    public final JsonObject tell(String what, Object... namesAndValues) throws InterruptedException {
        return answer(send(what, namesAndValues));
    }

    /** Whether the answer to a command is a refusal. */
    public final boolean refuses(String what, Object... namesAndValues) throws InterruptedException {
        return !anyAnswer(send(what, namesAndValues)).getBoolean("ok", false);
    }

    /** Sends a command and does not wait for its answer. */
    final int send(String what, Object... namesAndValues) {
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
            carry(JsonWriter.string(command));
        } catch (IOException e) {
            throw new Failure(name + " takes no command " + what + ": " + e.getMessage());
        }
        return id;
    }

    private synchronized JsonObject anyAnswer(int id) throws InterruptedException {
        while (!answers.containsKey(id)) await("an answer");
        return answers.remove(id);
    }

    /** Waits for an answer, which must be a good one. */
    final JsonObject answer(int id) throws InterruptedException {
        JsonObject answer = anyAnswer(id);
        if (!answer.getBoolean("ok", false)) throw new Failure(name + ": " + answer.getString("error"));
        return answer;
    }

    /** Takes the first event of that name that satisfies the test, or waits for it; others stay. */
    public final synchronized JsonObject event(String what, Predicate<JsonObject> test) throws InterruptedException {
        while (true) {
            for (JsonObject e : events) {
                if (!what.equals(e.getString("event")) || !test.test(e)) continue;
                events.remove(e);
                return e;
            }
            await("its event " + what);
        }
    }

    private void await(String what) throws InterruptedException {
        if (broken != null) throw new Failure(name + ": " + broken);
        long left = deadline - System.nanoTime();
        if (left <= 0) throw new Failure(name + ": " + what + " is late");
        TimeUnit.NANOSECONDS.timedWait(this, left);
    }

    /** What makes a row fail, in one line for people. */
    public static final class Failure extends RuntimeException {
        private static final long serialVersionUID = 1;

        public Failure(String message) {
            super(message, null, false, false);
        }
    }
}
