package libp2p.multiformats;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * A network address that describes itself: a path of protocols, each with its value, such as {@code /ip4/192.0.2.1/tcp/4001/p2p/12D3...}.
 *
 * <p>The bytes are canonical: addresses are equal and ordered by them. The text that an address prints parses to the same bytes;
 * other texts do so too (with slashes at the end, ipfs for p2p, a CID for base58, other bases of a certhash). Names and paths must
 * be UTF-8, so that they have a text. Source: multiformats/multiaddr, README and protocols.csv.
 */
public final class Multiaddr implements Comparable<Multiaddr> {
    /** Bytes of the longest address. */
    public static final int BYTES_MAX = 4096;
    /** Components of the longest address. */
    public static final int COMPONENTS_MAX = 64;
    /** Characters of the longest text; more than any address of {@link #BYTES_MAX} prints. */
    public static final int TEXT_MAX = 4 * BYTES_MAX;
    /** The address of no components, to build upon; no text or bytes parse to it, and it prints as a slash. */
    public static final Multiaddr EMPTY = new Multiaddr(new byte[0], Collections.emptyList());

    private final byte[] bytes;
    private final List<Component> components;

    private Multiaddr(byte[] bytes, List<Component> components) {
        this.bytes = bytes;
        this.components = components;
    }

