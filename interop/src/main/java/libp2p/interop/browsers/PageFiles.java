package libp2p.interop.browsers;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * The page with js-libp2p, bundled.
 *
 * @param folder where it lies
 * @param missing why it could not be had; empty if it could
 */
record PageFiles(Path folder, String missing) {
    private static final int STATUS_MISSING = 3;
    private static final long SETUP_MINUTES = 10;

    /** Has its own script make it. */
    static PageFiles setUp(Path sources, Path log) throws IOException, InterruptedException {
        Process p = new ProcessBuilder(sources.resolve("setup").toString()).redirectError(log.toFile()).start();
        String said = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (!p.waitFor(SETUP_MINUTES, TimeUnit.MINUTES)) {
            p.destroyForcibly();
            throw new IOException("the page takes too long to make");
        }
        String errors = Files.readString(log).strip();
        if (p.exitValue() == STATUS_MISSING) return new PageFiles(sources, errors.substring(errors.lastIndexOf('\n') + 1));
        if (p.exitValue() != 0) throw new IOException("the page could not be made: " + errors);
        return new PageFiles(Path.of(said.substring(said.lastIndexOf('\n') + 1)), "");
    }
}
