package libp2p.bench;

import io.netty.util.internal.PlatformDependent;
import java.io.File;
import java.lang.management.ManagementFactory;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import libp2p.core.Buf;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Connection;
import libp2p.core.net.Dial;
import libp2p.core.net.Limits;
import libp2p.core.net.OpenOptions;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.echo.Echo;
import libp2p.jvm.Host;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;

/** Dials without end that succeed, fail or are cancelled, over every transport, and what the process holds meanwhile. */
public final class Churn {
    private static final String HELP = String.join("\n",
            "usage: bench/churn [--minutes N | --dials N] [--every SECONDS] [--pause MILLIS] [--transports LIST]",
            "",
            "Two nodes in one process; one dials the other over TCP, WebSocket, QUIC and WebRTC-direct, in turns. Of eight dials",
            "three succeed, echo a message and close; two expect another peer; one goes to a port where nobody answers; two are",
            "cancelled, one at once and one a moment later. Prints a line every so often: dials, file descriptors, resident memory,",
            "live heap, Netty's direct memory, threads, connections at both ends. The last line says by how much each grew between",
            "the end of the first fifth and the end. Status 1: a dial, or the echo that followed it, had no outcome within a minute.",
            "",
            "  --minutes N       goes on for so long; 30 if nothing is said",
            "  --dials N         ends after so many instead",
            "  --every SECONDS   between lines; 30 if nothing is said",
            "  --pause MILLIS    between rounds of dials; none if nothing is said",
            "  --transports LIST of tcp,ws,quic,webrtc");

    private static final int SIZE = 1024;
    private static final int KINDS = 8;
    private static final int UNANSWERED = 5;
    private static final int WAITING = 64; // unanswered dials that the others do not wait for
    private static final int CANCELLED = 6; // the first kind that is
    private static final int AT_ONCE = 4;
    private static final int OUTCOME_SECONDS = 60; // a dial, an echo and the connection's end take far less
    private static final Limits LIMITS = Limits.DEFAULT.with()
            .connectNanos(500_000_000L).selectNanos(2_000_000_000L).securityNanos(2_000_000_000L).drainNanos(100_000_000L)
            .connectionsPerPeerMax(1 << 16).connectionsInboundMax(1 << 16).connectionsOutboundMax(1 << 16).build();

    private final Host there;
    private final Host here;
    private final List<Multiaddr> targets = new ArrayList<>();
    private final List<Multiaddr> silent = new ArrayList<>();
    private final PeerId stranger;
    private final Deque<CompletableFuture<?>> unanswered = new ArrayDeque<>();
    private long dials;
    private long made;
    private long failed;
    private long cancelled;

    /** What a process holds. */
    private record Held(long descriptors, double mebibytes, double heap, double direct, int threads) {}

    private Churn(List<String> transports, int silentUdp, int silentTcp) throws Exception {
        List<String> listen = new ArrayList<>();
        for (String t : transports) listen.add(address(t, 0));
        there = Host.builder().limits(LIMITS).protocol(new Echo()).listen(listen.toArray(new String[0])).start();
        here = Host.builder().limits(LIMITS).protocol(new Echo()).start();
        for (Multiaddr a : there.addresses()) {
            Multiaddr plain = a.withoutPeer();
            targets.add(plain);
            int port = a.toString().contains("/udp/") ? silentUdp : silentTcp;
            silent.add(Multiaddr.of(plain.toString().replaceFirst("/(udp|tcp)/\\d+", "/$1/" + port)));
        }
        try (Host other = Host.builder().start()) {
            stranger = other.id();
        }
    }

    private static String address(String transport, int port) {
        return switch (transport) {
            case "tcp" -> "/ip4/127.0.0.1/tcp/" + port;
            case "ws" -> "/ip4/127.0.0.1/tcp/" + port + "/ws";
            case "quic" -> "/ip4/127.0.0.1/udp/" + port + "/quic-v1";
            case "webrtc" -> "/ip4/127.0.0.1/udp/" + port + "/webrtc-direct";
            default -> throw new IllegalArgumentException("no transport " + transport);
        };
    }

    private CompletableFuture<Connection> dial(Multiaddr to, PeerId expected, boolean cancelAtOnce) {
        return here.async((Callback<Connection> done) -> {
            Cancellable[] attempt = {Cancellable.NONE};
            here.swarm().loop().execute(() -> {
                attempt[0] = here.swarm().dial(Dial.to(to, expected), done);
                if (cancelAtOnce) attempt[0].cancel();
            });
            return () -> here.swarm().loop().execute(() -> attempt[0].cancel());
        });
    }

    /** One of each kind over each transport, some at a time. */
    private void round() throws Exception {
        for (int t = 0; t < targets.size(); t++) {
            for (int kind = 0; kind < KINDS; kind += AT_ONCE) {
                List<CompletableFuture<?>> some = new ArrayList<>();
                for (int k = kind; k < kind + AT_ONCE; k++) some.add(one(t, k));
                for (int k = kind; k < kind + AT_ONCE; k++) {
                    if (k == UNANSWERED) unanswered.add(some.get(k - kind));
                    else count(some.get(k - kind), k >= CANCELLED);
                }
            }
        }
        while (unanswered.size() > WAITING) count(unanswered.remove(), false);
        closeAll();
    }

    /** Dials that were cancelled may have made connections nevertheless, which are the node's. */
    private void closeAll() {
        here.swarm().loop().execute(() -> {
            for (Connection c : here.swarm().connections()) c.close(CloseReason.FINISHED);
        });
    }

