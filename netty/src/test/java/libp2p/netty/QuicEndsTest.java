package libp2p.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import libp2p.core.Buf;
import libp2p.core.CloseReason;
import libp2p.core.Rng;
import libp2p.core.net.Connection;
import libp2p.core.net.OpenOptions;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.echo.Echo;
import libp2p.jvm.Host;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams end though packets are lost: their ends are sent again as their bytes are. */
@ParameterizedClass
@ValueSource(strings = {"quic-v1", "quic-v1/webtransport"})
class QuicEndsTest {
    private static final int ECHOES = 400;
    private static final int AT_ONCE = 40;
    private static final int LOST_PERCENT = 8;
    private static final int SIZE_MAX = 400;

    private final String transport;

    QuicEndsTest(String transport) {
        this.transport = transport;
    }

    /** Small echoes, so many at once, each on a stream that both sides finish. */
    private static final class Echoes {
        private final Connection connection;
        private final Rng rng = Rng.seeded(7);
        private final Map<String, Integer> ends = new TreeMap<>(); // how many ended how
        private final CompletableFuture<Map<String, Integer>> all = new CompletableFuture<>();
        private int begun;
        private int ended;

        Echoes(Connection connection) {
            this.connection = connection;
        }

        CompletableFuture<Map<String, Integer>> begin() {
            connection.loop().execute(() -> {
                for (int i = 0; i < AT_ONCE; i++) next();
            });
            return all;
        }

        private void next() {
            if (begun == ECHOES) return;
            begun++;
            connection.open(List.of(Echo.ID), OpenOptions.DEFAULT, new One(rng.bytes(1 + rng.nextInt(SIZE_MAX))));
        }

        private final class One implements StreamHandler {
            private final Buf unsent;
            private final int size;
            private int came;

            One(byte[] bytes) {
                this.unsent = new Buf(bytes);
                this.size = bytes.length;
            }

            @Override
            public void onOpen(Stream s) {
                onWritable(s);
            }

            @Override
            public void onWritable(Stream s) {
                s.write(unsent);
                if (unsent.isEmpty()) s.finish();
            }

            @Override
            public void onData(Stream s, Buf data) {
                came += data.size();
                data.skip(data.size());
            }

            @Override
            public void onFinish(Stream s) {}

            @Override
            public void onClose(Stream s, CloseReason reason) {
                ends.merge(came == size ? reason.kind().name() : "short of bytes", 1, Integer::sum);
                if (++ended == ECHOES) all.complete(ends);
                else next();
            }
        }
    }

    @Test
    void echoesEndThoughPacketsAreLost() throws IOException {
        try (Host a = Host.builder().protocol(new Echo()).listen("/ip4/127.0.0.1/udp/0/" + transport).start();
                Host b = Host.builder().start();
                Relay relay = new Relay(a.addresses().get(0).port(), 21)) {
            Connection c = b.connect(b.connect(relay.address(a)));
            relay.lose(LOST_PERCENT);
            assertThat(Waiting.get(new Echoes(c).begin())).isEqualTo(Map.of("FINISHED", ECHOES));
            assertThat(relay.lost()).isGreaterThan(20);
        }
    }
}
