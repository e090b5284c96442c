package libp2p.jvm;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import libp2p.core.net.Observer;

/** The loops that a host has unless it is given others. */
record NioLoops(List<NioLoop> all) implements HostLoops {
    static NioLoops start(int count, LongSupplier clock, Observer observer) throws IOException {
        NioLoops loops = new NioLoops(new ArrayList<>());
        try {
            for (int i = 0; i < count; i++) loops.all.add(new NioLoop("libp2p-loop-" + i, clock, observer));
            return loops;
        } catch (IOException | RuntimeException e) {
            loops.close();
            throw e;
        }
    }

    @Override
    public void close() {
        for (NioLoop l : all) l.close();
    }
}
