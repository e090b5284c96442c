package libp2p.fuzz;

import java.util.ArrayList;
import java.util.List;
import libp2p.testkit.fuzz.Target;

/** All that takes bytes from strangers. */
final class Targets {
    private Targets() {}

    static List<Target> all() {
        List<Target> all = new ArrayList<>(ParserTargets.all());
        all.addAll(NodeTargets.all());
        return all;
    }

    static Target named(String name) {
        return all().stream().filter(t -> t.name().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no target '" + name + "' among " + all()));
    }
}
