package libp2p.bench;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import libp2p.jvm.JvmCrypto;

/** A process that does one side's work: a command a line on standard input, an answer a line on standard output. */
public final class End {
    private End() {}

    /** The first argument names the work, the second is {@code no-conscrypt} or {@code conscrypt}. */
    public static void main(String[] args) throws Exception {
        JvmCrypto crypto = JvmCrypto.create(!args[1].equals("no-conscrypt"));
        Work work = work(args[0], crypto);
        System.out.println("ready");
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) System.out.println(answer(work, crypto, line.split(" ")));
        Runtime.getRuntime().halt(0);
    }

    private static Work work(String name, JvmCrypto crypto) throws Exception {
        String[] parts = name.split("/");
        String transport = parts.length > 1 ? parts[1] : "";
        return switch (parts[0]) {
            case "floor-sink" -> new Floor.Sink(crypto, true);
            case "floor-source" -> new Floor.Source(crypto, true);
            case "tcp-sink" -> new Floor.Sink(crypto, false);
            case "tcp-source" -> new Floor.Source(crypto, false);
            case "engine-sink" -> new EngineFloor.Sink();
            case "engine-source" -> new EngineFloor.Source();
            case "quic-sink" -> new BareQuic.Sink();
            case "quic-source" -> new BareQuic.Source();
            case "selector-echo" -> new Selecting.Server();
            case "selector-ask" -> new Selecting.Client();
            case "pipe-echo" -> new Piping.Server();
            case "pipe-ask" -> new Piping.Client();
            case "server" -> new Hosts.Server(crypto, transport);
            case "bulk" -> new Hosts.BulkClient(crypto, transport);
            case "ask" -> new Hosts.AskClient(crypto);
            case "ask-socket" -> new Hosts.SocketClient(crypto);
            case "connect" -> new Hosts.ConnectClient(crypto, transport);
            case "streams" -> new Hosts.StreamsClient(crypto);
            case "idle" -> new Hosts.IdleClient(crypto);
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static String answer(Work work, JvmCrypto crypto, String[] words) throws Exception {
        switch (words[0]) {
            case "where":
                return work.where();
            case "to":
                work.to(words[1]);
                return "ok";
            case "go":
                long before = System.nanoTime();
                work.go(Long.parseLong(words[1]));
                return "" + (System.nanoTime() - before);
            case "cpu":
                return "" + cpuNanos();
            case "allocated":
                return "" + work.allocated();
            case "heap":
                return "" + heapBytes();
            case "rss":
                return "" + rssBytes();
            case "crypto":
                return crypto.describe();
            default:
                throw new IllegalArgumentException(words[0]);
        }
    }

    private static long cpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    /** What is live: a full collection, again until it no longer shrinks. */
    private static long heapBytes() throws InterruptedException {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 20; i++) {
            System.gc();
            Thread.sleep(100);
            long now = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
            if (i > 3 && now >= least - 1024) break;
            least = Math.min(least, now);
        }
        return least;
    }

    private static long rssBytes() throws Exception {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmRSS:")) return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
        }
        return -1;
    }
}