    private void count(CompletableFuture<?> outcome, boolean wasCancelled) throws InterruptedException {
        dials++;
        try {
            outcome.get(OUTCOME_SECONDS, TimeUnit.SECONDS);
            made++;
        } catch (ExecutionException | CancellationException e) {
            if (wasCancelled) cancelled++;
            else failed++;
        } catch (TimeoutException e) {
            throw new IllegalStateException("dial " + dials + " has no outcome after " + OUTCOME_SECONDS + " s", e);
        }
    }

    private CompletableFuture<?> one(int t, int kind) throws InterruptedException {
        Multiaddr to = targets.get(t);
        switch (kind) {
            case 0, 1, 2:
                return dial(to, there.id(), false).thenCompose(this::echo);
            case 3, 4:
                return dial(to, stranger, false).thenAccept(c -> c.close(CloseReason.FINISHED));
            case UNANSWERED:
                return dial(silent.get(t), there.id(), false);
            case 6:
                return dial(to, there.id(), true).thenAccept(c -> c.close(CloseReason.FINISHED));
            default:
                CompletableFuture<Connection> f = dial(to, there.id(), false);
                CompletableFuture<Void> closed = f.thenAccept(c -> c.close(CloseReason.FINISHED));
                Thread.sleep(1 + dials / KINDS % 12);
                f.cancel(true);
                return closed;
        }
    }

    /** A message there and back, then the connection's end. */
    private CompletableFuture<Void> echo(Connection c) {
        CompletableFuture<Void> over = new CompletableFuture<>();
        c.onClose(here.swarm().loop(), reason -> over.complete(null));
        c.open(List.of(Echo.ID), OpenOptions.DEFAULT, new StreamHandler() {
            private int left = SIZE;

            @Override
            public void onOpen(Stream s) {
                s.write(new Buf(new byte[SIZE]));
                s.finish();
            }

            @Override
            public void onData(Stream s, Buf data) {
                left -= data.size();
                data.skip(data.size());
            }

            @Override
            public void onFinish(Stream s) {
                if (left != 0) over.completeExceptionally(new IllegalStateException(left + " bytes are missing"));
                c.close(CloseReason.FINISHED);
            }

            @Override
            public void onClose(@Nullable Stream s, CloseReason reason) {
                if (left != 0) over.completeExceptionally(new IllegalStateException(reason.toString()));
                c.close(CloseReason.FINISHED);
            }
        });
        return over;
    }

    private int connections(Host of) throws Exception {
        CompletableFuture<Integer> n = new CompletableFuture<>();
        of.swarm().loop().execute(() -> n.complete(of.swarm().connections().size()));
        return n.get();
    }

    private Held held() throws Exception {
        for (int i = 0; i < 3; i++) System.gc();
        String[] descriptors = new File("/proc/self/fd").list();
        double rss = -1;
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmRSS:")) rss = Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
        }
        double mebi = 1024.0 * 1024.0;
        double heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / mebi;
        return new Held(descriptors == null ? -1 : descriptors.length, rss, heap, PlatformDependent.usedDirectMemory() / mebi,
                ManagementFactory.getThreadMXBean().getThreadCount());
    }

    private Held line(long began) throws Exception {
        Held h = held();
        System.out.printf(Locale.ROOT,
                "%6.1f min  %7d dials: %d made, %d failed, %d cancelled  fds %d  RSS %.0f MiB  heap %.1f MiB  direct %.1f MiB"
                        + "  threads %d  connections %d and %d%n",
                (System.nanoTime() - began) / 60e9, dials, made, failed, cancelled, h.descriptors, h.mebibytes, h.heap, h.direct, h.threads,
                connections(here), connections(there));
        return h;
    }

    private void run(double minutes, long most, double every, long pauseMillis) throws Exception {
        long began = System.nanoTime();
        long next = began;
        Held early = null;
        while (true) {
            double part = most > 0 ? (double) dials / most : (System.nanoTime() - began) / 60e9 / minutes;
            if (part >= 1) break;
            if (early == null && part >= 0.2) early = line(began);
            if (System.nanoTime() >= next) {
                line(began);
                next = System.nanoTime() + (long) (every * 1e9);
            }
            round();
            Thread.sleep(pauseMillis);
        }
        while (!unanswered.isEmpty()) count(unanswered.remove(), false);
        closeAll();
        Thread.sleep(2000); // the last connections drain
        Held late = line(began);
        if (early == null) return;
        System.out.printf(Locale.ROOT,
                "grown since the first fifth: fds %+d, RSS %+.1f MiB, heap %+.2f MiB, direct %+.2f MiB, threads %+d%n",
                late.descriptors - early.descriptors, late.mebibytes - early.mebibytes, late.heap - early.heap, late.direct - early.direct,
                late.threads - early.threads);
    }

    /** As the help says. */
    public static void main(String[] args) throws Exception {
        double minutes = 30;
        double every = 30;
        long most = 0;
        long pauseMillis = 0;
        List<String> transports = List.of("tcp", "ws", "quic", "webrtc");
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--minutes" -> minutes = Double.parseDouble(args[++i]);
                case "--dials" -> most = Long.parseLong(args[++i]);
                case "--every" -> every = Double.parseDouble(args[++i]);
                case "--pause" -> pauseMillis = Long.parseLong(args[++i]);
                case "--transports" -> transports = List.of(args[++i].split(","));
                default -> {
                    System.err.println(HELP);
                    System.exit(args[i].equals("--help") ? 0 : 2);
                }
            }
        }
        InetAddress here = InetAddress.getLoopbackAddress();
        try (DatagramSocket udp = new DatagramSocket(0, here); ServerSocket tcp = new ServerSocket(0, 50, here)) {
            Churn churn = new Churn(transports, udp.getLocalPort(), tcp.getLocalPort());
            churn.run(minutes, most, every, pauseMillis);
            churn.here.close();
            churn.there.close();
        }
    }
}
