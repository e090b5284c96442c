package libp2p.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import libp2p.core.Buf;
import libp2p.core.net.Limits;
import libp2p.core.net.Stream;
import libp2p.jvm.Host;
import libp2p.jvm.HostBuilder;
import libp2p.jvm.PeerSocket;
import libp2p.multiformats.Multiaddr;
import libp2p.testkit.TestProtocol;
import org.junit.jupiter.api.Test;

/** A dial takes one round trip, and its first answer the second. */
class QuicHandshakeTest {
    private static final String ANY = "/ip4/127.0.0.1/udp/0/quic-v1";
    private static final int LONG = 0x80;

    private static HostBuilder builder() {
        return Host.builder().limits(Limits.DEFAULT.with().drainNanos(10_000_000).build());
    }

    /** Tells of the first byte that comes. */
    private static final class Sink extends TestProtocol {
        static final String ID = "/sink/1.0.0";
        final CompletableFuture<Integer> first = new CompletableFuture<>();

        Sink() {
            super(ID);
        }

        @Override
        public void onData(Stream s, Buf data) {
            first.complete(data.u8());
            data.skip(data.size());
        }
    }

    /** The client gets the server's first flight and, until the request is there, nothing after it. */
    @Test
    void aRequestLeavesWithTheClientsLastFlight() throws IOException {
        Sink sink = new Sink();
        try (Host a = builder().protocol(sink).listen(ANY).start();
                Host b = builder().start();
                Relay relay = new Relay(a.addresses().get(0).port(), 12)) {
            relay.withhold(packet -> (packet[0] & LONG) == 0 && !sink.first.isDone());
            assertThat(b.connect(Multiaddr.of("/ip4/127.0.0.1/udp/" + relay.port() + "/quic-v1"))).isEqualTo(a.id());
            try (PeerSocket s = b.open(a.id(), Sink.ID)) {
                s.out().write(77);
                s.out().flush();
                assertThat(Waiting.get(sink.first)).isEqualTo(77);
            }
        }
    }
}
