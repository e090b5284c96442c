package libp2p.testkit;

import java.util.List;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.core.node.Node;
import libp2p.core.node.Protocol;

/** A protocol of one id that handles all its streams itself, on their connections' loops: a test says only what it does with them. */
public abstract class TestProtocol implements Protocol, StreamHandler {
    private final String id;

    /** Under that id. */
    protected TestProtocol(String id) {
        this.id = id;
    }

    @Override
    public List<String> ids() {
        return List.of(id);
    }

    @Override
    public void start(Node node) {}

    @Override
    public boolean onConnectionLoop() {
        return true;
    }

    @Override
    public StreamHandler accept(Stream stream) {
        return this;
    }

    /** Nothing, unless a test says otherwise. */
    @Override
    public void onFinish(Stream stream) {}
}
