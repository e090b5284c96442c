package libp2p.core.node;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.multiformats.Nullable;

/** Who answers which protocol id; immutable, so that all loops can read it. */
final class Handlers {
    /** Nobody answers anything. */
    static final Handlers NONE = new Handlers(new Entry[0]);

    private final Entry[] entries;

    private Handlers(Entry[] entries) {
        this.entries = entries;
    }

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
        for (Entry e : entries) if (e.speaks(id)) return e;
        return null;
    }

    /** All ids that are told to others, sorted. */
    List<String> sortedIds() {
        if (entries.length == 1 && entries[0].ids().size() == 1) return entries[0].ids();
        TreeSet<String> all = new TreeSet<>();
        for (Entry e : entries) all.addAll(e.ids());
        return new ArrayList<>(all);
    }

    Handlers with(Entry e) {
        Entry[] more = Arrays.copyOf(entries, entries.length + 1);
        more[entries.length] = e;
        return new Handlers(more);
    }

    Handlers without(Entry e) {
        List<Entry> fewer = new ArrayList<>();
        for (Entry x : entries) if (x != e) fewer.add(x);
        return new Handlers(fewer.toArray(new Entry[0]));
    }
}
