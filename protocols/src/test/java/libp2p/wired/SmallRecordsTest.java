package libp2p.wired;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import libp2p.bouncycastle.BouncyCastleCrypto;
import libp2p.core.Buf;
import libp2p.core.identity.PeerId;
import libp2p.core.identity.PublicKey;
import libp2p.core.net.Connection;
import libp2p.core.node.Swarm;
import libp2p.core.wire.Security;
import libp2p.core.wire.yamux.Yamux;
import libp2p.echo.Echo;
import libp2p.multiformats.Nullable;
import libp2p.testkit.Caller;
import libp2p.testkit.World;
import org.junit.jupiter.api.Test;

/** A security protocol of small records, as TLS is: several of them go into one write. */
class SmallRecordsTest {
    private static final int RECORD = 16 * 1024;
    private static final int TARGET = 68 * 1024;

    private record Small(Security noise) implements Security {
        @Override
        public String id() {
            return noise.id();
        }

        @Override
        public Handshake begin(Context context, Runnable ready) {
            Handshake h = noise.begin(context, ready);
            return new Handshake() {
                @Override
                public @Nullable Session step(Buf received, Buf toSend) {
                    Session s = h.step(received, toSend);
                    return s == null ? null : new SmallSession(s);
                }

                @Override
                public void dispose() {
                    h.dispose();
                }
            };
        }
    }

    private record SmallSession(Security.Session noise) implements Security.Session {
        @Override
        public PeerId remote() {
            return noise.remote();
        }

        @Override
        public PublicKey remoteKey() {
            return noise.remoteKey();
        }

        @Override
        public @Nullable String muxer() {
            return noise.muxer();
        }

        @Override
        public int plainMax() {
            return RECORD;
        }

        @Override
        public int sealedSize(int n) {
            return noise.sealedSize(n);
        }

        @Override
        public void seal(Buf plain, Buf wire) {
            assertThat(plain.size()).isLessThanOrEqualTo(RECORD);
            noise.seal(plain, wire);
        }

        @Override
        public boolean open(Buf wire, Buf plain) {
            return noise.open(wire, plain);
        }

        @Override
        public void close(Buf wire) {
            noise.close(wire);
        }

        @Override
        public void dispose() {
            noise.dispose();
        }
    }

    @Test
    void recordsAreGatheredBeforeTheyAreWritten() {
        World world = new World(new BouncyCastleCrypto()).wired(new Yamux()).offering(noise -> List.of(new Small(noise)));
        List<Integer> writes = new ArrayList<>();
        world.network().pipes(pipe -> pipe.dialer.changed(bytes -> {
            writes.add(bytes.length);
            return bytes;
        }));
        Swarm listener = world.node(new Echo());
        Connection c = world.connect(world.node(), listener);
        byte[] much = new byte[200 * 1024];
        Arrays.fill(much, (byte) 7);
        writes.clear();
        Caller caller = world.open(c, Echo.ID).send(much).finish();
        world.settle();
        assertThat(caller.received()).isEqualTo(much);
        assertThat(writes).allMatch(n -> n <= TARGET).anyMatch(n -> n > TARGET - RECORD);
        assertThat(world.buffersLent()).isZero();
    }
}
