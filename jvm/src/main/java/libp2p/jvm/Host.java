package libp2p.jvm;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;
import java.util.function.Predicate;
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
import libp2p.core.node.Swarm;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;
import libp2p.multiformats.Proto;

/**
 * A libp2p node for applications: from any thread, blocking or with futures.
 *
 * <p>It is a {@link Swarm} on loops of its own. Blocking methods must not be called on a loop, that is, from a stream handler or a protocol;
 * they say so with an {@link IllegalStateException}.
 */
public final class Host implements AutoCloseable {
    private final Swarm swarm;
    private final List<NioLoop> loops;
    private final Runnable afterwards;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private final ExecutorService threads = Threads.perTask("libp2p-handler");
    private boolean closing; // guarded by closed

    Host(Swarm swarm, List<NioLoop> loops, Runnable afterwards) {
        this.swarm = swarm;
        this.loops = loops;
        this.afterwards = afterwards;
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
            task.run();
            done.done(null, null);
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

    /** Connects to the peer at an address in text. */
    public PeerId connect(String address) throws P2pException {
        return connect(Multiaddr.of(address));
    }

    /** Connects to a peer by what is known of it. */
    public Connection connect(PeerId peer) throws P2pException {
        return await((Callback<Connection> done) -> onLoop(done, d -> swarm.connect(peer, d)));
    }

    /** Connects without waiting; cancelling the future gives the attempt up. */
    public CompletableFuture<Connection> connectAsync(Multiaddr address) {
        return async(done -> onLoop(done, d -> swarm.connect(address, d)));
    }

    /** Opens a stream to a peer under the first of the ids that it speaks, connecting if need be. */
    public PeerSocket open(PeerId peer, String... protocols) throws P2pException {
        return await(done -> opening(peer, List.of(protocols), done));
    }

    /** The same without waiting; cancelling the future gives it up. */
    public CompletableFuture<PeerSocket> openAsync(PeerId peer, String... protocols) {
        return async(done -> opening(peer, List.of(protocols), done));
    }

    private Cancellable opening(PeerId peer, List<String> protocols, Callback<PeerSocket> done) {
        SocketBridge bridge = new SocketBridge(new SocketBridge.Opened() {
            @Override
            public void opened(PeerSocket socket) {
                done.done(socket, null);
            }

            @Override
            public void refused(CloseReason reason) {
                done.done(null, reason);
            }
        });
        Deferred deferred = new Deferred();
        swarm.loop().execute(() -> deferred.started(swarm.connect(peer, (connection, failure) -> {
            if (connection != null) deferred.started(connection.open(protocols, OpenOptions.DEFAULT, bridge));
            else done.done(null, failure);
        })));
        return () -> swarm.loop().execute(deferred::cancel);
    }

    /** Answers streams under the id, each on a thread of its own, until cancelled. */
    public Cancellable handle(String protocol, SocketHandler handler) {
        return swarm.handle(protocol, s -> new SocketBridge(socket -> threads.execute(() -> serve(socket, handler))));
    }

    /** The same for ids that are not known beforehand, and not told to others. */
    public Cancellable handle(Predicate<String> protocols, SocketHandler handler) {
        return swarm.handle(protocols, s -> new SocketBridge(socket -> threads.execute(() -> serve(socket, handler))));
    }

    private void serve(PeerSocket socket, SocketHandler handler) {
        try (socket) {
            handler.handle(socket);
            socket.finish();
            socket.stopReading(Codes.NONE);
        } catch (IOException e) {
            // The stream ended under the handler, or the handler gave it up: closing resets what is left.
        } catch (Exception e) {
            swarm.observer().bug("handler of " + socket.protocol(), e);
        }
    }

    /** Answers streams under the id with handlers that run on their connection's loop, until cancelled. */
    public Cancellable handleOnLoop(String protocol, Function<Stream, StreamHandler> accept) {
        return swarm.handle(protocol, accept);
    }

    // ---- from callbacks to threads

    /** Calls a method with a callback and waits for it; an interrupt gives it up. */
    public <T> T await(Function<Callback<T>, Cancellable> call) throws P2pException {
        for (NioLoop l : loops) if (l.isCurrent()) throw new IllegalStateException("would block a loop: use async");
        CompletableFuture<T> future = async(call);
        try {
            return future.get();
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
        Pending<T> pending = new Pending<>();
        Cancellable c = call.apply((value, failure) -> {
            if (failure == null) pending.complete(value);
            else pending.completeExceptionally(new P2pException(failure));
        });
        pending.cancels(c);
        return pending;
    }

    private static final class Pending<T> extends CompletableFuture<T> {
        private volatile Cancellable call = Cancellable.NONE;

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
        Deferred deferred = new Deferred();
        swarm.loop().execute(() -> deferred.started(call.apply(done)));
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
        for (NioLoop l : loops) if (l.isCurrent()) throw new IllegalStateException("would block a loop");
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
            threads.shutdown();
            for (NioLoop l : loops) l.close();
            afterwards.run();
        }
        if (interrupted) Thread.currentThread().interrupt();
    }
}
