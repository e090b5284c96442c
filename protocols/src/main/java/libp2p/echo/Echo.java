package libp2p.echo;

import java.util.List;
import libp2p.core.Buf;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.core.node.Node;
import libp2p.core.node.Protocol;

/** Sends every byte back, as fast as the peer takes them: what is not written yet stays unread, and holds the peer's window. */
public final class Echo implements Protocol, StreamHandler {
    /** The protocol id. */
    public static final String ID = "/echo/1.0.0";

    @Override
    public List<String> ids() {
        return List.of(ID);
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

    @Override
    public void onData(Stream stream, Buf data) {
        stream.write(data);
    }

    @Override
    public void onWritable(Stream stream) {
        stream.read();
    }

    @Override
    public void onFinish(Stream stream) {
        stream.finish();
    }
}
