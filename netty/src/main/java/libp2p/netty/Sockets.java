package libp2p.netty;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.List;
import libp2p.multiformats.Component;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;
import libp2p.multiformats.Proto;

/** Socket addresses as multiaddrs, and back. */
final class Sockets {
    private Sockets() {}

    /** How many components {@code [/ip6zone] /ip4|ip6 /PROTO} takes at the beginning; 0 if that is not what is there. */
    static int prefix(Multiaddr a, Proto transport) {
        List<Component> parts = a.components();
        int at = parts.size() > 2 && parts.get(0).proto() == Proto.IP6ZONE && parts.get(1).proto() == Proto.IP6 ? 1 : 0;
        if (parts.size() < at + 2 || parts.get(at + 1).proto() != transport) return 0;
        return parts.get(at).proto() == Proto.IP4 || parts.get(at).proto() == Proto.IP6 ? at + 2 : 0;
    }

    /** The socket address that the multiaddr begins with, without a look-up. */
    static InetSocketAddress socketAddress(Multiaddr a) throws UnknownHostException {
        byte[] ip = a.ip();
        if (ip == null) throw new UnknownHostException("no IP address in " + a);
        InetAddress address = InetAddress.getByAddress(ip);
        String zone = a.zone();
        if (zone != null && address instanceof Inet6Address) address = scoped(ip, zone);
        return new InetSocketAddress(address, a.port());
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

    /** The multiaddr of an address and a port. */
    static Multiaddr multiaddr(InetAddress address, Proto transport, int port) {
        return Multiaddr.ip(address.getAddress(), zone(address), transport, port).unmapped();
    }

    static Multiaddr multiaddr(InetSocketAddress address, Proto transport) {
        return multiaddr(address.getAddress(), transport, address.getPort());
    }

    /** An address and a port as a URL has them. */
    static String authority(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        if (!(address.getAddress() instanceof Inet6Address)) return host + ":" + address.getPort();
        int zone = host.indexOf('%');
        return "[" + (zone < 0 ? host : host.substring(0, zone)) + "]:" + address.getPort();
    }

    private static @Nullable String zone(InetAddress address) {
        if (!(address instanceof Inet6Address six) || !six.isLinkLocalAddress()) return null;
        NetworkInterface on = six.getScopedInterface();
        if (on != null) return on.getName();
        return six.getScopeId() == 0 ? null : Integer.toString(six.getScopeId());
    }
}
