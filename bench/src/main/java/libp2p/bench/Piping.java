package libp2p.bench;

import java.io.IOException;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.CompletableFuture;
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
import libp2p.core.net.Listener;
import libp2p.core.net.Observer;
import libp2p.core.net.Pipe;
import libp2p.core.net.PipeHandler;
import libp2p.jvm.JvmCrypto;
import libp2p.jvm.NioLoop;
import libp2p.jvm.TcpTransport;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;

/** Round trips of plain TCP on the node's own loop and pipes: what security and muxer come on top of. */
final class Piping {
    private Piping() {}

    private static final class Bare {
        private final NioLoop loop;
        private final TcpTransport tcp = new TcpTransport();

        Bare(java.util.function.Consumer<Pipe> pipes) throws IOException {
            loop = new NioLoop("pipe-loop", System::nanoTime, Observer.NONE);
            Crypto crypto = JvmCrypto.create();
            Rng random = Rng.of(new SecureRandom()::nextBytes);
            PrivateKey key = new PrivateKey(KeyType.ED25519, crypto.generate(KeyType.ED25519, 0, random));
            tcp.start(new BareNode(loop, new LocalIdentity(key, crypto), crypto, pipes), List.of(loop));
        }
    }

    /** Does nothing at an end. */
    private abstract static class Talk implements PipeHandler {
        @Override
        public void onWritable(Pipe pipe) {}

        @Override
        public void onFinish(Pipe pipe) {
            pipe.finish();
        }

        @Override
        public void onClose(Pipe pipe, CloseReason reason) {}
    }

    /** Sends back what comes. */
    static final class Server implements Work {
        private final CompletableFuture<String> where = new CompletableFuture<>();

        Server() throws IOException {
            Bare bare = new Bare(pipe -> pipe.handler(new Talk() {
                @Override
                public void onData(Pipe p, Buf data) {
                    p.write(data);
                }
            }));
            Accept all = new Accept() {
                @Override
                public @Nullable CloseReason admit(Multiaddr local, Multiaddr remote) {
                    return null;
                }

                @Override
                public void failed(Multiaddr local, Multiaddr remote, CloseReason reason) {}

                @Override
                public void accepted(Connection connection) {}
            };
            bare.tcp.listen(Multiaddr.of("/ip4/127.0.0.1/tcp/0"), all, (Listener l, CloseReason failure) ->
                    where.complete(l.addresses().value().get(0).toString()));
        }

        @Override
        public String where() throws Exception {
            return where.get();
        }
    }

    /** Sends, waits for the answer, and again. */
    static final class Client extends Talk implements Work {
        private final CompletableFuture<Pipe> pipe = new CompletableFuture<>();
        private final Bare bare;
        private final Buf message = new Buf(Selecting.SIZE);
        private long left;
        private @Nullable CompletableFuture<Void> done;

        Client() throws IOException {
            bare = new Bare(pipe::complete);
        }

        @Override
        public void to(String address) throws Exception {
            bare.tcp.dial(Dial.to(Multiaddr.of(address), null), (c, failure) -> {});
            Pipe p = pipe.get();
            bare.loop.execute(() -> p.handler(this));
        }

        @Override
        public void go(long n) throws Exception {
            CompletableFuture<Void> over = new CompletableFuture<>();
            Pipe p = pipe.get();
            bare.loop.execute(() -> {
                left = n;
                done = over;
                ask(p);
            });
            over.get();
        }

        private void ask(Pipe p) {
            message.start = 0;
            message.end = Selecting.SIZE;
            p.write(message);
        }

        @Override
        public void onData(Pipe p, Buf data) {
            if (data.size() < Selecting.SIZE) return;
            data.skip(data.size());
            if (--left > 0) ask(p);
            else done.complete(null);
        }
    }
}
