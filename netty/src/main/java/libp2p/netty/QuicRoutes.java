package libp2p.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.SegmentedDatagramPacket;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionIdGenerator;
import io.netty.util.collection.LongObjectHashMap;
import io.netty.util.collection.LongObjectMap;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import libp2p.core.Buf;
import libp2p.core.Cancellable;
import libp2p.core.Loop;
import libp2p.multiformats.Nullable;

/**
 * The peers of a socket's server connections, and the names by which the library knows them instead of their addresses ({@link QuicRoute}).
 *
 * <p>A name is an address of 100::/64, where nobody is (RFC 6666), made of the connection's number and of how often its peer has moved. On
 * the socket's loop.
 */
final class QuicRoutes {
    /** The library, which takes packets. */
    interface Library {
        /** Takes a packet, which is its own from then on. */
        void read(DatagramPacket packet);

        /** There are no more packets for now. */
        void readComplete();
    }

    private static final long PREFIX = 0x0100L << 48;
    private static final int ADDRESS = 16;
    private static final int MOVE_BITS = 16;
    private static final int PORT = 0x0101; // the library's events swap the bytes of a port
    private static final int LONG = 0x80;
    private static final int ID_LENGTH_AT = 5;
    private static final int ID_MAX = 20; // RFC 9000 17.2

    private final QuicIds ids;
    private final Loop loop;
    private final long patienceNanos;
    private final Library library;
    private final LongObjectMap<QuicRoute> routes = new LongObjectHashMap<>();
    private final Map<InetSocketAddress, QuicRoute> names = new HashMap<>();
    private final Map<ByteBuf, QuicRoute> firsts = new HashMap<>(); // by the ids that clients chose for their first packets
    private final Deque<DatagramPacket> challenges = new ArrayDeque<>();
    private final Envelope envelope = new Envelope();
    private long last = QuicIds.DIALLED;
    private @Nullable QuicRoute arriving; // whose packet the library reads
    private boolean fresh; // and of which there is no connection yet

    /** A packet under another sender's name; one is enough, as the library keeps none. */
    private static final class Envelope extends DatagramPacket {
        private static final InetSocketAddress NOBODY = new InetSocketAddress(0);

        private DatagramPacket packet = new DatagramPacket(Unpooled.EMPTY_BUFFER, NOBODY, NOBODY);
        private InetSocketAddress sender = NOBODY;

        Envelope() {
            super(Unpooled.EMPTY_BUFFER, NOBODY, NOBODY);
        }

        Envelope of(DatagramPacket inside, InetSocketAddress from) {
            packet = inside;
            sender = from;
            return this;
        }

        @Override
        public ByteBuf content() {
            return packet.content();
        }

        @Override
        public InetSocketAddress sender() {
            return sender;
        }

        @Override
        public InetSocketAddress recipient() {
            return packet.recipient();
        }

        @Override
        public boolean release() {
            return packet.release();
        }
    }

    /** Routes that give up a peer that is somewhere else for so long and cannot be followed. */
    QuicRoutes(QuicIds ids, Loop loop, long patienceNanos, Library library) {
        this.ids = ids;
        this.loop = loop;
        this.patienceNanos = patienceNanos;
        this.library = library;
    }

