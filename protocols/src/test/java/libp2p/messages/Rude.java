package libp2p.messages;

import java.util.List;
import libp2p.core.Buf;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.core.node.Node;
import libp2p.core.node.Protocol;

/** Takes streams and resets them. */
final class Rude implements Protocol {
    @Override
    public List<String> ids() {
        return List.of(Lines.ID);
    }

    @Override
    public void start(Node node) {}

    @Override
    public StreamHandler accept(Stream stream) {
        return new StreamHandler() {
            @Override
            public void onOpen(Stream s) {
                s.reset(7);
            }

            @Override
            public void onData(Stream s, Buf data) {}

            @Override
            public void onFinish(Stream s) {}
        };
    }

    @Override
    public boolean onConnectionLoop() {
        return true;
    }
}
