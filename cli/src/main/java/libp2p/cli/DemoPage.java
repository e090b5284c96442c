package libp2p.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The demo's page, which npm makes of web/page when it is first needed: js-libp2p's source is not in this tree. Making it takes a process
 * of its own, and nobody waits for it.
 */
final class DemoPage implements AutoCloseable {
    private static final int STATUS_MISSING = 3;
    private static final long STOP_SECONDS = 5;

    private final Path sources;
    private final Process setup;
    private final CompletableFuture<Void> made;
    private volatile String missing = "";
    private volatile boolean ready;

    /** Of the folder with the script that makes it. */
    DemoPage(Path sources) throws IOException {
        this.sources = sources;
        Path log = Files.createDirectories(sources.resolve("target")).resolve("setup.log");
        setup = new ProcessBuilder(sources.resolve("setup").toString()).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        made = setup.onExit().thenAccept(p -> ended(p.exitValue(), log));
    }

    private void ended(int status, Path log) {
        try {
            List<String> said = new ArrayList<>(Files.readAllLines(log, StandardCharsets.UTF_8));
            said.removeIf(String::isBlank);
            String last = said.isEmpty() ? "it says nothing" : said.get(said.size() - 1);
            if (status == 0) ready = true;
            else missing = status == STATUS_MISSING ? last : last + " (see " + log + ")";
        } catch (IOException e) {
            missing = log + " cannot be read: " + e.getMessage();
        }
    }

    /** Done when it is there, or when there will be none. */
    CompletableFuture<Void> made() {
        return made;
    }

    /** Whether its files are there. */
    boolean isReady() {
        return ready;
    }

    /** Why there will be none; empty if there is one, or may be. */
    String missing() {
        return missing;
    }

    byte[] file(String name) throws IOException {
        return Files.readAllBytes(sources.resolve("target").resolve(name));
    }

    /** Gives up what is not made yet: it is begun again the next time. */
    @Override
    public void close() {
        List<ProcessHandle> children = setup.descendants().toList();
        setup.destroy();
        for (ProcessHandle child : children) {
            child.destroy();
            child.onExit().orTimeout(STOP_SECONDS, TimeUnit.SECONDS).exceptionally(late -> child).join();
        }
    }
}
