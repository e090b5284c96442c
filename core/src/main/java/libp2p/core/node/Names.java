package libp2p.core.node;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.Loop;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Limits;
import libp2p.core.net.Resolver;
import libp2p.multiformats.Component;
import libp2p.multiformats.FormatException;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;
import libp2p.multiformats.Proto;

/**
 * Replaces names in addresses by what the domain name system knows: /dns, /dns4 and /dns6 by IP addresses, /dnsaddr by whole addresses,
 * recursively within bounds (specs/addressing/README.md). On the node's loop.
 */
final class Names {
    private static final String PREFIX = "dnsaddr=";

    private final @Nullable Resolver resolver;
    private final Loop loop;
    private final Limits limits;

    Names(@Nullable Resolver resolver, Loop loop, Limits limits) {
        this.resolver = resolver;
        this.loop = loop;
        this.limits = limits;
    }

    /**
     * All addresses without names that these lead to, without {@code /p2p}; those of other peers are left out. Partial results are results.
     */
    Cancellable resolve(List<Multiaddr> addresses, @Nullable PeerId peer, Callback<List<Multiaddr>> done) {
        Look look = new Look(peer, done);
        for (Multiaddr a : addresses) look.up(a, 0);
        look.open--;
        loop.execute(look::check);
        return () -> look.over = true;
    }

    private final class Look {
        private final @Nullable PeerId peer;
        private final Callback<List<Multiaddr>> done;
        private final LinkedHashSet<Multiaddr> found = new LinkedHashSet<>();
        private @Nullable CloseReason failure;
        private int open = 1;
        private int asked;
        private boolean over;

        Look(@Nullable PeerId peer, Callback<List<Multiaddr>> done) {
            this.peer = peer;
            this.done = done;
        }

        void up(Multiaddr address, int depth) {
            PeerId named = PeerId.of(address);
            if (named != null && peer != null && !named.equals(peer) && !address.has(Proto.P2P_CIRCUIT)) return;
            Component first = address.components().isEmpty() ? null : address.components().get(0);
            if (first == null || !isName(first.proto())) {
                if (found.size() < limits.dnsAnswersMax()) found.add(address.withoutPeer());
                return;
            }
            Resolver dns = resolver;
            if (++asked > limits.dnsAnswersMax()) {
                failure = CloseReason.of(CloseReason.Kind.UNREACHABLE, Codes.RESOURCE_LIMIT_EXCEEDED,
                        "too many names to look up: " + address);
            } else if (dns == null) {
                failure = CloseReason.of(CloseReason.Kind.UNREACHABLE, "no resolver for " + address);
            } else if (first.proto() == Proto.DNSADDR) {
                if (depth < limits.dnsDepthMax()) lists(dns, address, first, depth);
                else failure = CloseReason.of(CloseReason.Kind.UNREACHABLE, "dnsaddr leads too deep: " + address);
            } else {
                hosts(dns, address, first);
            }
        }

        private boolean isName(Proto p) {
            return p == Proto.DNS || p == Proto.DNS4 || p == Proto.DNS6 || p == Proto.DNSADDR;
        }

        private void hosts(Resolver dns, Multiaddr address, Component name) {
            open++;
            dns.addresses(name.text(), loop, (ips, failed) -> {
                if (failed != null) failure = failed;
                int n = 0;
                for (byte[] ip : ips == null ? List.<byte[]>of() : ips) {
                    boolean six = ip.length == 16;
                    if (!six && ip.length != 4) continue;
                    if (n++ >= limits.dnsAnswersMax() || found.size() >= limits.dnsAnswersMax()) break;
                    if (six && name.proto() == Proto.DNS4 || !six && name.proto() == Proto.DNS6) continue;
                    Multiaddr head = Multiaddr.EMPTY.with(Component.of(six ? Proto.IP6 : Proto.IP4, ip));
                    found.add(named(rest(address, head), name.text()).withoutPeer());
                }
                open--;
                check();
            });
        }

        /** Keeps the name where the server's certificate is for it: /wss and /tls/ws become /tls/sni/NAME/ws (specs/websockets). */
        private Multiaddr named(Multiaddr resolved, String name) {
            if (resolved.has(Proto.SNI)) return resolved;
            Multiaddr out = Multiaddr.EMPTY;
            Component before = null;
            for (Component c : resolved.components()) {
                boolean secure = c.proto() == Proto.WSS;
                boolean layered = c.proto() == Proto.WS && before != null && before.proto() == Proto.TLS;
                if (secure) out = out.encapsulate("/tls");
                if (secure || layered) out = out.encapsulate(Proto.SNI, name).encapsulate("/ws");
                else out = out.with(c);
                before = c;
            }
            return out;
        }

        private Multiaddr rest(Multiaddr address, Multiaddr head) {
            Multiaddr out = head;
            List<Component> all = address.components();
            for (int i = 1; i < all.size(); i++) out = out.with(all.get(i));
            return out;
        }

        private void lists(Resolver dns, Multiaddr address, Component name, int depth) {
            open++;
            Multiaddr suffix = rest(address, Multiaddr.EMPTY);
            dns.texts("_dnsaddr." + name.text(), loop, (texts, failed) -> {
                if (failed != null) failure = failed;
                int n = 0;
                for (String t : texts == null ? List.<String>of() : texts) {
                    if (!t.startsWith(PREFIX) || n++ >= limits.dnsAnswersMax() || found.size() >= limits.dnsAnswersMax()) continue;
                    try {
                        Multiaddr a = Multiaddr.of(t.substring(PREFIX.length()));
                        if (endsWith(a, suffix)) up(a, depth + 1);
                    } catch (FormatException e) {
                        failure = CloseReason.of(CloseReason.Kind.UNREACHABLE, "malformed dnsaddr of " + name.text());
                    }
                }
                open--;
                check();
            });
        }

        private boolean endsWith(Multiaddr a, Multiaddr suffix) {
            List<Component> all = a.components();
            List<Component> end = suffix.components();
            return all.size() >= end.size() && all.subList(all.size() - end.size(), all.size()).equals(end);
        }

        void check() {
            if (open > 0 || over) return;
            over = true;
            done.done(new ArrayList<>(found), found.isEmpty() ? failure : null);
        }
    }
}
