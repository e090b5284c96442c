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

    /** One who answers. */
    sealed interface Entry {
        /** The ids it is known to answer, told to others. */
        List<String> ids();

        /** Whether it answers an id in truth. */
        boolean speaks(String id);
    }

    /** A protocol of the node's. */
    record OfNode(Protocol protocol) implements Entry {
        @Override
        public List<String> ids() {
            return protocol.ids();
        }

        @Override
        public boolean speaks(String id) {
            return protocol.speaks(id);
        }
    }

    /**
     * An application's handlers.
     *
     * @param ids told to others
     * @param spoken what it answers in truth
     * @param accept gives the handler of a stream
     */
    record OfApplication(List<String> ids, Predicate<String> spoken, Function<Stream, StreamHandler> accept) implements Entry {
        @Override
        public boolean speaks(String id) {
            return spoken.test(id);
        }
    }

    /** The first to answer the id, or null. */
    @Nullable Entry find(String id) {
        for (int i = 0; i < entries.size(); i++) if (entries.get(i).speaks(id)) return entries.get(i);
        return null;
    }

    /** All ids that are told to others, sorted. */
    List<String> sortedIds() {
        if (entries.size() == 1 && entries.get(0).ids().size() == 1) return entries.get(0).ids();
        TreeSet<String> all = new TreeSet<>();
        for (Entry e : entries) all.addAll(e.ids());
        return new ArrayList<>(all);
    }

    Handlers with(Entry e) {
        if (entries.isEmpty()) return new Handlers(List.of(e));
        List<Entry> more = new ArrayList<>(entries.size() + 1);
        more.addAll(entries);
        more.add(e);
        return new Handlers(more);
    }

    Handlers without(Entry e) {
        List<Entry> fewer = new ArrayList<>();
        for (Entry x : entries) if (x != e) fewer.add(x);
        return new Handlers(fewer);
    }
}
