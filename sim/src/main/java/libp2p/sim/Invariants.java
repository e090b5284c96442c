package libp2p.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** What must hold while a world runs. Checks are no events: they change nothing of the story. */
final class Invariants {
    private static final class Check {
        private final String name;
        private final long every;
        private final Consumer<? super World> check;
        private long due;

        Check(String name, long every, Consumer<? super World> check, long due) {
            this.name = name;
            this.every = every;
            this.check = check;
            this.due = due;
        }
    }

    private final World world;
    private final List<Check> checks = new ArrayList<>();
    private long next = Long.MAX_VALUE;

    Invariants(World world) {
        this.world = world;
    }

    void add(String name, long everyNanos, Consumer<? super World> check) {
        if (everyNanos <= 0) throw new IllegalArgumentException("checked every " + everyNanos + " ns");
        checks.add(new Check(name, everyNanos, check, world.now() + everyNanos));
        next = Math.min(next, world.now() + everyNanos);
    }

    /** When something is to be checked next. */
    long next() {
        return next;
    }

    /** Checks what is due now. */
    void check() {
        long now = world.now();
        long first = Long.MAX_VALUE;
        for (Check c : checks) {
            if (c.due <= now) {
                c.due = now + c.every;
                try {
                    c.check.accept(world);
                } catch (RuntimeException | AssertionError e) {
                    throw new WorldException("\"" + c.name + "\" does not hold at " + Trace.moment(now) + " s, event " + world.events()
                            + ", in the world of seed " + world.seed(), e);
                }
            }
            first = Math.min(first, c.due);
        }
        next = first;
    }
}
