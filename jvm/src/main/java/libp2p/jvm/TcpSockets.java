package libp2p.jvm;

import java.io.IOException;
import java.net.BindException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.Channel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import libp2p.multiformats.Component;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;
import libp2p.multiformats.Proto;

/** Sockets with their options, and their addresses as multiaddrs. */
final class TcpSockets {
    private TcpSockets() {}

    // ---- addresses

    /** Whether it is {@code [/ip6zone] /ip4|ip6 /tcp} and nothing else. */
    static boolean isTcp(Multiaddr a) {
        List<Component> parts = a.components();
        int at = parts.size() == 3 && parts.get(0).proto() == Proto.IP6ZONE && parts.get(1).proto() == Proto.IP6 ? 1 : 0;
        if (parts.size() != at + 2 || parts.get(at + 1).proto() != Proto.TCP) return false;
        return parts.get(at).proto() == Proto.IP4 || parts.get(at).proto() == Proto.IP6;
    }

    /** The same, and perhaps the security protocol that is spoken there: {@code /noise} or {@code /tls}. */
    static boolean isDialable(Multiaddr a) {
        List<Component> parts = a.components();
        int last = parts.size() - 1;
        if (last < 0 || parts.get(last).proto() != Proto.NOISE && parts.get(last).proto() != Proto.TLS) return isTcp(a);
        return isTcp(Multiaddr.of(parts.subList(0, last)));
    }

    /** The socket address of a TCP multiaddr, without a look-up; an IPv4-mapped one as IPv4. */
    static InetSocketAddress socketAddress(Multiaddr tcp) throws UnknownHostException {
        byte[] ip = tcp.ip();
        if (ip == null) throw new UnknownHostException("no IP address in " + tcp);
        InetAddress address = InetAddress.getByAddress(ip);
        String zone = tcp.zone();
        if (zone != null && address instanceof Inet6Address) address = scoped(ip, zone);
        return new InetSocketAddress(address, tcp.port());
    }

    private static InetAddress scoped(byte[] ip, String zone) throws UnknownHostException {
        NetworkInterface named = null;
        try {
            named = NetworkInterface.getByName(zone);
        } catch (SocketException e) {
            // Then it is not there, which is told below.
        }
        if (named != null) return Inet6Address.getByAddress(null, ip, named);
        try {
            return Inet6Address.getByAddress(null, ip, Integer.parseInt(zone));
        } catch (NumberFormatException e) {
            throw new UnknownHostException("no interface " + zone);
        }
    }

    /** The multiaddr of a TCP socket address; an IPv4-mapped one as IPv4. */
    static Multiaddr multiaddr(SocketAddress address) {
        InetSocketAddress a = (InetSocketAddress) address;
        return multiaddr(a.getAddress(), a.getPort());
    }

    /** The multiaddr of an address and a TCP port. */
    static Multiaddr multiaddr(InetAddress address, int port) {
        String zone = null;
        if (address instanceof Inet6Address six && six.isLinkLocalAddress()) {
            NetworkInterface on = six.getScopedInterface();
            if (on != null) zone = on.getName();
            else if (six.getScopeId() != 0) zone = Integer.toString(six.getScopeId());
        }
        return Multiaddr.ip(address.getAddress(), zone, Proto.TCP, port).unmapped();
    }

    // ---- sockets

    /** A listening socket. A port in use is refused, also where {@link TcpOptions#reusePort} would let two listeners share it. */
    @BeyondAndroid26("channels of one protocol family; SO_REUSEPORT where it is")
    static ServerSocketChannel listen(InetSocketAddress address, TcpOptions options, boolean portIsOurs) throws IOException {
        boolean reuse = options.reusePort() && reusesPort();
        if (reuse && address.getPort() != 0 && !portIsOurs) probe(address);
        ServerSocketChannel server = ServerSocketChannel.open(family(address.getAddress()));
        try {
            server.configureBlocking(false);
            server.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            if (reuse) set(server, StandardSocketOptions.SO_REUSEPORT, true);
            if (options.receiveBuffer() > 0) server.setOption(StandardSocketOptions.SO_RCVBUF, options.receiveBuffer());
            server.bind(address, options.backlog());
            return server;
        } catch (IOException | RuntimeException e) {
            close(server);
            throw e;
        }
    }

    @BeyondAndroid26("channels of one protocol family")
    private static void probe(InetSocketAddress address) throws IOException {
        try (ServerSocketChannel probe = ServerSocketChannel.open(family(address.getAddress()))) {
            probe.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            probe.bind(address);
        } catch (BindException e) {
            throw e;
        }
    }

    /** A socket for connecting, bound to the source if that can be had. */
    @BeyondAndroid26("channels of one protocol family")
    static SocketChannel open(InetSocketAddress target, @Nullable InetSocketAddress source, TcpOptions options) throws IOException {
        SocketChannel channel = SocketChannel.open(family(target.getAddress()));
        try {
            channel.configureBlocking(false);
            configure(channel, options);
            if (source != null && !bind(channel, source, options)) {
                close(channel);
                return open(target, null, options);
            }
            return channel;
        } catch (IOException | RuntimeException e) {
            close(channel);
            throw e;
        }
    }

    @BeyondAndroid26("SO_REUSEPORT where it is")
    private static boolean bind(SocketChannel channel, InetSocketAddress source, TcpOptions options) {
        try {
            if (source.getPort() != 0) {
                channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
                if (options.reusePort()) set(channel, StandardSocketOptions.SO_REUSEPORT, true);
            }
            channel.bind(source);
            return true;
        } catch (IOException e) {
            return false; // any source is better than no connection
        }
    }

    /** Sets what every connected socket has. */
    static void configure(SocketChannel channel, TcpOptions options) throws IOException {
        channel.setOption(StandardSocketOptions.TCP_NODELAY, options.noDelay());
        if (options.keepAlive()) channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        if (options.sendBuffer() > 0) channel.setOption(StandardSocketOptions.SO_SNDBUF, options.sendBuffer());
        if (options.receiveBuffer() > 0) channel.setOption(StandardSocketOptions.SO_RCVBUF, options.receiveBuffer());
    }

    /** Whether the system lets a listener share its port with outbound connections. */
    @BeyondAndroid26("SO_REUSEPORT where it is")
    static boolean reusesPort() {
        try (SocketChannel any = SocketChannel.open()) {
            return any.supportedOptions().contains(StandardSocketOptions.SO_REUSEPORT);
        } catch (IOException e) {
            return false;
        }
    }

    private static void set(NetworkChannel channel, SocketOption<Boolean> option, boolean value) throws IOException {
        if (channel.supportedOptions().contains(option)) channel.setOption(option, value);
    }

    /** Each family has sockets of its own, so that 0.0.0.0 means IPv4 only and can share its port with {@code ::}. */
    private static StandardProtocolFamily family(InetAddress address) {
        return address instanceof Inet6Address ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET;
    }

    /** Closes; there is nobody to tell of a failure. */
    static void close(Channel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // The system frees it all the same.
        }
    }
}
