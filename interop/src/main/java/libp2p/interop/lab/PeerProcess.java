package libp2p.interop.lab;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A peer that runs. What it writes to standard error goes to a log. */
public final class PeerProcess extends Conversation implements AutoCloseable {
    private static final long START_SECONDS = 60;
    private static final long STOP_SECONDS = 5;

    private final Peer peer;
    private final Process process;
    private final Writer commands;
    private final JsonObject ready;

    /** Starts it and waits until it listens. */
    public PeerProcess(Peer peer, List<String> options, Path log) throws IOException, InterruptedException {
        super(peer.name());
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

    @Override
    protected void carry(String command) throws IOException {
        commands.write(command + "\n");
        commands.flush();
    }

    Peer peer() {
        return peer;
    }

    long pid() {
        return process.pid();
    }

    /** Its peer id. */
    public String id() {
        return ready.getString("peerId");
    }

    /** The first address it listens on. */
    public String address() {
        return ready.getArray("addresses").getString(0);
    }

    /** What its clock said when it was ready. */
    public long epochMillis() {
        return ready.getLong("epochMillis");
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
}
