package libp2p.sim;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import libp2p.core.Rng;
import libp2p.multiformats.Nullable;

/**
 * Hosts that come and go, as they do in open networks.
 *
 * <p>Either the same hosts over and over, with sessions and absences of lengths that are drawn; or newcomers at a rate, each for one
 * session. Hosts go without a word, by a crash, unless {@link #gently} says so. A fault as others are: {@code world.inject(churn, ...)}.
 */
public final class Churn implements Fault {
    private final Distribution sessions;
    private final List<SimHost> hosts;
    private final @Nullable Distribution absences;
    private final @Nullable Distribution arrivals;
    private final @Nullable Supplier<SimHost> newcomer;
    private boolean gently;
    private boolean remembers = true;
    private Consumer<? super SimHost> up = host -> {};
    private @Nullable Rng random;
    private int times;
    private boolean active;

    private Churn(Collection<SimHost> hosts, Distribution sessions, @Nullable Distribution absences, @Nullable Distribution arrivals,
            @Nullable Supplier<SimHost> newcomer) {
        this.hosts = new ArrayList<>(hosts);
        this.sessions = sessions;
        this.absences = absences;
        this.arrivals = arrivals;
        this.newcomer = newcomer;
    }

    /** These hosts, which a supplier has made, go when their session is over and come back after an absence. */
    public static Churn of(Collection<SimHost> hosts, Distribution sessions, Distribution absences) {
        return new Churn(hosts, sessions, absences, null, null);
    }

    /** So many newcomers a second, on average, at times that are independent of each other; each goes for good after its session. */
    public static Churn arriving(double perSecond, Distribution sessions, Supplier<SimHost> newcomer) {
        if (!(perSecond > 0)) throw new IllegalArgumentException("a rate of " + perSecond);
        return new Churn(List.of(), sessions, null, Distribution.exponential((long) (World.SECOND / perSecond)), newcomer);
    }

    /** The same, with hosts that stop their node and say farewell before they go. */
    public Churn gently() {
        gently = true;
        return this;
    }

    /** The same, with hosts that come back as other peers. */
    public Churn forgetting() {
        remembers = false;
        return this;
    }

    /** The same; this is told of each host that has come, or come back, so that it can be connected. */
    public Churn onUp(Consumer<? super SimHost> listener) {
        up = listener;
        return this;
    }

    @Override
    public void begin(World world) {
        if (active) throw new IllegalStateException("it has begun already");
        active = true;
        times++;
        random = Rng.seeded(Mix.with(Mix.with(world.seed(), 2), world.now()));
        for (SimHost h : hosts) if (h.isUp()) session(h);
        arrive(world);
    }

    private long draw(Distribution d) {
        return d.draw(Loss.given(random));
    }

    private void later(World world, long nanos, Runnable task) {
        int time = times;
        if (nanos > Long.MAX_VALUE - world.now()) return;
        world.at(world.now() + nanos, () -> {
            if (active && times == time) task.run();
        });
    }

    private void session(SimHost host) {
        later(host.world(), draw(sessions), () -> {
            if (host.isUp()) leave(host);
            else if (absences != null) session(host); // something else has taken it down
        });
    }

    private void leave(SimHost host) {
        if (gently) host.execute(() -> host.swarm().stop((v, failure) -> host.world().at(host.world().now(), () -> gone(host))));
        else gone(host);
    }

    private void gone(SimHost host) {
        if (!host.isUp()) return;
        host.crash(false);
        if (absences == null) return;
        if (!active) back(host); // it was over while the host took leave
        later(host.world(), draw(absences), () -> {
            if (!host.isUp()) back(host);
            session(host);
        });
    }

    private void back(SimHost host) {
        host.restart(remembers);
        up.accept(host);
    }

    private void arrive(World world) {
        if (arrivals == null || newcomer == null) return;
        later(world, draw(arrivals), () -> {
            SimHost h = newcomer.get();
            up.accept(h);
            session(h);
            arrive(world);
        });
    }

    /** Those who are away come back; newcomers stay as long as they would. */
    @Override
    public void end(World world) {
        if (!active) return;
        active = false;
        for (SimHost h : hosts) {
            if (!h.isUp()) back(h);
        }
    }
}
