package libp2p.bench;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A measured process, as its parent sees it. */
final class Child implements AutoCloseable {
    /** What nodes would use if it were on their class path. */
    private static final List<String> NETTY = List.of("/netty/target/", "/netty-", "/libp2p-netty", "/bctls-", "/bcutil-");

    private final Process process;
    private final BufferedReader out;
    private final BufferedWriter in;

    private Child(List<String> command) throws IOException {
        process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        in = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
    }

    /** Starts one side's work and waits until it is ready; Netty's transports are there only for work that names one. */
    static Child of(String work, boolean conscrypt) throws IOException {
        List<String> command = java("-Xmx1g");
        command.set(command.size() - 1, without(work.contains("/") ? List.of() : NETTY));
        command.addAll(List.of(End.class.getName(), work, conscrypt ? "conscrypt" : "no-conscrypt"));
        return started(command);
    }

    /** Starts a node that is connected to nobody, and waits until it says that it listens. */
    static Child node(boolean conscrypt) throws IOException {
        List<String> command = java("-Xmx32m");
        command.set(command.size() - 1, ofAnApplication(conscrypt));
        command.addAll(List.of(Start.class.getName(), conscrypt ? "conscrypt" : "no-conscrypt"));
        return started(command);
    }

    /** The class path without what only the measurements need, and without Conscrypt where that is not wanted. */
    private static String ofAnApplication(boolean conscrypt) {
        List<String> parts = new ArrayList<>(List.of("/jmh-", "/jopt-", "/commons-math"));
        parts.addAll(NETTY);
        if (!conscrypt) parts.add("/conscrypt");
        return without(parts);
    }

    /** The class path without the entries that have one of those in them. */
    private static String without(List<String> parts) {
        List<String> kept = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            String uniform = entry.replace(File.separatorChar, '/');
            if (parts.stream().noneMatch(uniform::contains)) kept.add(entry);
        }
        return String.join(File.pathSeparator, kept);
    }

    private static Child started(List<String> command) throws IOException {
        Child c = new Child(command);
        String line = c.out.readLine();
        if (!"ready".equals(line)) throw new IOException(command + " says " + line);
        return c;
    }

    /** This JDK with the flags of the {@code ./libp2p} launcher. */
    static List<String> java(String heap) {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                heap, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=4", "-Xshare:auto"));
        if (Runtime.version().feature() >= 24) {
            command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
        }
        String more = System.getenv("LIBP2P_JAVA_OPTS");
        if (more != null && !more.isBlank()) command.addAll(List.of(more.trim().split(" +")));
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        return command;
    }

    /** Gives a command and waits for its answer. */
    String ask(String command) throws IOException {
        in.write(command + "\n");
        in.flush();
        String line = out.readLine();
        if (line == null) throw new IOException("died at " + command);
        return line;
    }

    long number(String command) throws IOException {
        return Long.parseLong(ask(command));
    }

    @Override
    public void close() throws IOException {
        in.close();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
