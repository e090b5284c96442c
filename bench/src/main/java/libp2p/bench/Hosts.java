package libp2p.bench;

import java.io.EOFException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import libp2p.core.Buf;
import libp2p.core.Callback;
import libp2p.core.CloseReason;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Connection;
import libp2p.core.net.Dial;
import libp2p.core.net.Limits;
import libp2p.core.net.OpenOptions;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.echo.Echo;
import libp2p.jvm.Host;
import libp2p.jvm.HostBuilder;
import libp2p.jvm.JvmCrypto;
import libp2p.jvm.PeerSocket;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;
import libp2p.netty.Tls;

/** Whole hosts, as applications use them, over TCP, Noise and Yamux if nothing else is said. */
final class Hosts {
    private static final String BULK = "/bench/bulk";
    private static final String SOCKET = "/bench/socket";
    private static final int SIZE = Selecting.SIZE;

    /** Room for what is measured: many connections and streams from one peer in a short time. */
    private static final Limits LIMITS = Limits.DEFAULT.with()
            .connectionsInboundMax(1 << 20).connectionsOutboundMax(1 << 20).connectionsPerPeerMax(1 << 20)
            .streamOpeningsPerSecond(1 << 24).streamsOutboundPerProtocolMax(1 << 20).build();

    private Hosts() {}

    /** Of the transport named, or of TCP, Noise and Yamux. */
    private static HostBuilder host(JvmCrypto crypto, String transport) {
        HostBuilder b = Host.builder().crypto(crypto).limits(LIMITS);
        return transport.equals("tls") ? b.security(new Tls()) : b;
    }

    private static long loopAllocated() {
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long sum = 0;
        for (long id : threads.getAllThreadIds()) {
            if (threads.getThreadInfo(id).getThreadName().startsWith("libp2p-loop")) sum += threads.getThreadAllocatedBytes(id);
        }
        return sum;
    }

    /** Answers all that the clients ask. */
    static final class Server implements Work {
        private final Host host;

        Server(JvmCrypto crypto, String transport) throws Exception {
            String address = switch (transport) {
                case "quic" -> "/udp/0/quic-v1";
                case "webrtc" -> "/udp/0/webrtc-direct";
                default -> "/tcp/0";
            };
            host = host(crypto, transport).protocol(new Echo()).listen("/ip4/127.0.0.1" + address).start();
            host.handleOnLoop(BULK, s -> new Sink());
            host.handle(SOCKET, socket -> socket.in().transferTo(socket.out()));
        }

        @Override
        public String where() {
            return host.addresses().get(0).toString();
        }

        @Override
        public long allocated() {
            return loopAllocated();
        }
    }

    /** Reads how much will come, and that much, and then answers with a byte. */
    private static final class Sink implements StreamHandler {
        private final Buf header = new Buf(8);
        private long left = -1;

        @Override
        public void onData(Stream stream, Buf data) {
            if (left < 0) {
                data.moveTo(header, header.room());
                if (header.room() > 0) return;
                left = header.i64();
            }
            left -= data.size();
            data.skip(data.size());
            if (left == 0) stream.write(new Buf(new byte[] {1}));
        }

        @Override
        public void onFinish(Stream stream) {
            stream.finish();
        }
    }

    /** A host that is connected to the server. */
    private abstract static class Client implements Work {
        final Host host;
        private @Nullable Connection connection;
        private @Nullable Multiaddr address;

        Client(JvmCrypto crypto, String transport) throws Exception {
            host = host(crypto, transport).start();
        }

        @Override
        public void to(String where) throws Exception {
            Multiaddr full = Multiaddr.of(where);
            address = full;
            connection = host.connect(host.connect(full));
        }

        final Connection connection() {
            Connection c = connection;
            if (c == null) throw new IllegalStateException("not connected");
            return c;
        }

        final PeerId peer() {
            return connection().remote();
        }

        /** One more connection, of its own. */
        final CompletableFuture<Connection> dial() {
            Connection c = connection();
            Dial dial = Dial.to(c.remoteAddress(), c.remote());
            return host.async((Callback<Connection> done) -> {
                host.swarm().loop().execute(() -> host.swarm().dial(dial, done));
                return libp2p.core.Cancellable.NONE;
            });
        }

        @Override
        public long allocated() {
            return loopAllocated();
        }
    }

    /** Sends bytes on one stream for each run. */
    static final class BulkClient extends Client {
        BulkClient(JvmCrypto crypto, String transport) throws Exception {
            super(crypto, transport);
        }

        @Override
        public void go(long bytes) throws Exception {
            CompletableFuture<Void> over = new CompletableFuture<>();
            connection().open(List.of(BULK), OpenOptions.DEFAULT, new Source(bytes, over));
            over.get();
        }
    }

    private static final class Source implements StreamHandler {
        private final Buf block = new Buf(Floor.PLAIN);
        private final CompletableFuture<Void> over;
        private final Buf header = new Buf(8);
        private long left;

        Source(long bytes, CompletableFuture<Void> over) {
            this.over = over;
            left = bytes;
            header.putI64(bytes);
        }

        @Override
        public void onOpen(Stream stream) {
            stream.write(header);
            onWritable(stream);
        }

        @Override
        public void onWritable(Stream stream) {
            while (left > 0) {
                block.start = 0;
                block.end = (int) Math.min(left, block.array.length);
                left -= stream.write(block);
                if (!block.isEmpty()) return;
            }
            stream.finish();
        }

