package libp2p.interop.lab;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Which pairs are put together, in which combinations, for which features. */
final class Plan {
    /** Two peers and a combination, tried in both directions by one pair of processes. */
    record Pairing(Peer one, Peer other, Combination with, List<Test> tests) {}

    /** One row to be; with a reason, it is not tried. */
    record Test(Peer dialer, Peer listener, String feature, String skip) {
        String name(Combination with) {
            return Row.pair(dialer.name(), listener.name(), with.toString()) + " " + feature;
        }
    }

    /** What was asked for; an empty list or set means all. */
    record Wish(
            List<String> features,
            List<String> transports,
            List<String> security,
            List<String> muxers,
            List<String> keys,
            List<String> only,
            boolean quick) {}

    /** Secure ones only, unless asked for. */
    private static final List<String> SECURITY_DEFAULT = List.of("noise", "tls");

    private final Wish wish;
    private final Features features;

    Plan(Wish wish, Features features) {
        this.wish = wish;
        this.features = features;
    }

    List<Pairing> pairings(Peer one, Peer other) {
        List<Pairing> all = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (Combination c : combinations(one, other)) {
            if (wish.quick() && (!lacking(one, other, c).isEmpty() || !news(c, seen))) continue;
            List<Test> tests = new ArrayList<>();
            addTests(tests, one, other, c);
            addTests(tests, other, one, c);
            if (!tests.isEmpty()) all.add(new Pairing(one, other, c, tests));
        }
        return all;
    }

    /** Whether a part of it was not seen yet. */
    private static boolean news(Combination c, Set<String> seen) {
        boolean news = false;
        for (String part : List.of(c.transport(), c.security(), c.muxer(), c.key())) news |= seen.add(part);
        return news;
    }

    private void addTests(List<Test> tests, Peer dialer, Peer listener, Combination c) {
        String pair = Row.pair(dialer.name(), listener.name(), c.toString());
        if (!wish.only().isEmpty() && !wish.only().contains(pair)) return;
        Set<String> names = new LinkedHashSet<>(features.names());
        names.retainAll(union(dialer.features(), listener.features()));
        for (String f : names) {
            if (!wish.features().isEmpty() && !wish.features().contains(f)) continue;
            tests.add(new Test(dialer, listener, f, skip(dialer, listener, c, f)));
        }
    }

    private static String skip(Peer dialer, Peer listener, Combination c, String feature) {
        for (Peer p : List.of(dialer, listener)) if (!p.there()) return p.name() + " could not be set up: " + p.missing();
        String lacks = lacking(dialer, listener, c);
        if (!lacks.isEmpty()) return lacks;
        if (!dialer.list("dials").contains(c.transport())) return dialer.name() + " does not dial " + c.transport();
        if (!listener.list("listens").contains(c.transport())) return listener.name() + " does not listen on " + c.transport();
        if (!dialer.plays("client", feature)) return dialer.name() + " is no client of " + feature;
        if (!listener.plays("server", feature)) return listener.name() + " does not serve " + feature;
        return "";
    }

    /** What one of the two does not have for the combination. */
    private static String lacking(Peer one, Peer other, Combination c) {
        for (Peer p : List.of(one, other)) {
            if (!p.there()) continue;
            if (!transports(p).contains(c.transport())) return p.name() + " has no " + c.transport();
            if (!c.security().isEmpty() && !p.list("security").contains(c.security())) return p.name() + " has no " + c.security();
            if (!c.muxer().isEmpty() && !p.list("muxers").contains(c.muxer())) return p.name() + " has no " + c.muxer();
            if (!p.list("keys").contains(c.key())) return p.name() + " has no " + c.key() + " keys";
        }
        return "";
    }

    /** All that at least one of the two has. Other keys than the default are tried with the first transport only. */
    private List<Combination> combinations(Peer one, Peer other) {
        List<String> transports = chosen(union(transports(one), transports(other)), wish.transports());
        List<String> wanted = wish.security().isEmpty() ? SECURITY_DEFAULT : wish.security();
        List<String> security = chosen(union(one.list("security"), other.list("security")), wanted);
        List<String> muxers = chosen(union(one.list("muxers"), other.list("muxers")), wish.muxers());
        List<Combination> all = new ArrayList<>();
        for (String key : chosen(union(List.of(Combination.KEY_DEFAULT), union(one.list("keys"), other.list("keys"))), wish.keys())) {
            for (String t : transports) {
                if (!key.equals(Combination.KEY_DEFAULT) && !t.equals(transports.get(0))) continue;
                if (Combination.standalone(t)) {
                    all.add(new Combination(t, "", "", key));
                    continue;
                }
                for (String s : security) for (String m : muxers) all.add(new Combination(t, s, m, key));
            }
        }
        return all;
    }

    private static List<String> transports(Peer p) {
        return union(p.list("dials"), p.list("listens"));
    }

    private static List<String> union(List<String> one, List<String> other) {
        LinkedHashSet<String> all = new LinkedHashSet<>(one);
        all.addAll(other);
        return new ArrayList<>(all);
    }

    private static List<String> chosen(List<String> there, List<String> wanted) {
        return wanted.isEmpty() ? there : there.stream().filter(wanted::contains).toList();
    }
}