    /** @throws FormatException if the text is empty, has an unknown protocol or a wrong value, or is beyond a limit */
    public static Multiaddr of(String text) {
        if (text.length() > TEXT_MAX) {
            throw new FormatException("multiaddr of more than " + TEXT_MAX + " characters");
        }
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == '/') {
            end--;
        }
        if (end == 0 || text.charAt(0) != '/') {
            throw new FormatException("multiaddr does not begin with a slash and a protocol: " + FormatException.quote(text));
        }
        List<Component> components = new ArrayList<>();
        int at = 0;
        while (at < end) {
            int nameEnd = segmentEnd(text, at + 1, end);
            String name = text.substring(at + 1, nameEnd);
            Proto proto = Proto.of(name);
            if (proto == null) {
                throw new FormatException("unknown protocol " + FormatException.quote(name));
            }
            String value = "";
            at = nameEnd;
            if (proto.hasValue()) {
                if (nameEnd == end) {
                    throw new FormatException(proto + " without a value");
                }
                at = proto.isPath() ? end : segmentEnd(text, nameEnd + 1, end);
                value = text.substring(proto.isPath() ? nameEnd : nameEnd + 1, at);
            }
            add(components, Component.of(proto, value));
        }
        return of(components);
    }

    private static int segmentEnd(String text, int start, int end) {
        int slash = text.indexOf('/', start);
        return slash < 0 || slash > end ? end : slash;
    }

    /** @throws FormatException if the bytes are none, have an unknown protocol or a wrong value, or are beyond a limit */
    public static Multiaddr of(byte[] bytes) {
        if (bytes.length == 0 || bytes.length > BYTES_MAX) {
            throw new FormatException("multiaddr of " + bytes.length + " bytes, not 1 to " + BYTES_MAX);
        }
        ArrayList<Component> components = new ArrayList<>();
        int at = 0;
        while (at < bytes.length) {
            Component component = Component.read(bytes, at);
            add(components, component);
            at += component.size();
        }
        components.trimToSize();
        return new Multiaddr(Arrays.copyOf(bytes, bytes.length), Collections.unmodifiableList(components));
    }

    /** @throws FormatException if a path is not the last component, or there are too many */
    public static Multiaddr of(List<Component> components) {
        ArrayList<Component> copy = new ArrayList<>(components.size());
        int size = 0;
        for (Component component : components) {
            add(copy, component);
            size += component.size();
        }
        if (size > BYTES_MAX) {
            throw new FormatException("multiaddr of " + size + " bytes, more than " + BYTES_MAX);
        }
        byte[] bytes = new byte[size];
        int at = 0;
        for (Component component : copy) {
            at = component.write(bytes, at);
        }
        return copy.isEmpty() ? EMPTY : new Multiaddr(bytes, Collections.unmodifiableList(copy));
    }

    private static void add(List<Component> components, Component component) {
        if (components.size() == COMPONENTS_MAX) {
            throw new FormatException("multiaddr of more than " + COMPONENTS_MAX + " components");
        }
        if (!components.isEmpty() && components.get(components.size() - 1).proto().isPath()) {
            throw new FormatException("nothing can follow a path");
        }
        components.add(component);
    }

    /**
     * The address of an IP end point, such as {@code /ip6zone/eth0/ip6/fe80::1/tcp/4001}; the zone is left out of an IPv4 address.
     *
     * @param address 4 or 16 bytes
     * @param transport a protocol whose value is a port
     */
    public static Multiaddr ip(byte[] address, @Nullable String zone, Proto transport, int port) {
        if (transport.form() != Form.PORT || port < 0 || port > 0xffff) {
            throw new IllegalArgumentException(transport + " of port " + port);
        }
        List<Component> components = new ArrayList<>();
        if (zone != null && address.length == 16) {
            components.add(Component.of(Proto.IP6ZONE, zone));
        }
        components.add(Component.of(address.length == 4 ? Proto.IP4 : Proto.IP6, address));
        components.add(Component.of(transport, Form.port(port)));
        return of(components);
    }

    public byte[] bytes() {
        return Arrays.copyOf(bytes, bytes.length);
    }

    /** The components in order; the list cannot be changed. */
    public List<Component> components() {
        return components;
    }

    /** The first component of that protocol, or {@code null}. */
    public @Nullable Component first(Proto proto) {
        int index = indexOf(proto);
        return index < 0 ? null : components.get(index);
    }

    public boolean has(Proto proto) {
        return indexOf(proto) >= 0;
    }

    private int indexOf(Proto proto) {
        for (int i = 0; i < components.size(); i++) {
            if (components.get(i).proto() == proto) {
                return i;
            }
        }
        return -1;
    }

    private int lastIndexOf(Proto proto) {
        for (int i = components.size() - 1; i >= 0; i--) {
            if (components.get(i).proto() == proto) {
                return i;
            }
        }
        return -1;
    }

    /**
     * This address with the other after it.
     *
     * @throws FormatException if this ends with a path, or both are too long together
     */
    public Multiaddr encapsulate(Multiaddr inner) {
        List<Component> both = new ArrayList<>(components);
        both.addAll(inner.components);
        return of(both);
    }

    /** {@link #encapsulate(Multiaddr)} of an address in text. */
    public Multiaddr encapsulate(String inner) {
        return encapsulate(of(inner));
    }

    /** {@link #encapsulate(Multiaddr)} of one component, the value in text. */
    public Multiaddr encapsulate(Proto proto, String value) {
        return with(Component.of(proto, value));
    }

    /** {@link #encapsulate(Multiaddr)} of one component. */
    public Multiaddr with(Component component) {
        List<Component> more = new ArrayList<>(components);
        more.add(component);
        return of(more);
    }

    /** What stands before the last component of that protocol, or this if it has none. */
    public Multiaddr decapsulate(Proto proto) {
        int index = lastIndexOf(proto);
        return index < 0 ? this : of(components.subList(0, index));
    }

    /** What stands before the last occurrence of the other address in this, or this if there is none. */
    public Multiaddr decapsulate(Multiaddr inner) {
        int size = inner.components.size();
        for (int i = components.size() - size; size > 0 && i >= 0; i--) {
            if (components.subList(i, i + size).equals(inner.components)) {
                return of(components.subList(0, i));
            }
        }
        return this;
    }

    /** True if the first components are those of the other address. */
    public boolean startsWith(Multiaddr outer) {
        return Bytes.at(bytes, 0, outer.bytes);
    }

    /**
     * The multihash of the peer that answers at this address, or {@code null} if the address does not tell: that of the last /p2p, unless a
     * /p2p-circuit comes after it (then it names the relay only).
     */
    public byte @Nullable [] peer() {
        int index = lastIndexOf(Proto.P2P);
        return index < 0 || index < lastIndexOf(Proto.P2P_CIRCUIT) ? null : components.get(index).value();
    }

    /** This address without the /p2p at its end, or this if it ends otherwise. */
    public Multiaddr withoutPeer() {
        int last = components.size() - 1;
        return last >= 0 && components.get(last).proto() == Proto.P2P ? of(components.subList(0, last)) : this;
    }

    /** The IP address or name that the address begins with (after a zone), in text; {@code null} if it begins otherwise. */
    public @Nullable String host() {
        int index = has(Proto.IP6ZONE) && indexOf(Proto.IP6ZONE) == 0 ? 1 : 0;
        if (index >= components.size()) {
            return null;
        }
        Component first = components.get(index);
        switch (first.proto()) {
            case IP4:
            case IP6:
            case DNS:
            case DNS4:
            case DNS6:
            case DNSADDR:
                return first.text();
            default:
                return null;
        }
    }

    /** The zone that the address begins with, or {@code null}. */
    public @Nullable String zone() {
        return indexOf(Proto.IP6ZONE) == 0 ? components.get(0).text() : null;
    }

    /** The first port, TCP or UDP, 0 to 65535; -1 if there is none. */
    public int port() {
        for (Component component : components) {
            if (component.proto() == Proto.TCP || component.proto() == Proto.UDP) {
                return Form.port(component.value());
            }
        }
        return -1;
    }

    /** The first IP address, 4 or 16 bytes, or {@code null}. */
    public byte @Nullable [] ip() {
        int index = ipIndex();
        return index < 0 ? null : components.get(index).value();
    }

    private int ipIndex() {
        int four = indexOf(Proto.IP4);
        int six = indexOf(Proto.IP6);
        return four < 0 || six >= 0 && six < four ? six : four;
    }

    /** True if the first IP address is 127.0.0.0/8 or ::1; here and below an IPv4-mapped address counts as IPv4. */
    public boolean isLoopback() {
        byte[] ip = ip();
        return ip != null && Ip.isLoopback(ip);
    }

    /** True if the first IP address is of RFC 1918, 100.64.0.0/10 (RFC 6598) or fc00::/7; loopback and link-local are not private. */
    public boolean isPrivate() {
        byte[] ip = ip();
        return ip != null && Ip.isPrivate(ip);
    }

    /** True if the first IP address is 0.0.0.0 or ::. */
    public boolean isUnspecified() {
        byte[] ip = ip();
        return ip != null && Ip.isUnspecified(ip);
    }

    /** True if the first IP address is 169.254.0.0/16 or fe80::/10. */
    public boolean isLinkLocal() {
        byte[] ip = ip();
        return ip != null && Ip.isLinkLocal(ip);
    }

    /** This address with its first IP address as IPv4, without a zone, if that is IPv4-mapped (::ffff:0:0/96). */
    public Multiaddr unmapped() {
        int index = ipIndex();
        if (index < 0 || !Ip.isMapped(components.get(index).value())) {
            return this;
        }
        List<Component> changed = new ArrayList<>(components);
        changed.set(index, Component.of(Proto.IP4, Ip.unmapped(components.get(index).value())));
        if (index > 0 && changed.get(index - 1).proto() == Proto.IP6ZONE) {
            changed.remove(index - 1);
        }
        return of(changed);
    }

    @Override
    public int compareTo(Multiaddr other) {
        return Bytes.compare(bytes, other.bytes);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Multiaddr that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        if (components.isEmpty()) {
            return "/";
        }
        StringBuilder out = new StringBuilder();
        for (Component component : components) {
            out.append(component);
        }
        return out.toString();
    }
}
