package libp2p.netty;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import libp2p.multiformats.Component;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;
import libp2p.multiformats.Proto;

/**
 * What a WebSocket multiaddr says: {@code /ip4|ip6/…/tcp/PORT} and then {@code /ws}, {@code /wss}, {@code /tls/ws} or {@code
 * /tls/sni/NAME/ws}, and perhaps {@code /http-path/PATH} (specs/websockets/README.md).
 *
 * @param socket where to connect or listen
 * @param secure whether TLS lies between
 * @param name the server's name for TLS, null if none is given
 * @param path of the request, beginning with a slash, not escaped
 * @param suffix the components behind the port
 */
record WebSocketAddress(InetSocketAddress socket, boolean secure, @Nullable String name, String path, List<Component> suffix) {
    private static final String ANY_PATH = "/";

    /** Whether it is such an address. */
    static boolean is(Multiaddr a) {
        return end(a) > 0;
    }

    /** Where the path or nothing begins; 0 if it is no such address. */
    private static int end(Multiaddr a) {
        List<Component> parts = a.components();
        int at = Sockets.prefix(a, Proto.TCP);
        if (at == 0 || at >= parts.size()) return 0;
        Proto p = parts.get(at).proto();
        if (p == Proto.TLS) {
            at++;
            if (at < parts.size() && parts.get(at).proto() == Proto.SNI) at++;
            if (at >= parts.size() || parts.get(at).proto() != Proto.WS) return 0;
        } else if (p != Proto.WS && p != Proto.WSS) {
            return 0;
        }
        at++;
        if (at < parts.size() && parts.get(at).proto() == Proto.HTTP_PATH) return at + 1 == parts.size() ? at : 0;
        return at == parts.size() ? at : 0;
    }

    static WebSocketAddress of(Multiaddr a) throws UnknownHostException {
        int end = end(a);
        if (end == 0) throw new UnknownHostException("not a WebSocket address: " + a);
        List<Component> parts = a.components();
        boolean secure = a.has(Proto.TLS) || a.has(Proto.WSS);
        Component sni = a.first(Proto.SNI);
        Component path = a.first(Proto.HTTP_PATH);
        String p = path == null ? ANY_PATH : new String(path.value(), StandardCharsets.UTF_8); // the text has it escaped
        return new WebSocketAddress(
                Sockets.socketAddress(a),
                secure,
                sni == null ? null : sni.text(),
                p.startsWith("/") ? p : "/" + p,
                parts.subList(Sockets.prefix(a, Proto.TCP), parts.size()));
    }

    /** Whether a listener answers requests for any path. */
    boolean anyPath() {
        return path.equals(ANY_PATH);
    }

    /** What goes into the request's Host header: the name, or the address as a literal, with the port. */
    String host() {
        InetAddress ip = socket.getAddress();
        String literal = ip.getAddress().length == 16 ? "[" + withoutZone(ip.getHostAddress()) + "]" : ip.getHostAddress();
        return (name == null ? literal : name) + ":" + socket.getPort();
    }

    private static String withoutZone(String address) {
        int zone = address.indexOf('%');
        return zone < 0 ? address : address.substring(0, zone);
    }
}
