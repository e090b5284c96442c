package libp2p.jvm;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;

/**
 * An IP address of this machine.
 *
 * @param address the address, of any scope
 * @param prefixBits how many of its first bits all machines of its network share
 */
public record HostAddress(InetAddress address, int prefixBits) {
    /** Whether the other address is in this one's network. */
    boolean reaches(InetAddress other) {
        byte[] a = address.getAddress();
        byte[] b = other.getAddress();
        if (a.length != b.length || prefixBits <= 0 || prefixBits > 8 * a.length) return false;
        for (int bit = 0; bit < prefixBits; bit += 8) {
            int mask = prefixBits - bit >= 8 ? 0xff : 0xff << 8 - (prefixBits - bit) & 0xff;
            if (((a[bit / 8] ^ b[bit / 8]) & mask) != 0) return false;
        }
        return true;
    }

    /** Whether it is an IPv6 address. */
    boolean six() {
        return address instanceof Inet6Address;
    }

    /** The addresses of the interfaces that are up; may block for a moment. Empty if the system does not tell. */
    static List<HostAddress> ofSystem() {
        List<HostAddress> found = new ArrayList<>();
        try {
            Enumeration<NetworkInterface> all = NetworkInterface.getNetworkInterfaces();
            while (all != null && all.hasMoreElements()) {
                NetworkInterface one = all.nextElement();
                if (!one.isUp()) continue;
                for (InterfaceAddress a : one.getInterfaceAddresses()) {
                    found.add(new HostAddress(a.getAddress(), a.getNetworkPrefixLength()));
                }
            }
        } catch (SocketException e) {
            // An interface that vanished while it was looked at: the next look is better.
        }
        return found;
    }
}
