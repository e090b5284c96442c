package libp2p.sim;

import java.util.function.Supplier;
import libp2p.multiformats.Nullable;

/**
 * The same world twice, event by event: the detector of what does not follow from the seed.
 *
 * <p>Before each event the two must be about to do the same, in all that makes up the event; after it they must have scheduled the same.
 * The first difference stops both, and says what either did.
 */
public final class Lockstep {
    private Lockstep() {}

    /**
     * Sets the scene twice, and runs both for so long; gives one of the two. {@link IllegalStateException} at the first difference.
     *
     * @param scene makes a world and sets all in motion that is to happen in it, later acts with {@link World#at}; it has nothing that
     *     outlives a call, and does not run the world
     */
    public static World run(Supplier<World> scene, long nanos) {
        World one = scene.get();
        World other = scene.get();
        if (one.hash() != other.hash()) throw differ(one, "Setting the scene", null, null);
        long until = Math.addExact(one.now(), nanos);
        while (true) {
            Event a = one.timeline().next(until);
            Event b = other.timeline().next(until);
            if (a == null && b == null) break;
            if (a == null || b == null || !same(a, b)) throw differ(one, "The next event", a, b);
            String done = Trace.describe(a);
            one.timeline().step();
            other.timeline().step();
            if (one.hash() != other.hash()) {
                throw differ(one, "What follows from " + done, one.timeline().next(Long.MAX_VALUE), other.timeline().next(Long.MAX_VALUE));
            }
        }
        one.run(until - one.now());
        return one;
    }

    private static boolean same(Event a, Event b) {
        return a.time == b.time && a.sender == b.sender && a.sequence == b.sequence && a.kind() == b.kind() && index(a) == index(b)
                && a.size() == b.size() && a.content() == b.content();
    }

    private static int index(Event e) {
        SimHost host = e.host();
        return host == null ? Event.WORLD : host.index();
    }

    private static IllegalStateException differ(World world, String what, @Nullable Event a, @Nullable Event b) {
        return new IllegalStateException(what + " is not the same in two runs of seed " + world.seed() + ", after " + world.events()
                + " events; next in one:\n  " + (a == null ? "nothing" : Trace.describe(a))
                + "\nand in the other:\n  " + (b == null ? "nothing" : Trace.describe(b)));
    }
}
