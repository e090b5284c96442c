package libp2p.interop.peer;

import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import libp2p.core.Buf;
import libp2p.core.CloseReason;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.core.node.Node;
import libp2p.core.node.Protocol;
import libp2p.echo.Echo;
import libp2p.interop.peer.JavaPeer.Lines;

/** The project's echo, which also says what it sent back. */
final class ReportingEcho implements Protocol {
    static final String ID = Echo.ID;

    private final Echo echo = new Echo();
    private final Lines lines;

    ReportingEcho(Lines lines) {
        this.lines = lines;
    }

    @Override
    public List<String> ids() {
        return echo.ids();
    }

    @Override
    public void start(Node node) {
        echo.start(node);
    }

    @Override
    public boolean onConnectionLoop() {
        return echo.onConnectionLoop();
    }

    @Override
    public StreamHandler accept(Stream stream) {
        return new Counted(stream.connection().remote().toString(), echo.accept(stream));
    }

    private final class Counted implements StreamHandler {
        private final String peer;
        private final StreamHandler next;
        private final MessageDigest hash = EchoClient.sha256();
        private long bytes;

        Counted(String peer, StreamHandler next) {
            this.peer = peer;
            this.next = next;
        }

        @Override
        public void onData(Stream s, Buf data) {
            int from = data.start;
            next.onData(s, data);
            hash.update(data.array, from, data.start - from);
            bytes += data.start - from;
        }

        @Override
        public void onWritable(Stream s) {
            next.onWritable(s);
        }

        @Override
        public void onFinish(Stream s) {
            next.onFinish(s);
        }

        @Override
        public void onClose(Stream s, CloseReason reason) {
            next.onClose(s, reason);
            String sha256 = HexFormat.of().formatHex(hash.digest());
            Map<String, Object> report = Lines.fields("event", "echoed", "peer", peer, "bytes", bytes, "sha256", sha256);
            if (reason.kind() != CloseReason.Kind.FINISHED) report.put("error", reason.toString());
            lines.say(report);
        }
    }
}
