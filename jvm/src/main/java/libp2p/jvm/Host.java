package libp2p.jvm;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.Watch;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Connection;
import libp2p.core.net.Listener;
import libp2p.core.net.OpenOptions;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.core.node.PeerBook;
import libp2p.core.node.Swarm;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;
import libp2p.multiformats.Proto;

/**
 * A libp2p node for applications: from any thread, blocking or with futures.
 *
 * <p>It is a {@link Swarm} on loops of its own. Blocking methods must not be called on a loop, that is, from a stream handler or a
 * protocol; they say so with an {@link IllegalStateException}.
 */
public final class Host implements AutoCloseable {
    private static final Duration FOR_EVER = Duration.ofSeconds(Long.MAX_VALUE);

    private final Swarm swarm;
    private final HostLoops loops;
    private final Executor handlers;
    private final AutoCloseable pools;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private final Set<Pending<?>> pending = ConcurrentHashMap.newKeySet();
    private volatile boolean ended; // the loops run no more
    private boolean closing; // guarded by closed

    Host(Swarm swarm, HostLoops loops, Executor handlers, AutoCloseable pools) {
        this.swarm = swarm;
        this.loops = loops;
        this.handlers = handlers;
        this.pools = pools;
    }

    /** A host in the making. */
    public static HostBuilder builder() {
        return new HostBuilder();
    }

