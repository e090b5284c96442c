package libp2p.netty;

import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslContext;
import java.net.InetAddress;
import java.util.List;
import libp2p.core.CloseReason;
import libp2p.core.Watch;
import libp2p.core.net.Accept;
import libp2p.core.net.Listener;
import libp2p.core.net.Upgrader;
import libp2p.multiformats.Component;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;
import libp2p.multiformats.Proto;

/** One listener behind a TCP port: asks whether who arrives may come in, and hands pipes to the upgrader. */
final class TcpArrivals implements TcpDoor.Host, Listener {
    /**
     * What a listener is.
     *
     * @param kind what is spoken behind the port
     * @param suffix what its addresses have behind the port
     * @param path the path it answers for, null for any; nothing to those that are no WebSocket
     * @param tls what TLS shows there, null where there is none
     */
    record Form(TcpDoor.Kind kind, List<Component> suffix, @Nullable String path, @Nullable SslContext tls) {}

    private final TcpDoor door;
    private final NettyLoops loops;
    private final NettyOptions options;
    private final Form form;
    private final Accept accept;
    private final Upgrader upgrader;
    private final long patienceNanos;
    private final BoundAddresses addresses;
    private final Runnable emptied;

    TcpArrivals(
            TcpDoor door,
            NettyLoops loops,
            NettyOptions options,
            Form form,
            Accept accept,
            Upgrader upgrader,
            long patienceNanos,
            Runnable emptied) {
        this.door = door;
        this.loops = loops;
        this.options = options;
        this.form = form;
        this.accept = accept;
        this.upgrader = upgrader;
        this.patienceNanos = patienceNanos;
        this.emptied = emptied;
        this.addresses = new BoundAddresses(door.loop(), door.bound(), Proto.TCP, form.suffix, options.sockets());
    }

    /** Finds out its addresses, then runs {@code known}. */
    void begin(Runnable known) {
        addresses.begin(known);
        if (!door.bound().getAddress().isAnyLocalAddress()) addresses.network(door::prefixBits);
    }

    @Override
    public Watch<List<Multiaddr>> addresses() {
        return addresses.watch();
    }

    @Override
    public void close() {
        door.loop().execute(() -> {
            addresses.close();
            if (door.remove(form.kind)) emptied.run();
        });
    }

    Form form() {
        return form;
    }

    long patienceNanos() {
        return patienceNanos;
    }

    // ---- arrivals, on their loops

    Multiaddr local(SocketChannel channel) {
        return with(Sockets.multiaddr(channel.localAddress(), Proto.TCP));
    }

    Multiaddr remote(SocketChannel channel) {
        return with(Sockets.multiaddr(channel.remoteAddress(), Proto.TCP));
    }

    /** The address of a peer that came through a proxy, from the proxy's port, since its own is not told. */
    Multiaddr remote(SocketChannel channel, InetAddress behindProxy) {
        return with(Sockets.multiaddr(behindProxy, Proto.TCP, channel.remoteAddress().getPort()));
    }

    private Multiaddr with(Multiaddr socket) {
        Multiaddr a = socket;
        for (Component c : form.suffix) if (c.proto() != Proto.HTTP_PATH && c.proto() != Proto.SNI) a = a.with(c);
        return a;
    }

    /** Whether that is a proxy whose word is taken: then it is not known who arrives before it has spoken. */
    boolean isProxy(SocketChannel channel) {
        return form.kind != TcpDoor.Kind.RAW && options.trustedProxies().test(channel.remoteAddress().getAddress());
    }

    @Override
    public boolean admit(SocketChannel channel) {
        return isProxy(channel) || admit(local(channel), remote(channel));
    }

    boolean admit(Multiaddr local, Multiaddr remote) {
        try {
            return accept.admit(local, remote) == null;
        } catch (RuntimeException e) {
            door.loop().observer().bug("admit " + remote, e);
            return false;
        }
    }

    @Override
    public void lost(SocketChannel channel, CloseReason why) {
        if (!isProxy(channel)) failed(local(channel), remote(channel), why);
    }

    void failed(Multiaddr local, Multiaddr remote, CloseReason why) {
        accept.failed(local, remote, why);
    }

    @Override
    public void arrived(SocketChannel channel) {
        NettyLoop home = loops.of(channel.eventLoop());
        if (form.kind == TcpDoor.Kind.RAW) {
            ChannelPipe pipe = new ChannelPipe(home, channel, local(channel), remote(channel), NettyDial::shutdownOutput);
            channel.pipeline().addLast(pipe);
            hand(home, pipe);
        } else {
            new WebSocketArrival(this, home, channel).begin();
        }
    }

    /** Gives a pipe to the upgrader, in a task of its own: the channel may be in the middle of a call. */
    void hand(NettyLoop home, ChannelPipe pipe) {
        home.execute(() -> upgrader.accept(pipe, accept));
    }
}
