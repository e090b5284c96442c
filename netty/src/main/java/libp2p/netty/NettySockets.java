package libp2p.netty;

import io.netty.bootstrap.AbstractBootstrap;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import libp2p.multiformats.Nullable;

/**
 * How sockets are made: each of one family, so that {@code 0.0.0.0} is IPv4 alone, and {@code ::} can have the same port beside it. Left to
 * itself Netty opens sockets of both families.
 */
final class NettySockets {
    // Numbers of Linux: ipv6(7), socket(7). Netty has the second by name for sockets that listen alone.
    private static final ChannelOption<Integer> V6_ONLY = new IntegerUnixChannelOption("IPV6_V6ONLY", 41, 26);
    private static final ChannelOption<Integer> REUSE_PORT = new IntegerUnixChannelOption("SO_REUSEPORT", 1, 15);

    private final boolean epoll;
    private final @Nullable ChannelOption<Boolean> reusePortOfJava;

    /** By epoll, or by Java's selectors. */
    NettySockets(boolean epoll) {
        this.epoll = epoll;
        this.reusePortOfJava = reusePortOfJava();
    }

    private static @Nullable ChannelOption<Boolean> reusePortOfJava() {
        try (SocketChannel any = SocketChannel.open()) {
            SocketOption<Boolean> option = StandardSocketOptions.SO_REUSEPORT;
            return any.supportedOptions().contains(option) ? NioChannelOption.of(option) : null;
        } catch (IOException e) {
            return null;
        }
    }

    /** Whether a listener's port can be the source of outbound connections. */
    boolean sharesPorts() {
        return epoll || reusePortOfJava != null;
    }

    /** A TCP socket that connects to there; from {@code source} if that is not null, whose port may be a listener's. */
    void connecting(Bootstrap b, InetAddress to, @Nullable InetSocketAddress source, boolean reuse) {
        b.channelFactory(() -> epoll ? new EpollSocketChannel(netty(to)) : new NioSocketChannel(SelectorProvider.provider(), netty(to)));
        if (source == null || source.getPort() == 0) return;
        b.option(ChannelOption.SO_REUSEADDR, true);
        if (reuse) reusePort(b);
    }

    /**
     * A TCP socket that listens there.
     *
     * @param reuse whether outbound connections may have its port for their source
     * @param portIsOurs whether another of our sockets has that port
     */
    void listening(ServerBootstrap b, InetSocketAddress at, boolean reuse, boolean portIsOurs) {
        b.channelFactory(() -> epoll
                ? new EpollServerSocketChannel(netty(at.getAddress()))
                : new NioServerSocketChannel(SelectorProvider.provider(), netty(at.getAddress())));
        b.option(ChannelOption.SO_REUSEADDR, true);
        alone(b, at);
        if (reuse && (portIsOurs || isFree(at))) reusePort(b);
    }

    /** Not somebody else's, who may allow the system to share it: that would split what arrives. If it is, the bind itself will tell. */
    private static boolean isFree(InetSocketAddress at) {
        if (at.getPort() == 0) return true;
        try (ServerSocketChannel probe = ServerSocketChannel.open(java(at.getAddress()))) {
            probe.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            probe.bind(at);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** A UDP socket that connects to there. */
    void datagrams(Bootstrap b, InetAddress to) {
        b.channelFactory(() -> epoll ? new EpollDatagramChannel(netty(to)) : new NioDatagramChannel(netty(to)));
    }

    /** A UDP socket that is bound to there; {@code portIsOurs} as of {@link #listening}. */
    void datagrams(Bootstrap b, InetSocketAddress at, boolean portIsOurs) {
        datagrams(b, at.getAddress());
        alone(b, at);
        // Java's sockets of IPv6 take IPv4 too, and then the two families can only be on one port if both say that they share it.
        if (!epoll && at.getAddress().isAnyLocalAddress() && (portIsOurs || isFreeOfDatagrams(at))) reusePort(b);
    }

    private static boolean isFreeOfDatagrams(InetSocketAddress at) {
        if (at.getPort() == 0) return true;
        try (DatagramChannel probe = DatagramChannel.open(java(at.getAddress()))) {
            probe.bind(at);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private void alone(AbstractBootstrap<?, ?> b, InetSocketAddress at) {
        if (epoll && at.getAddress() instanceof Inet6Address) b.option(V6_ONLY, 1);
    }

    private void reusePort(AbstractBootstrap<?, ?> b) {
        if (epoll) b.option(REUSE_PORT, 1);
        else if (reusePortOfJava != null) b.option(reusePortOfJava, true);
    }

    private static SocketProtocolFamily netty(InetAddress address) {
        return address instanceof Inet6Address ? SocketProtocolFamily.INET6 : SocketProtocolFamily.INET;
    }

    private static ProtocolFamily java(InetAddress address) {
        return address instanceof Inet6Address ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET;
    }
}