    void start(List<Multiaddr> listen) throws P2pException {
        try {
            await(done -> post(swarm::start, done));
            for (Multiaddr a : listen) listen(a);
        } catch (P2pException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private Cancellable post(Runnable task, Callback<? super Void> done) {
        swarm.loop().execute(() -> {
            CloseReason failure = null;
            try {
                task.run();
            } catch (RuntimeException e) {
                failure = CloseReason.bug(e);
            }
            done.done(null, failure);
        });
        return Cancellable.NONE;
    }

    /** Who this is. */
    public PeerId id() {
        return swarm.identity().id();
    }

    /** The addresses that others are told, each with {@code /p2p/<id>}. */
    public List<Multiaddr> addresses() {
        List<Multiaddr> full = new ArrayList<>();
        for (Multiaddr a : swarm.addresses().value()) full.add(a.encapsulate(Proto.P2P, id().toString()));
        return Collections.unmodifiableList(full);
    }

    /** The same addresses, without {@code /p2p}, as they change. */
    public Watch<List<Multiaddr>> addressWatch() {
        return swarm.addresses();
    }

    /** The peers that have a connection. */
    public Watch<List<PeerId>> peers() {
        return swarm.connectedPeers();
    }

    /** The protocols answered here. */
    public Watch<List<String>> protocols() {
        return swarm.protocols();
    }

    /** The node itself, for what has no door here; its methods are for its loop unless they say otherwise. */
    public Swarm swarm() {
        return swarm;
    }

    /** Listens on one more address. */
    public void listen(Multiaddr address) throws P2pException {
        await((Callback<Listener> done) -> onLoop(done, d -> swarm.listen(address, d)));
    }

    /** Connects to the peer at an address, whose {@code /p2p} part, if any, it must prove. */
    public PeerId connect(Multiaddr address) throws P2pException {
        Connection c = await((Callback<Connection> done) -> onLoop(done, d -> swarm.connect(address, d)));
        return c.remote();
    }

    /** The same, given up with TIMED_OUT after that time. */
    public PeerId connect(Multiaddr address, Duration within) throws P2pException {
        return this.<Connection>await(within, done -> onLoop(done, d -> swarm.connect(address, d))).remote();
    }

    /** Connects to the peer at an address in text. */
    public PeerId connect(String address) throws P2pException {
        return connect(Multiaddr.of(address));
    }

    /** Connects to a peer by what is known of it. */
    public Connection connect(PeerId peer) throws P2pException {
        return await((Callback<Connection> done) -> onLoop(done, d -> swarm.connect(peer, d)));
    }

    /** Keeps addresses of a peer for connects to come: for an hour, and longer once there has been a connection. */
    public void remember(PeerId peer, List<Multiaddr> addresses) {
        List<Multiaddr> kept = new ArrayList<>(addresses);
        swarm.loop().execute(() -> swarm.peers().add(peer, kept, PeerBook.TOLD_NANOS));
    }

    /** Connects without waiting; cancelling the future gives the attempt up. */
    public CompletableFuture<Connection> connectAsync(Multiaddr address) {
        return async(done -> onLoop(done, d -> swarm.connect(address, d)));
    }

    /** Connects without waiting, by what is known of the peer; cancelling the future gives the attempt up. */
    public CompletableFuture<Connection> connectAsync(PeerId peer) {
        return async(done -> onLoop(done, d -> swarm.connect(peer, d)));
    }

    // ---- streams

    /** Opens a stream under the first of the ids that the peer speaks, connecting if need be. */
    public PeerSocket open(PeerId peer, String... protocols) throws P2pException {
        return wait(openAsync(peer, protocols));
    }

    /** The same, given up with TIMED_OUT after that time, connecting included. */
    public PeerSocket open(PeerId peer, Duration within, String... protocols) throws P2pException {
        return wait(openAsync(peer, protocols), within);
    }

    /** Opens a stream without waiting; cancelling the future gives it up. */
    public CompletableFuture<PeerSocket> openAsync(PeerId peer, String... protocols) {
        return openAsync(peer, List.of(protocols), OpenOptions.DEFAULT);
    }

    /** Opens a stream without waiting, in the way the options say; cancelling the future gives it up. */
    public CompletableFuture<PeerSocket> openAsync(PeerId peer, List<String> protocols, OpenOptions options) {
        Pending<PeerSocket> future = new Pending<>();
        SocketBridge bridge = new SocketBridge(new SocketBridge.Opened() {
            @Override
            public void opened(PeerSocket socket) {
                if (!future.complete(socket)) socket.reset(0); // given up meanwhile
            }

            @Override
            public void refused(CloseReason reason) {
                future.completeExceptionally(new P2pException(reason));
            }
        });
        future.cancels(onLoop(() -> open(peer, protocols, options, bridge)));
        return future;
    }

    private Cancellable open(PeerId peer, List<String> protocols, OpenOptions options, StreamHandler handler) {
        Cancellable[] now = new Cancellable[1];
        now[0] = swarm.connect(peer, (connection, failure) -> {
            if (connection != null) now[0] = connection.open(protocols, options, handler);
            else handler.onClose(null, failure == null ? CloseReason.CANCELLED : failure);
        });
        return () -> now[0].cancel();
    }

    /** Answers streams under the id, each on a thread of its own, until closed. */
    public AutoCloseable handle(String protocol, SocketHandler handler) {
        return answering(swarm.handle(protocol, s -> answer(handler)));
    }

    /** The same for ids that are not known beforehand; they are not told to others. */
    public AutoCloseable handle(Predicate<String> protocols, SocketHandler handler) {
        return answering(swarm.handle(protocols, s -> answer(handler)));
    }

    /** Answers streams under the id with handlers that run on their connection's loop, until closed. */
    public AutoCloseable handleOnLoop(String protocol, Function<Stream, StreamHandler> accept) {
        return answering(swarm.handle(protocol, accept));
    }

    /** From its return on the id is answered, except on a loop, which cannot wait for that. */
    private AutoCloseable answering(Cancellable handler) {
        if (!NioLoop.isLoopThread()) async((Callback<Void> done) -> post(() -> {}, done)).exceptionally(closedMeanwhile -> null).join();
        return handler::cancel;
    }

    private StreamHandler answer(SocketHandler handler) {
        return new SocketBridge(socket -> {
            try {
                handlers.execute(() -> answer(handler, socket));
            } catch (RejectedExecutionException e) {
                socket.reset(Codes.RESOURCE_LIMIT_EXCEEDED);
            }
        });
    }

    private void answer(SocketHandler handler, PeerSocket socket) {
        try {
            handler.handle(socket);
            socket.closeAfterAnswer();
        } catch (Throwable t) {
            try {
                // Streams end all the time, and handlers need not care; what is no ending of a stream is a bug of theirs. It is told first:
                // who sees the reset may look for it.
                if (!(t instanceof IOException)) swarm.observer().bug("handler of " + socket, t);
            } finally {
                socket.reset(0);
            }
            if (t instanceof Error) throw (Error) t;
        }
    }

    // ---- from callbacks to threads

    /** Calls a method with a callback and waits for it; an interrupt gives it up. */
    public <T> T await(Function<Callback<T>, Cancellable> call) throws P2pException {
        checkThread();
        return wait(async(call));
    }

    /** The same, given up with TIMED_OUT after that time. */
    public <T> T await(Duration within, Function<Callback<T>, Cancellable> call) throws P2pException {
        checkThread();
        return wait(async(call), within);
    }

    private static void checkThread() {
        if (NioLoop.isLoopThread()) throw new IllegalStateException("would block a loop: use async");
    }

    private <T> T wait(CompletableFuture<T> future) throws P2pException {
        return wait(future, FOR_EVER);
    }

    private <T> T wait(CompletableFuture<T> future, Duration within) throws P2pException {
        checkThread();
        try {
            return within == FOR_EVER ? future.get() : future.get(within.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            future.cancel(true);
            throw new P2pException(CloseReason.of(CloseReason.Kind.TIMED_OUT, "not within " + within));
        } catch (InterruptedException e) {
            future.cancel(true);
            Thread.currentThread().interrupt();
            throw new P2pException(CloseReason.of(CloseReason.Kind.CANCELLED, "interrupted"));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof P2pException) throw new P2pException(((P2pException) e.getCause()).reason());
            throw new IllegalStateException(e.getCause());
        }
    }

    /** Calls a method with a callback, as a future that fails with {@link P2pException}; cancelling it cancels the call. */
    public <T> CompletableFuture<T> async(Function<Callback<T>, Cancellable> call) {
        Pending<T> future = new Pending<>();
        Cancellable c = call.apply((value, failure) -> {
            if (failure == null) future.complete(value);
            else future.completeExceptionally(new P2pException(failure));
        });
        future.cancels(c);
        return future;
    }

    /** A call under way; the host's end ends it too. */
    private final class Pending<T> extends CompletableFuture<T> {
        private volatile Cancellable call = Cancellable.NONE;

        Pending() {
            pending.add(this);
            whenComplete((value, failure) -> pending.remove(this));
            if (ended) endPending();
        }

        void cancels(Cancellable c) {
            call = c;
            if (isCancelled()) c.cancel();
        }

        @Override
        public boolean cancel(boolean interrupt) {
            boolean was = super.cancel(interrupt);
            if (was) call.cancel();
            return was;
        }
    }

    /** For methods that must be called on the node's loop. */
    private <T> Cancellable onLoop(Callback<T> done, Function<Callback<T>, Cancellable> call) {
        return onLoop(() -> call.apply(done));
    }

    private Cancellable onLoop(Supplier<Cancellable> call) {
        Deferred deferred = new Deferred();
        swarm.loop().execute(() -> deferred.started(call.get()));
        return () -> swarm.loop().execute(deferred::cancel);
    }

    private static final class Deferred {
        private @Nullable Cancellable started;
        private boolean cancelled;

        void started(Cancellable c) {
            started = c;
            if (cancelled) c.cancel();
        }

        void cancel() {
            cancelled = true;
            if (started != null) started.cancel();
        }
    }

    /**
     * Takes no new streams, waits at most {@code Limits.drainNanos} for the open ones, says goodbye and ends the loops. A second call, from
     * another thread, closes all connections at once.
     */
    @Override
    public void close() {
        checkThread();
        boolean first;
        synchronized (closed) {
            first = !closing;
            closing = true;
        }
        if (first) swarm.loop().execute(() -> swarm.stop((v, failure) -> closed.complete(null)));
        else swarm.loop().execute(swarm::closeAll);
        boolean interrupted = false;
        while (true) {
            try {
                closed.get();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
                swarm.loop().execute(swarm::closeAll);
            } catch (ExecutionException e) {
                throw new IllegalStateException(e);
            }
        }
        if (first) {
            loops.close();
            ended = true;
            endPending();
            closePools();
        }
        if (interrupted) Thread.currentThread().interrupt();
    }

    private void endPending() {
        CloseReason closedNow = CloseReason.of(CloseReason.Kind.CANCELLED, "the host is closed");
        for (Pending<?> p : pending) p.completeExceptionally(new P2pException(closedNow));
    }

    private void closePools() {
        try {
            pools.close();
        } catch (Exception e) {
            swarm.observer().bug("close of pools", e);
        }
    }
}
