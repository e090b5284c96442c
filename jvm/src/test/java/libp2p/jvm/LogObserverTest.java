package libp2p.jvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import libp2p.core.CloseReason;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Gater;
import libp2p.multiformats.Multiaddr;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

class LogObserverTest {
    private final Lines lines = new Lines();
    private final LogObserver observer = new LogObserver() {
        @Override
        Logger log() {
            return lines;
        }
    };

    /** What was logged, as "LEVEL text". */
    private static final class Lines extends LegacyAbstractLogger {
        private static final long serialVersionUID = 1;
        private final transient Queue<String> all = new ConcurrentLinkedQueue<>();

        @Override
        protected String getFullyQualifiedCallerName() {
            return "";
        }

        @Override
        protected void handleNormalizedLoggingCall(Level level, Marker marker, String text, Object[] arguments, Throwable thrown) {
            String cause = thrown == null ? "" : " " + thrown.getMessage();
            all.add(level + " " + MessageFormatter.basicArrayFormat(text, arguments) + cause);
        }

        @Override
        public boolean isTraceEnabled() {
            return false;
        }

        @Override
        public boolean isDebugEnabled() {
            return true;
        }

        @Override
        public boolean isInfoEnabled() {
            return true;
        }

        @Override
        public boolean isWarnEnabled() {
            return true;
        }

        @Override
        public boolean isErrorEnabled() {
            return true;
        }
    }

    @Test
    void aBugOfAHandlerIsAnErrorAndConnectionsAreDebug() throws IOException {
        try (Host server = Host.builder().listen("/ip4/127.0.0.1/tcp/0").observer(observer).start(); Host client = Host.builder().start()) {
            server.handle("/broken", socket -> {
                throw new IllegalStateException("oh no");
            });
            PeerId peer = client.connect(server.addresses().get(0));
            try (PeerSocket socket = client.open(peer, "/broken")) {
                socket.in().read();
            } catch (P2pException reset) {
                assertThat(reset.reason().kind()).isEqualTo(CloseReason.Kind.PEER_RESET);
            }
        }
        assertThat(lines.all).anyMatch(l -> l.startsWith("ERROR a bug in handler of /broken") && l.endsWith("oh no"));
        assertThat(lines.all).anyMatch(l -> l.startsWith("DEBUG connected from ")).anyMatch(l -> l.startsWith("DEBUG disconnected from "));
    }

    @Test
    void whatOthersCanCauseIsDebugOnly() throws IOException {
        Gater nobody = new Gater() {
            @Override
            public CloseReason accept(Multiaddr local, Multiaddr remote) {
                return CloseReason.of(CloseReason.Kind.REFUSED, "nobody");
            }
        };
        try (Host server = Host.builder().listen("/ip4/127.0.0.1/tcp/0").gater(nobody).observer(observer).start();
                Host client = Host.builder().start()) {
            Multiaddr there = server.addresses().get(0);
            assertThat(client.connectAsync(there).handle((c, failure) -> failure).join()).isNotNull();
        }
        assertThat(lines.all).anyMatch(l -> l.startsWith("DEBUG refused /ip4/127.0.0.1/")).allMatch(l -> l.startsWith("DEBUG "));
    }
}
