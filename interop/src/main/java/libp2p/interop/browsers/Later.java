package libp2p.interop.browsers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import libp2p.multiformats.Nullable;

/** Processes whose wall clock is ahead, by libfaketime; what measures how long things take is as it was. */
final class Later {
    static final String MISSING = "libfaketime was not found";
    private static final long HOUR_MILLIS = 3_600_000;
    private static final long TOLERANCE_MILLIS = HOUR_MILLIS / 2;

    private Later() {}

    /** Where the library is; null if it is not there. */
    static @Nullable Path library() throws IOException {
        for (Path root : List.of(Path.of("/usr/lib"), Path.of("/usr/lib64"), Path.of("/usr/local/lib"))) {
            if (!Files.isDirectory(root)) continue;
            try (Stream<Path> found = Files.find(root, 3, (p, a) -> p.endsWith(Path.of("faketime", "libfaketime.so.1")))) {
                Path library = found.findFirst().orElse(null);
                if (library != null) return library;
            }
        }
        return null;
    }

    /** The environment of a process that is so many hours ahead; empty for none. */
    static Map<String, String> environment(int hours) throws IOException {
        if (hours == 0) return Map.of();
        Path library = library();
        if (library == null) throw new IOException(MISSING);
        // The library's own mending of waits on the steady clock makes Chromium stand still.
        return Map.of("LD_PRELOAD", library.toString(), "FAKETIME", "+" + hours + "h", "FAKETIME_DONT_FAKE_MONOTONIC", "1",
                "FAKETIME_FORCE_MONOTONIC_FIX", "0");
    }

    /** Whether that is about the time there. */
    static boolean is(long epochMillis, int hours) {
        return Math.abs(epochMillis - System.currentTimeMillis() - hours * HOUR_MILLIS) < TOLERANCE_MILLIS;
    }
}
