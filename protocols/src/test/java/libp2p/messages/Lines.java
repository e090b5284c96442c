package libp2p.messages;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import libp2p.core.Buf;
import libp2p.core.CloseReason;
import libp2p.core.Violation;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Connection;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.core.node.Codec;
import libp2p.core.node.Messages;
import libp2p.core.node.Node;
import libp2p.core.node.Protocol;
import libp2p.multiformats.Nullable;

/** Sends texts to all peers, and remembers what it hears and what happens. */
final class Lines implements Protocol, Messages.Receiver<String> {
    static final String ID = "/lines/1";

    /** Texts of ASCII; "!" breaks the rules. */
    static final Codec<String> CODEC = new Codec<>() {
        @Override
        public int sizeMax() {
            return 1 << 20;
        }

        @Override
        public int size(String m) {
            return m.length();
        }

        @Override
        public void write(String m, Buf out) {
            out.put(m.getBytes(StandardCharsets.US_ASCII));
        }

        @Override
        public String read(Buf data) {
            String s = new String(data.takeAll(), StandardCharsets.US_ASCII);
            if (s.equals("!")) throw new Violation("exclamation");
            return s;
        }
    };

    final List<String> heard = new ArrayList<>();
    final List<String> events = new ArrayList<>();
    int intakes;
    private final Messages.Params params;
    private final UnaryOperator<@Nullable String> intake;
    Node node;
    Messages<String> messages;

    Lines(Messages.Params params, UnaryOperator<String> intake) {
        this.params = params;
        this.intake = intake;
    }

    Lines() {
        this(Messages.Params.DEFAULT, s -> s);
    }

    static byte[] frame(String text) {
        Buf b = CODEC.frame(text);
        return Arrays.copyOfRange(b.array, b.start, b.end);
    }

    boolean say(PeerId peer, String text) {
        return messages.send(peer, frame(text), 0, null, Long.MAX_VALUE);
    }

    @Override
    public List<String> ids() {
        return List.of(ID);
    }

    @Override
    public void start(Node started) {
        node = started;
        messages = new Messages<>(started, ids(), params, () -> {
            intakes++;
            return (c, frame) -> intake.apply(CODEC.read(frame));
        }, this);
    }

    @Override
    public boolean onConnectionLoop() {
        return true;
    }

    @Override
    public StreamHandler accept(Stream stream) {
        return messages.accept();
    }

    @Override
    public void onConnection(Connection c) {
        messages.open(c.remote());
        messages.connected(c);
    }

    @Override
    public void stop() {
        messages.stop();
    }

    @Override
    public void onReady(PeerId peer, Connection connection, String protocol) {
        onLoop();
        events.add("ready " + protocol);
    }

    @Override
    public void onUnready(PeerId peer, CloseReason reason) {
        onLoop();
        events.add("unready");
    }

    @Override
    public void onInbound(PeerId peer, Connection connection, String protocol) {
        onLoop();
        events.add("inbound");
    }

    @Override
    public void onInboundClosed(PeerId peer, CloseReason reason) {
        onLoop();
        events.add("closed " + reason.kind());
    }

    @Override
    public void onMessage(PeerId peer, Connection connection, String message, int size) {
        onLoop();
        if (size != message.length()) throw new IllegalStateException("said to be of " + size + " bytes");
        heard.add(message);
    }

    private void onLoop() {
        if (!node.loop().isCurrent()) throw new IllegalStateException("not on the node's loop");
    }
}
