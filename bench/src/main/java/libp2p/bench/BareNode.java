package libp2p.bench;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
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

/** As little of a node as a transport or a security protocol needs; pipes are given away as they are. */
final class BareNode implements Node, Upgrader {
    private final Loop loop;
    private final Identity identity;
    private final Crypto crypto;
    private final Consumer<Pipe> pipes;

    BareNode(Loop loop, Identity identity, Crypto crypto, Consumer<Pipe> pipes) {
        this.loop = loop;
        this.identity = identity;
        this.crypto = crypto;
        this.pipes = pipes;
    }

    @Override
    public Cancellable upgrade(Pipe pipe, Dial dial, Callback<? super Connection> done) {
        pipes.accept(pipe);
        return Cancellable.NONE;
    }

    @Override
    public void accept(Pipe pipe, Accept accept) {
        pipes.accept(pipe);
    }

    @Override
    public Upgrader upgrader() {
        return this;
    }

    @Override
    public Identity identity() {
        return identity;
    }

    @Override
    public Loop loop() {
        return loop;
    }

    @Override
    public Crypto crypto() {
        return crypto;
    }

    @Override
    public Limits limits() {
        return Limits.DEFAULT;
    }

    @Override
    public Observer observer() {
        return Observer.NONE;
    }

    private static UnsupportedOperationException nothing() {
        return new UnsupportedOperationException("a bare node has none");
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
        home.execute(() -> done.done(work.get(), null));
        return Cancellable.NONE;
    }
}
