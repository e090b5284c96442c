package libp2p.core.node;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.multiformats.Nullable;

/** Who answers which protocol id; immutable, so that all loops can read it. */
record Handlers(List<Entry> entries) {

    /**
     * One who answers.
     *
     * @param ids what it is known to answer, told to others
     * @param speaks what it answers in truth
     * @param protocol the node's protocol, or null for an application's handler
     * @param accept gives the handler of a stream
     */
    record Entry(List<String> ids, Predicate<String> speaks, @Nullable Protocol protocol, Function<Stream, StreamHandler> accept) {}

    /** The first to answer the id, or null. */
    @Nullable Entry find(String id) {
        for (Entry e : entries) if (e.speaks.test(id)) return e;
        return null;
    }

    /** All ids that are told to others, sorted. */
    List<String> ids() {
        TreeSet<String> all = new TreeSet<>();
        for (Entry e : entries) all.addAll(e.ids);
        return new ArrayList<>(all);
    }

    Handlers with(Entry e) {
        List<Entry> more = new ArrayList<>(entries);
        more.add(e);
        return new Handlers(more);
    }

    Handlers without(Entry e) {
        List<Entry> fewer = new ArrayList<>();
        for (Entry x : entries) if (x != e) fewer.add(x);
        return new Handlers(fewer);
    }
}