    /** The name of a connection's peer after so many moves. */
    static InetSocketAddress name(long number, int move) {
        Buf b = new Buf(ADDRESS).putI64(PREFIX).putI64(number << MOVE_BITS | move);
        try {
            return new InetSocketAddress(Inet6Address.getByAddress(null, b.array, 0), PORT);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean isName(InetSocketAddress address) {
        if (address.getPort() != PORT) return false;
        return address.getAddress() instanceof Inet6Address a && new Buf(a.getAddress()).i64() == PREFIX;
    }

    /** The address that a name is for; an address is for itself. */
    InetSocketAddress address(InetSocketAddress name) {
        QuicRoute r = names.get(name);
        return r == null ? name : r.peer();
    }

    /** Whether the peer of the server connection with that number is there. */
    boolean isAt(long number, InetSocketAddress there) {
        QuicRoute r = routes.get(number);
        return r != null && r.peer().equals(there);
    }

    static boolean isLong(ByteBuf packet) {
        return (packet.getByte(packet.readerIndex()) & LONG) != 0;
    }

    // ---- for routes

    long now() {
        return loop.nanoTime();
    }

    long patienceNanos() {
        return patienceNanos;
    }

    Cancellable schedule(long delayNanos, Runnable task) {
        return loop.schedule(delayNanos, task);
    }

    /** A route has one name more. */
    void named(InetSocketAddress name, QuicRoute route) {
        names.put(name, route);
    }

    /** How many names all routes have. */
    int names() {
        return names.size();
    }

    void read(DatagramPacket packet, InetSocketAddress sender) {
        library.read(envelope.of(packet, sender));
    }

    void readComplete() {
        library.readComplete();
    }

    // ---- packets that arrive

    /** Has a packet read, under its sender's name, that is for the server connection with that number, or for a new one if it is none. */
    void arriving(DatagramPacket packet, long number) {
        if (isLong(packet.content())) {
            shaking(packet, number);
            return;
        }
        QuicRoute there = routes.get(number);
        if (there == null) packet.release();
        else there.arriving(packet);
    }

    /** Handshakes stay where they began (RFC 9000 9), and until they are over there are long headers. */
    private void shaking(DatagramPacket packet, long number) {
        ByteBuf b = packet.content();
        ByteBuf id = id(b, b.readerIndex() + ID_LENGTH_AT);
        if (id == null) {
            packet.release();
            return;
        }
        QuicRoute there = number > 0 ? routes.get(number) : firsts.get(id);
        if (there == null) { // of whom there is a number but no route has been told to come again (Retry)
            long its = number > 0 ? number : ++last;
            ByteBuf first = number > 0 ? null : Unpooled.copiedBuffer(id);
            there = new QuicRoute(this, its, first, packet.sender());
            routes.put(its, there);
            named(there.name(), there);
            fresh = true;
        } else if (!there.peer().equals(packet.sender())) {
            packet.release();
            return;
        }
        arriving = there;
        try {
            read(packet, there.name());
        } finally {
            if (fresh) forget(there); // it came to no connection
            arriving = null;
            fresh = false;
        }
    }

    /** The id whose length is there; null if it is too long, or not all there. */
    private static @Nullable ByteBuf id(ByteBuf packet, int at) {
        if (packet.writerIndex() <= at) return null;
        int size = packet.getUnsignedByte(at);
        return size > ID_MAX || packet.writerIndex() < at + 1 + size ? null : packet.slice(at + 1, size);
    }

    private void forget(QuicRoute route) {
        routes.remove(route.number());
        for (InetSocketAddress n : route.names()) names.remove(n);
    }

    /** The library has made a connection of the packet that it reads; null if there was one already, which is a stranger's doing. */
    @Nullable QuicRoute connected(QuicChannel channel) {
        QuicRoute r = arriving;
        if (r == null || !fresh) return null;
        fresh = false;
        ByteBuf first = r.first();
        if (first != null) firsts.put(first, r);
        channel.closeFuture().addListener(closed -> {
            forget(r);
            if (first != null) firsts.remove(first);
            r.end();
        });
        return r;
    }

    // ---- packets that leave

    /** Writes a packet, to where its recipient's name is for. */
    void leaving(ChannelHandlerContext ctx, DatagramPacket packet, ChannelPromise promise) {
        InetSocketAddress to = packet.recipient();
        QuicRoute r = names.get(to);
        if (r == null && isName(to)) { // the library's last word when all is closed, which has no bytes
            packet.release();
            promise.trySuccess();
        } else if (r == null) {
            ctx.write(packet, promise);
        } else if (r.settled() == null) {
            each(ctx, packet, r);
            promise.trySuccess();
        } else if (packet instanceof SegmentedDatagramPacket many) {
            ctx.write(new SegmentedDatagramPacket(many.content(), many.segmentSize(), r.peer()), promise);
        } else {
            ctx.write(new DatagramPacket(packet.content(), r.peer()), promise);
        }
    }

    /** Packets that may be challenges: the name that they have does not tell, as the library changes it too late or too early. */
    private void each(ChannelHandlerContext ctx, DatagramPacket packet, QuicRoute route) {
        ByteBuf all = packet.content();
        int size = packet instanceof SegmentedDatagramPacket many ? many.segmentSize() : all.readableBytes();
        while (all.isReadable()) {
            ByteBuf one = all.readRetainedSlice(Math.min(size, all.readableBytes()));
            InetSocketAddress challenged = route.challenged(one.readableBytes());
            if (challenged != null) challenges.add(new DatagramPacket(one, challenged));
            else ctx.write(new DatagramPacket(one, route.leaving(one.readableBytes())));
        }
        packet.release();
    }

    /** The socket has closed. */
    void close() {
        while (!challenges.isEmpty()) challenges.remove().release();
    }

    /** Writes challenges behind all else: what acknowledges makes room for the answer, which the library as a client loses without room. */
    void flush(ChannelHandlerContext ctx) {
        while (!challenges.isEmpty()) ctx.write(challenges.remove());
    }

    // ---- ids

    /** Makes ids of the server's side. */
    QuicConnectionIdGenerator ids() {
        return new QuicConnectionIdGenerator() {
            @Override
            public ByteBuffer newId(int length) {
                throw new IllegalStateException("an id of no connection");
            }

            /** One more of a connection. */
            @Override
            public ByteBuffer newId(ByteBuffer input, int length) {
                return next(ids.number(Unpooled.wrappedBuffer(input), 0), length);
            }

            /** The first of a connection. */
            @Override
            public ByteBuffer newId(ByteBuffer scid, ByteBuffer dcid, int length) {
                QuicRoute r = arriving;
                if (r == null) throw new IllegalStateException("a connection without a packet");
                return next(r.number(), length);
            }

            private ByteBuffer next(long number, int length) {
                if (length != QuicIds.SIZE || number < 0) throw new IllegalArgumentException("ids of " + length + " bytes for " + number);
                return ByteBuffer.wrap(ids.next(number));
            }

            @Override
            public int maxConnectionIdLength() {
                return QuicIds.SIZE;
            }

            @Override
            public boolean isIdempotent() {
                return false;
            }
        };
    }
}