        @Override
        public void onData(Stream stream, Buf data) {
            data.skip(data.size());
            over.complete(null);
        }

        @Override
        public void onFinish(Stream stream) {}

        @Override
        public void onClose(@Nullable Stream stream, CloseReason reason) {
            over.completeExceptionally(new IllegalStateException(reason.toString()));
        }
    }

    /** Round trips between handlers on the two loops. */
    static final class AskClient extends Client implements StreamHandler {
        private final CompletableFuture<Stream> stream = new CompletableFuture<>();
        private final Buf message = new Buf(SIZE);
        private long left;
        private CompletableFuture<Void> done = new CompletableFuture<>();

        AskClient(JvmCrypto crypto) throws Exception {
            super(crypto, "");
        }

        @Override
        public void to(String where) throws Exception {
            super.to(where);
            connection().open(List.of(Echo.ID), OpenOptions.DEFAULT, this);
            stream.get();
        }

        @Override
        public void go(long n) throws Exception {
            CompletableFuture<Void> over = new CompletableFuture<>();
            Stream s = stream.get();
            s.loop().execute(() -> {
                left = n;
                done = over;
                ask(s);
            });
            over.get();
        }

        private void ask(Stream s) {
            message.start = 0;
            message.end = SIZE;
            s.write(message);
        }

        @Override
        public void onOpen(Stream s) {
            stream.complete(s);
        }

        @Override
        public void onData(Stream s, Buf data) {
            if (data.size() < SIZE) return;
            data.skip(SIZE);
            if (--left > 0) ask(s);
            else done.complete(null);
        }

        @Override
        public void onFinish(Stream s) {}

        @Override
        public void onClose(@Nullable Stream s, CloseReason reason) {
            done.completeExceptionally(new IllegalStateException(reason.toString()));
        }
    }

    /** Round trips between two threads that block. */
    static final class SocketClient extends Client {
        private @Nullable PeerSocket socket;

        SocketClient(JvmCrypto crypto) throws Exception {
            super(crypto, "");
        }

        @Override
        public void to(String where) throws Exception {
            super.to(where);
            socket = host.open(peer(), SOCKET);
        }

        @Override
        public void go(long n) throws Exception {
            PeerSocket s = socket;
            if (s == null) throw new IllegalStateException("not open");
            byte[] message = new byte[SIZE];
            for (long i = 0; i < n; i++) {
                s.out().write(message);
                if (s.in().readNBytes(message, 0, SIZE) < SIZE) throw new EOFException();
            }
        }
    }

    /** Connections one after the other. */
    static final class ConnectClient extends Client {
        ConnectClient(JvmCrypto crypto, String transport) throws Exception {
            super(crypto, transport);
        }

        @Override
        public void go(long n) throws Exception {
            for (long i = 0; i < n; i++) {
                Connection c = dial().get();
                CompletableFuture<Void> over = new CompletableFuture<>();
                c.onClose(host.swarm().loop(), reason -> over.complete(null));
                c.close(CloseReason.FINISHED);
                over.get();
            }
        }
    }

    /** Streams that carry one small message each way, 64 at a time. */
    static final class StreamsClient extends Client {
        private static final int IN_FLIGHT = 64;

        private long toOpen;
        private long toClose;
        private CompletableFuture<Void> done = new CompletableFuture<>();

        StreamsClient(JvmCrypto crypto) throws Exception {
            super(crypto, "");
        }

        @Override
        public void go(long n) throws Exception {
            CompletableFuture<Void> over = new CompletableFuture<>();
            connection().loop().execute(() -> {
                toOpen = n;
                toClose = n;
                done = over;
                for (int i = 0; i < IN_FLIGHT; i++) open();
            });
            over.get();
        }

        private void open() {
            if (toOpen <= 0) return;
            toOpen--;
            connection().open(List.of(Echo.ID), OpenOptions.DEFAULT, new Once());
        }

        private final class Once implements StreamHandler {
            private boolean heard;

            @Override
            public void onOpen(Stream stream) {
                stream.write(new Buf(new byte[SIZE]));
            }

            @Override
            public void onData(Stream stream, Buf data) {
                if (data.size() < SIZE) return;
                data.skip(SIZE);
                heard = true;
                stream.finish();
            }

            @Override
            public void onFinish(Stream stream) {}

            @Override
            public void onClose(@Nullable Stream stream, CloseReason reason) {
                if (!heard || reason.kind() != CloseReason.Kind.FINISHED) {
                    done.completeExceptionally(new IllegalStateException(reason.toString()));
                }
                if (--toClose == 0) done.complete(null);
                open();
            }
        }
    }

    /** Connections that stay. */
    static final class IdleClient extends Client {
        private static final int AT_ONCE = 32;

        private final List<Connection> kept = new ArrayList<>();

        IdleClient(JvmCrypto crypto) throws Exception {
            super(crypto, "");
        }

        @Override
        public void go(long n) throws Exception {
            for (long i = 0; i < n; ) {
                List<CompletableFuture<Connection>> some = new ArrayList<>();
                for (; some.size() < AT_ONCE && i < n; i++) some.add(dial());
                for (CompletableFuture<Connection> one : some) kept.add(one.get());
            }
        }
    }
}
