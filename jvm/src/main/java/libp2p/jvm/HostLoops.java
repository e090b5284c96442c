package libp2p.jvm;

import java.io.IOException;
import java.util.List;
import java.util.function.LongSupplier;
import libp2p.core.Loop;
import libp2p.core.net.Observer;

/**
 * The loops of one host: its own {@link NioLoop}s, or those of a library whose sockets it shall use too. Each has a thread of its own,
 * which is a {@link LoopThread}.
 */
public interface HostLoops extends AutoCloseable {
    /** Starts loops, as {@link HostBuilder#loops(Factory)} wants them. */
    @FunctionalInterface
    interface Factory {
        /**
         * Starts that many loops.
         *
         * @param count at least 1
         * @param clock nanoseconds, never going back; {@link Loop#nanoTime} of all of them
         * @param observer who hears what their tasks throw
         * @throws IOException if the system gives no sockets; nothing runs then
         */
        HostLoops start(int count, LongSupplier clock, Observer observer) throws IOException;
    }

    /** All of them. The first is the node's own, the others only carry connections. */
    List<? extends Loop> all();

    /** Runs what tasks there are, closes the sockets and ends the threads; waits for that unless called on one of them. Idempotent. */
    @Override
    void close();
}
