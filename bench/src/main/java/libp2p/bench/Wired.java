package libp2p.bench;

import java.security.SecureRandom;
import java.util.List;
import libp2p.core.Buf;
import libp2p.core.CloseReason;
import libp2p.core.Crypto;
import libp2p.core.Rng;
import libp2p.core.identity.KeyType;
import libp2p.core.identity.LocalIdentity;
import libp2p.core.identity.PrivateKey;
import libp2p.core.net.Accept;
import libp2p.core.net.Connection;
import libp2p.core.net.Dial;
import libp2p.core.net.Gater;
import libp2p.core.net.Limits;
import libp2p.core.net.Observer;
import libp2p.core.net.OpenOptions;
import libp2p.core.net.Role;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.core.node.TallyScope;
import libp2p.core.wire.BaseConnection;
import libp2p.core.wire.Security;
import libp2p.core.wire.Streams;
import libp2p.core.wire.Upgrades;
import libp2p.core.wire.Workspace;
import libp2p.core.wire.noise.Noise;
import libp2p.core.wire.yamux.Yamux;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;

/**
 * Two ends of a connection in one thread, over a pipe in memory: everything between a stream's write and the other's bytes but the socket.
 */
final class Wired implements Streams, Accept {
    private static final String ID = "/bench/carry";

    private final OneLoop loop = new OneLoop();
    private final Workspace workspace;
    private final Buf block = new Buf(Floor.PLAIN);
    private @Nullable Connection connection;
    private @Nullable Stream stream;
    private long left;
    private long received;

    Wired(Crypto crypto) {
        workspace = new Workspace(loop, random());
        MemoryPipe[] pipes = MemoryPipe.pair(loop);
        upgrades(crypto).accept(pipes[1], this);
        upgrades(crypto).upgrade(pipes[0], Dial.to(pipes[0].remoteAddress(), null), (c, failure) -> connection = c);
        loop.run();
        Connection c = connection;
        if (c == null) throw new IllegalStateException("no connection");
        c.open(List.of(ID), OpenOptions.DEFAULT, new Sender());
        loop.run();
        if (stream == null) throw new IllegalStateException("no stream");
    }

    private static Rng random() {
        return Rng.of(new SecureRandom()::nextBytes);
    }

    private static BareNode node(OneLoop loop, Crypto crypto) {
        PrivateKey key = new PrivateKey(KeyType.ED25519, crypto.generate(KeyType.ED25519, 0, random()));
        return new BareNode(loop, new LocalIdentity(key, crypto), crypto, pipe -> {});
    }

    private Upgrades upgrades(Crypto crypto) {
        return new Upgrades(new Upgrades.Parts(
                node(loop, crypto),
                new BaseConnection.Surroundings(this, Limits.DEFAULT, Observer.NONE),
                List.of(Noise.create(crypto, random())),
                List.of(new Yamux()),
                l -> workspace,
                new TallyScope(Limits.DEFAULT),
                Gater.OPEN));
    }

    /** Carries bytes from one end to the other. */
    void carry(long bytes) {
        Stream s = stream;
        if (s == null) throw new IllegalStateException("no stream");
        long before = received;
        left = bytes;
        send(s);
        loop.run();
        if (received - before != bytes) throw new IllegalStateException("only " + (received - before) + " bytes came");
    }

    private void send(Stream s) {
        while (left > 0) {
            block.start = 0;
            block.end = (int) Math.min(left, block.array.length);
            left -= s.write(block);
            if (!block.isEmpty()) return;
        }
    }

    private final class Sender implements StreamHandler {
        @Override
        public void onOpen(Stream s) {
            stream = s;
        }

        @Override
        public void onData(Stream s, Buf data) {
            data.skip(data.size());
        }

        @Override
        public void onWritable(Stream s) {
            send(s);
        }

        @Override
        public void onFinish(Stream s) {}
    }

    /** The two sessions of a handshake, the initiator's first. */
    static Security.Session[] sessions(Crypto crypto) {
        OneLoop loop = new OneLoop();
        Security.Handshake[] ends = new Security.Handshake[2];
        for (int i = 0; i < 2; i++) {
            Role role = i == 0 ? Role.INITIATOR : Role.RESPONDER;
            ends[i] = Noise.create(crypto, random())
                    .begin(new Security.Context(node(loop, crypto), loop, random(), role, null, List.of(), new byte[0], List.of()),
                            () -> {});
        }
        loop.run();
        Buf[] to = {new Buf(128 * 1024), new Buf(128 * 1024)};
        Security.Session[] sessions = new Security.Session[2];
        for (int turn = 0; sessions[0] == null || sessions[1] == null; turn ^= 1) {
            loop.run();
            if (sessions[turn] == null) sessions[turn] = ends[turn].step(to[turn], to[turn ^ 1]);
        }
        return sessions;
    }

    // ---- the answering end

    @Override
    public boolean speaks(String protocol) {
        return protocol.equals(ID);
    }

    @Override
    public List<String> protocolIds() {
        return List.of(ID);
    }

    @Override
    public StreamHandler accept(Stream s, String protocol) {
        return new StreamHandler() {
            @Override
            public void onData(Stream from, Buf data) {
                received += data.size();
                data.skip(data.size());
            }

            @Override
            public void onFinish(Stream from) {}
        };
    }

    @Override
    public @Nullable CloseReason admit(Multiaddr local, Multiaddr remote) {
        return null;
    }

    @Override
    public void failed(Multiaddr local, Multiaddr remote, CloseReason reason) {
        throw new IllegalStateException(reason.toString());
    }

    @Override
    public void accepted(Connection c) {}
}
