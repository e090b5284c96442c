package libp2p.sim;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Hosts that crash when it begins and start again when it ends. */
final class Crash implements Fault {
    private final List<SimHost> hosts;
    private final boolean silent;
    private final boolean remembers;
    private final List<SimHost> down = new ArrayList<>();

    Crash(Collection<SimHost> hosts, boolean silent, boolean remembers) {
        this.hosts = new ArrayList<>(hosts);
        this.silent = silent;
        this.remembers = remembers;
    }

    @Override
    public void begin(World world) {
        for (SimHost h : hosts) {
            if (!h.isUp()) continue;
            h.crash(silent);
            down.add(h);
        }
    }

    @Override
    public void end(World world) {
        List<SimHost> back = new ArrayList<>(down);
        down.clear();
        for (SimHost h : back) if (!h.isUp()) h.restart(remembers);
    }
}
