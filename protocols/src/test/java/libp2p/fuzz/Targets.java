package libp2p.fuzz;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import libp2p.testkit.fuzz.Target;

/** All that takes bytes from strangers. */
final class Targets {
    private Targets() {}

    static List<Target> all() {
        List<Target> all = new ArrayList<>(ParserTargets.all());
        all.addAll(NodeTargets.all());
        return all;
    }

    /** Those that {@code -Dfuzz.target} names, with commas between them; all if it is not given. */
    static Stream<Target> chosen() {
        List<String> names = List.of(System.getProperty("fuzz.target", "").split(","));
        return all().stream().filter(t -> names.contains("") || names.contains(t.name()));
    }

    static Target named(String name) {
        return all().stream().filter(t -> t.name().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no target '" + name + "' among " + all()));
    }
}
