package libp2p.jvm;

import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;
import libp2p.bouncycastle.BouncyCastleCrypto;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Crypto;
import libp2p.core.Loop;
import libp2p.core.Rng;
import libp2p.core.Watch;
import libp2p.core.identity.Identity;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Accept;
import libp2p.core.net.Connection;
import libp2p.core.net.Dial;
import libp2p.core.net.Limits;
import libp2p.core.net.Observer;
import libp2p.core.net.OpenOptions;
import libp2p.core.net.Pipe;
import libp2p.core.net.StreamHandler;
import libp2p.core.net.Upgrader;
import libp2p.core.node.Identified;
import libp2p.core.node.Node;
import libp2p.core.node.PeerBook;
import libp2p.multiformats.Multiaddr;

/** A node that has an upgrader which hands out bare pipes, limits, an observer, and nothing else. */
final class BareNode implements Node, Upgrader {
    private static final Crypto CRYPTO = new BouncyCastleCrypto();

    final LinkedBlockingQueue<Pipe> dialed = new LinkedBlockingQueue<>();
    final LinkedBlockingQueue<Pipe> accepted = new LinkedBlockingQueue<>();
    private final Loop loop;
    private Limits limits = Limits.DEFAULT;

    BareNode(Loop loop) {
        this.loop = loop;
    }

    BareNode limits(Limits other) {
        limits = other;
        return this;
    }

    /** Succeeds at once, with no connection: the pipe is all there is. */
    @Override
    public Cancellable upgrade(Pipe pipe, Dial dial, Callback<? super Connection> done) {
        pipe.loop().execute(() -> {
            done.done(null, null);
            dialed.add(pipe);
        });
        return () -> pipe.loop().execute(() -> pipe.close(CloseReason.CANCELLED));
    }

    @Override
    public void accept(Pipe pipe, Accept accept) {
        accepted.add(pipe);
    }

    @Override
    public Upgrader upgrader() {
        return this;
    }

    @Override
    public Loop loop() {
        return loop;
    }

    @Override
    public Limits limits() {
        return limits;
    }

    @Override
    public Observer observer() {
        return Observer.NONE;
    }

    private static AssertionError nothing() {
        return new AssertionError("a bare node has none");
    }

    @Override
    public Identity identity() {
        throw nothing();
    }

    @Override
    public Rng random() {
        throw nothing();
    }

    @Override
    public long epochMillis() {
        throw nothing();
    }

    @Override
    public Crypto crypto() {
        return CRYPTO;
    }

    @Override
    public PeerBook peers() {
        throw nothing();
    }

    @Override
    public List<String> securities() {
        return List.of();
    }

    @Override
    public Watch<List<Multiaddr>> addresses() {
        throw nothing();
    }

    @Override
    public Watch<List<String>> protocols() {
        throw nothing();
    }

    @Override
    public List<Connection> connections(PeerId peer) {
        throw nothing();
    }

    @Override
    public List<Connection> connections() {
        throw nothing();
    }

    @Override
    public void identified(Connection connection, Identified learned) {
        throw nothing();
    }

    @Override
    public Cancellable connect(PeerId peer, Callback<? super Connection> done) {
        throw nothing();
    }

    @Override
    public Cancellable dial(Dial dial, Callback<? super Connection> done) {
        throw nothing();
    }

    @Override
    public Cancellable open(PeerId peer, List<String> protocols, OpenOptions options, StreamHandler handler) {
        throw nothing();
    }

    @Override
    public <T> Cancellable offload(Supplier<T> work, Loop home, Callback<? super T> done) {
        throw nothing();
    }
}
