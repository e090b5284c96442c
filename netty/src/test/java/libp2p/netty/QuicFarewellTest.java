package libp2p.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.net.Connection;
import libp2p.core.net.Limits;
import libp2p.core.net.Observer;
import libp2p.jvm.Host;
import libp2p.jvm.HostBuilder;
import libp2p.multiformats.Multiaddr;
import org.junit.jupiter.api.Test;

/** Ends of connections whose handshake the server has not confirmed, or may not have. */
class QuicFarewellTest {
    private static final String ANY = "/ip4/127.0.0.1/udp/0/quic-v1";
    private static final long SECOND = 1_000_000_000L;
    private static final int LONG = 0x80;
    private static final int PROBES = 8;

    private static HostBuilder builder() {
        return Host.builder().limits(Limits.DEFAULT.with().drainNanos(SECOND / 100).build());
    }

    private static Host listener(CompletableFuture<CloseReason> ended) throws IOException {
        Observer observer = new Observer() {
            @Override
            public void disconnected(Connection connection, CloseReason reason) {
                ended.complete(reason);
            }
        };
        return builder().observer(observer).listen(ANY).start();
    }

    /** The library would acknowledge for ever, and its loop with it, and never say that it closes. */
    @Test
    void aCloseIsHeardThoughTheServerConfirmsNothingAndAProbeIsOverdue() throws IOException {
        AtomicInteger withheld = new AtomicInteger();
        CompletableFuture<CloseReason> ended = new CompletableFuture<>();
        try (Host a = listener(ended); Host b = builder().start(); Relay relay = new Relay(a.addresses().get(0).port(), 12)) {
            relay.withhold(packet -> {
                boolean isShort = (packet[0] & LONG) == 0;
                if (isShort) withheld.incrementAndGet();
                return isShort;
            });
            b.connect(Multiaddr.of("/ip4/127.0.0.1/udp/" + relay.port() + "/quic-v1"));
            Connection c = Waiting.on(b.swarm().loop(), () -> b.swarm().connections(a.id()).get(0));
            c.loop().execute(() -> {
                int before = withheld.get();
                // The client's probe is overdue when the server, whose timer is not shorter, has probed several times.
                Waiting.until(() -> withheld.get() >= before + PROBES);
                c.close(CloseReason.of(CloseReason.Kind.CANCELLED, 7, "bye"));
            });
            assertThat(Waiting.get(ended).code()).isEqualTo(7);
            Waiting.on(c.loop(), () -> "goes on");
        }
    }

    /** The client's last flight is lost once: a close right behind it could not be read, and would not be sent again. */
    @Test
    void aCloseIsHeardThoughTheServerCouldNotReadItYet() throws IOException {
        CompletableFuture<CloseReason> ended = new CompletableFuture<>();
        AtomicInteger flights = new AtomicInteger();
        try (Host a = listener(ended); Host b = builder().start(); Relay relay = new Relay(a.addresses().get(0).port(), 13)) {
            relay.withholdFromServer(packet -> (packet[0] & LONG) != 0 && flights.incrementAndGet() > 1 && flights.get() <= 3);
            b.connect(Multiaddr.of("/ip4/127.0.0.1/udp/" + relay.port() + "/quic-v1"));
            Connection c = Waiting.on(b.swarm().loop(), () -> b.swarm().connections(a.id()).get(0));
            c.close(CloseReason.of(CloseReason.Kind.CANCELLED, 7, "bye"));
            assertThat(Waiting.get(ended).code()).isEqualTo(7);
            assertThat(flights).as("the last flight was sent again").hasValueGreaterThan(3);
        }
    }

    @Test
    void theServerHearsThatADialIsGivenUp() throws IOException {
        CompletableFuture<CloseReason> ended = new CompletableFuture<>();
        try (Host a = listener(ended); Host b = builder().gater(Gaters.PICKY).start()) {
            assertThatThrownBy(() -> b.connect(a.addresses().get(0))).hasMessageContaining("not you");
            assertThat(Waiting.get(ended).code()).isEqualTo(Codes.GATED);
        }
    }

    @Test
    void buffersHaveNoRoomForPacketsAfterTheLast() {
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.config().setAllocator(new QuicFarewell.Counted(channel));
        for (int i = 0; i <= QuicFarewell.PACKETS_MAX; i++) assertRoom(channel, 1200);
        channel.close();
        for (int i = 0; i < QuicFarewell.PACKETS_MAX; i++) assertRoom(channel, 1200);
        assertRoom(channel, 8);
    }

    private static void assertRoom(EmbeddedChannel channel, int bytes) {
        ByteBuf b = channel.alloc().directBuffer(1200);
        try {
            assertThat(b.writableBytes()).isEqualTo(bytes);
        } finally {
            b.release();
        }
    }
}
