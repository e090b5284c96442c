package libp2p.jvm;

import java.net.IDN;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.Loop;
import libp2p.core.net.Resolver;
import libp2p.multiformats.Nullable;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.Cache;
import org.xbill.DNS.DClass;
import org.xbill.DNS.ExtendedResolver;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;
import org.xbill.DNS.hosts.HostsFileParser;
import org.xbill.DNS.lookup.LookupSession;

/**
 * The domain name system by the dnsjava library, with the servers and the hosts file of this machine unless told otherwise. Thread-safe.
 *
 * <p>Answers are kept for as long as they say, at most {@link #CACHE_MAX} of them.
 */
public final class DnsResolver implements Resolver, AutoCloseable {
    /** How many questions may be open at once; more are refused. */
    public static final int OPEN_MAX = 256;

    /** How many answers are kept. */
    public static final int CACHE_MAX = 1024;

    /** How long one question takes at most. */
    public static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final int answersMax;
    private final Duration timeout;
    private final @Nullable InetSocketAddress server;
    private final Semaphore places = new Semaphore(OPEN_MAX);
    private final ThreadPoolExecutor starter;
    private @Nullable LookupSession session; // on the starter's thread, since making one reads files

    /** With the machine's servers; at most that many answers are taken from one question. */
    public DnsResolver(int answersMax) {
        this(answersMax, null, TIMEOUT);
    }

    /** With one server, or those of the machine if null. */
    public DnsResolver(int answersMax, @Nullable InetSocketAddress server, Duration timeout) {
        this.answersMax = answersMax;
        this.server = server;
        this.timeout = timeout;
        starter = new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new ArrayBlockingQueue<>(2 * OPEN_MAX), Threads.daemons("libp2p-dns"));
        starter.allowCoreThreadTimeOut(true);
    }

    @Override
    public Cancellable addresses(String name, Loop home, Callback<? super List<byte[]>> done) {
        Question<byte[]> q = new Question<>(home, done, 2, answersMax);
        ask(name, Type.AAAA, q, (record, to) -> {
            if (record instanceof AAAARecord six) to.add(six.getAddress().getAddress());
        });
        ask(name, Type.A, q, (record, to) -> {
            if (record instanceof ARecord four) to.add(four.getAddress().getAddress());
        });
        return q;
    }

    @Override
    public Cancellable texts(String name, Loop home, Callback<? super List<String>> done) {
        Question<String> q = new Question<>(home, done, 1, answersMax);
        ask(name, Type.TXT, q, (record, to) -> {
            if (record instanceof TXTRecord text) to.add(joined(text));
        });
        return q;
    }

    private static String joined(TXTRecord text) {
        StringBuilder whole = new StringBuilder();
        for (byte[] part : text.getStringsAsByteArrays()) whole.append(new String(part, StandardCharsets.UTF_8));
        return whole.toString();
    }

    private <T> void ask(String name, int type, Question<T> question, BiConsumer<Record, List<T>> take) {
        if (!places.tryAcquire()) {
            CloseReason full = CloseReason.of(CloseReason.Kind.REFUSED, Codes.RESOURCE_LIMIT_EXCEEDED, "too many look-ups");
            question.answered(type, List.of(), full);
            return;
        }
        CompletableFuture<List<Record>> answer = new CompletableFuture<>();
        answer.whenComplete((records, failure) -> {
            places.release();
            List<T> found = new ArrayList<>();
            if (records != null) {
                for (Record r : records) if (found.size() < answersMax) take.accept(r, found);
            }
            question.answered(type, found, failure == null ? null : unreachable(name, failure));
        });
        try {
            starter.execute(() -> look(name, type, answer));
        } catch (RejectedExecutionException e) {
            answer.completeExceptionally(e); // closed
        }
    }

    private static CloseReason unreachable(String name, Throwable failure) {
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        String what = cause.getClass().getSimpleName() + (cause.getMessage() == null ? "" : " " + cause.getMessage());
        return CloseReason.of(CloseReason.Kind.UNREACHABLE, name + ": " + what);
    }

    private void look(String name, int type, CompletableFuture<List<Record>> answer) {
        try {
            Name asked = Name.fromString(IDN.toASCII(name, IDN.ALLOW_UNASSIGNED), Name.root);
            session().lookupAsync(asked, type, DClass.IN).whenComplete((result, failure) -> {
                if (failure == null) answer.complete(result.getRecords());
                else answer.completeExceptionally(failure);
            });
        } catch (TextParseException | RuntimeException e) {
            answer.completeExceptionally(e);
        }
    }

    private LookupSession session() {
        LookupSession s = session;
        if (s != null) return s;
        org.xbill.DNS.Resolver upstream = server == null ? new ExtendedResolver() : new SimpleResolver(server);
        upstream.setTimeout(timeout);
        Cache cache = new Cache(DClass.IN);
        cache.setMaxEntries(CACHE_MAX);
        LookupSession.LookupSessionBuilder builder = LookupSession.builder().resolver(upstream).cache(cache);
        if (server == null) builder.hostsFileParser(new HostsFileParser());
        s = builder.build();
        session = s;
        return s;
    }

    /** Takes no more questions; those that are open fail or end by their time-out. */
    @Override
    public void close() {
        starter.shutdown();
    }

    /** One question of the caller's: one or two of the system's, the first of whose answers come first. */
    private static final class Question<T> implements Cancellable {
        private final Loop home;
        private final Callback<? super List<T>> done;
        private final int answersMax;
        private final AtomicBoolean told = new AtomicBoolean();
        private final List<T> first = new ArrayList<>();
        private final List<T> second = new ArrayList<>();
        private @Nullable CloseReason failure;
        private int open; // guarded by this, as are the three before

        Question(Loop home, Callback<? super List<T>> done, int parts, int answersMax) {
            this.home = home;
            this.done = done;
            this.open = parts;
            this.answersMax = answersMax;
        }

        void answered(int type, List<T> found, @Nullable CloseReason failed) {
            List<T> all;
            CloseReason why;
            synchronized (this) {
                (type == Type.A ? second : first).addAll(found);
                if (failed != null) failure = failed;
                if (--open > 0) return;
                all = new ArrayList<>(first);
                all.addAll(second);
                if (all.size() > answersMax) all = new ArrayList<>(all.subList(0, answersMax));
                why = failure;
            }
            if (all.isEmpty()) tell(null, why == null ? CloseReason.of(CloseReason.Kind.UNREACHABLE, "no such records") : why);
            else tell(all, null);
        }

        private void tell(@Nullable List<T> value, @Nullable CloseReason reason) {
            if (told.compareAndSet(false, true)) home.execute(() -> done.done(value, reason));
        }

        @Override
        public void cancel() {
            tell(null, CloseReason.CANCELLED);
        }
    }
}
