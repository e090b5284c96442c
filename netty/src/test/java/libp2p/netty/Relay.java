package libp2p.netty;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import libp2p.core.Rng;
import libp2p.jvm.Host;
import libp2p.multiformats.Component;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;

/**
 * Carries UDP on loopback between those who send to it and one server, and loses and reorders packets as its seed says.
 *
 * <p>Each client has a port of its own towards the server, as behind a NAT; {@link #rebind} gives it another.
 */
final class Relay implements AutoCloseable {
    private static final int PACKET_MAX = 65536;
    private static final int BUFFER = 4 << 20;
    private static final int FORGED = 60; // bytes

    /** Packets that overtake one that is held back. */
    private static final int OVERTAKING = 3;

    /** One client, with its port towards the server. */
    private static final class Flow {
        private final InetSocketAddress client;
        private final Deque<byte[]> held = new ArrayDeque<>(); // to the server; at most one
        private final Deque<byte[]> heldBack = new ArrayDeque<>(); // to the client
        private volatile DatagramChannel outer;
        private byte @Nullable [] overtaken; // by a stranger's copy
        private int sinceHeld;
        private int sinceHeldBack;

        Flow(InetSocketAddress client) {
            this.client = client;
        }
    }

    private final InetSocketAddress server;
    private final Rng rng;
    private final Selector selector;
    private final DatagramChannel inner;
    private final Map<InetSocketAddress, Flow> flows = new ConcurrentHashMap<>();
    private final ByteBuffer packet = ByteBuffer.allocate(PACKET_MAX);
    private final Thread thread;
    private volatile int lossPercent;
    private volatile int reorderPercent;
    private volatile boolean cut;
    private volatile byte[] last = {}; // to the server
    private volatile boolean closing;
    private volatile Consumer<byte[]> sees = packet -> {};
    private volatile Consumer<byte[]> seesClients = packet -> {};
    private volatile @Nullable DatagramChannel thief;
    private final List<DatagramChannel> thieves = new CopyOnWriteArrayList<>();
    private final AtomicLong stolen = new AtomicLong();
    private final AtomicLong answered = new AtomicLong();
    private volatile Predicate<byte[]> withheld = packet -> false;
    private volatile Predicate<byte[]> withheldFromServer = packet -> false;
    private final AtomicInteger lost = new AtomicInteger();
    private final AtomicInteger reordered = new AtomicInteger();

    Relay(int serverPort, long seed) throws IOException {
        InetAddress here = InetAddress.getLoopbackAddress();
        server = new InetSocketAddress(here, serverPort);
        rng = Rng.seeded(seed);
        selector = Selector.open();
        inner = open();
        inner.register(selector, SelectionKey.OP_READ);
        thread = new Thread(this::run, "relay");
        thread.setDaemon(true);
        thread.start();
    }

    private static DatagramChannel open() throws IOException {
        DatagramChannel c = DatagramChannel.open();
        c.setOption(StandardSocketOptions.SO_RCVBUF, BUFFER);
        c.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        c.configureBlocking(false);
        return c;
    }

    int port() {
        return inner.socket().getLocalPort();
    }

    /** The server's first address, by way of this relay. */
    Multiaddr address(Host server) {
        return onPort(server.addresses().get(0), port());
    }

    /** The same address as {@code a}, an UDP one, on a port of loopback. */
    static Multiaddr onPort(Multiaddr a, int port) {
        Multiaddr b = Multiaddr.of("/ip4/127.0.0.1/udp/" + port);
        List<Component> parts = a.components();
        for (Component c : parts.subList(2, parts.size())) b = b.with(c);
        return b;
    }

    /** How many of a hundred packets are lost, each way. */
    void lose(int percent) {
        lossPercent = percent;
    }

    /** How many of a hundred packets are overtaken by the next three, each way. */
    void reorder(int percent) {
        reorderPercent = percent;
    }

    /** Sees each packet of the server's, on another thread. */
    void watch(Consumer<byte[]> who) {
        sees = who;
    }

    /** Packets of the server's that no client gets; asked on another thread. */
    void withhold(Predicate<byte[]> which) {
        withheld = which;
    }

    /** Packets of clients' that the server does not get; asked on another thread. */
    void withholdFromServer(Predicate<byte[]> which) {
        withheldFromServer = which;
    }

    /** Sees each packet of the clients', on another thread. */
    void watchClients(Consumer<byte[]> who) {
        seesClients = who;
    }

    /** Sends a packet to all clients, as if the server had. */
    void toClients(byte[] bytes) throws IOException {
        for (Flow f : flows.values()) inner.send(ByteBuffer.wrap(bytes), f.client);
    }

    /** Sends a packet to the server, as if each client had. */
    void toServer(byte[] bytes) throws IOException {
        for (Flow f : flows.values()) f.outer.write(ByteBuffer.wrap(bytes));
    }

    /** Nothing passes any more, either way. */
    void cut() {
        cut = true;
    }

    /** All passes again. */
    void join() {
        cut = false;
    }

    /** From now on each packet to the server comes from a stranger's port, and from the client's behind the stranger's next one. */
    void steal() throws IOException {
        DatagramChannel c = open();
        c.connect(server);
        c.register(selector, SelectionKey.OP_READ, c);
        selector.wakeup();
        thieves.add(c);
        thief = c;
    }

    /** The stranger has had enough. */
    void stealNoMore() {
        thief = null;
    }

    /** The stranger makes something up under the id of the last packet to the server, which has a short header. */
    void forge() throws IOException {
        byte[] made = Arrays.copyOf(last, FORGED);
        for (int i = 1 + QuicIds.SIZE; i < FORGED; i++) made[i] = (byte) i;
        thieves.get(0).write(ByteBuffer.wrap(made));
    }

    /** Bytes that the server was sent from the stranger's port. */
    long stolen() {
        return stolen.get();
    }

    /** Bytes that the server sent there. */
    long answered() {
        return answered.get();
    }

    int lost() {
        return lost.get();
    }

    int reordered() {
        return reordered.get();
    }

    /** The ports towards the server. */
    int[] ports() {
        return flows.values().stream().mapToInt(f -> f.outer.socket().getLocalPort()).toArray();
    }

    /** All clients come from other ports from now on. */
    void rebind() throws IOException {
        for (Flow f : flows.values()) {
            DatagramChannel old = f.outer;
            f.outer = attach(f);
            old.close();
        }
    }

    private DatagramChannel attach(Flow f) throws IOException {
        DatagramChannel c = open();
        c.connect(server);
        c.register(selector, SelectionKey.OP_READ, f);
        selector.wakeup();
        return c;
    }

    private void run() {
        try {
            while (!closing) {
                selector.select();
                for (SelectionKey k : selector.selectedKeys()) {
                    if (!k.isValid()) continue;
                    DatagramChannel channel = (DatagramChannel) k.channel();
                    if (k.attachment() == channel) readStolen(channel);
                    else read(channel, (Flow) k.attachment());
                }
                selector.selectedKeys().clear();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void readStolen(DatagramChannel from) throws IOException {
        while (true) {
            packet.clear();
            if (from.receive(packet) == null) return;
            answered.addAndGet(packet.position());
        }
    }

    private void read(DatagramChannel from, Flow flow) throws IOException {
        while (true) {
            packet.clear();
            InetSocketAddress sender;
            try {
                sender = (InetSocketAddress) from.receive(packet);
            } catch (IOException e) {
                return; // rebound meanwhile, or the server's port has closed
            }
            if (sender == null) return;
            byte[] bytes = new byte[packet.flip().remaining()];
            packet.get(bytes);
            if (flow == null) fromClient(sender, bytes);
            else fromServer(flow, bytes);
        }
    }

    private void fromClient(InetSocketAddress sender, byte[] bytes) throws IOException {
        seesClients.accept(bytes);
        Flow f = flows.get(sender);
        if (f == null) {
            f = new Flow(sender);
            f.outer = attach(f);
            flows.put(sender, f);
        }
        if (withheldFromServer.test(bytes) || isLost()) return;
        if (f.held.isEmpty() && isHeld()) {
            f.held.add(bytes);
            f.sinceHeld = 0;
            return;
        }
        toServer(f, bytes);
        if (!f.held.isEmpty() && ++f.sinceHeld >= OVERTAKING) toServer(f, f.held.remove());
    }

    private void fromServer(Flow f, byte[] bytes) throws IOException {
        sees.accept(bytes);
        if (withheld.test(bytes) || isLost()) return;
        if (f.heldBack.isEmpty() && isHeld()) {
            f.heldBack.add(bytes);
            f.sinceHeldBack = 0;
            return;
        }
        inner.send(ByteBuffer.wrap(bytes), f.client);
        if (!f.heldBack.isEmpty() && ++f.sinceHeldBack >= OVERTAKING) inner.send(ByteBuffer.wrap(f.heldBack.remove()), f.client);
    }

    private void toServer(Flow f, byte[] bytes) {
        DatagramChannel t = thief;
        byte[] next = bytes;
        last = bytes;
        try {
            if (t != null) {
                stolen.addAndGet(t.write(ByteBuffer.wrap(bytes)));
                next = f.overtaken;
                f.overtaken = bytes;
            }
            if (next != null) f.outer.write(ByteBuffer.wrap(next));
        } catch (IOException e) {
            // The server's port has closed: the packet is lost, as it would be on a network.
        }
    }

    private boolean isLost() {
        if (cut) return true;
        if (rng.nextInt(100) >= lossPercent) return false;
        lost.incrementAndGet();
        return true;
    }

    private boolean isHeld() {
        if (rng.nextInt(100) >= reorderPercent) return false;
        reordered.incrementAndGet();
        return true;
    }

    @Override
    public void close() throws IOException {
        closing = true;
        selector.wakeup();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        selector.close();
        inner.close();
        for (DatagramChannel t : thieves) t.close();
        for (Flow f : flows.values()) f.outer.close();
    }
}
