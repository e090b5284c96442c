package libp2p.jvm;

import libp2p.core.CloseReason;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Connection;
import libp2p.core.net.Observer;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes to the log, under {@code libp2p}: bugs as errors, and at debug level connections and those that failed or were refused, since what
 * others can cause must not fill a disk. Streams are not logged.
 *
 * <p>What a {@link Host} has unless it is given another {@link Observer}; who wants to count as well extends it.
 */
public class LogObserver implements Observer {

    /** Looked up when there is first something to say, since most of the time there is nothing. */
    private static final class Log {
        static final Logger LOG = LoggerFactory.getLogger("libp2p");
    }

    /** Writes to the log of the name {@code libp2p}. */
    public LogObserver() {}

    Logger log() {
        return Log.LOG;
    }

    @Override
    public void dialed(Multiaddr address, @Nullable PeerId peer, long nanos, @Nullable CloseReason failure) {
        if (failure != null) log().debug("no connection to {}: {}", address, failure);
    }

    @Override
    public void refused(Multiaddr remote, CloseReason reason) {
        log().debug("refused {}: {}", remote, reason);
    }

    @Override
    public void upgradeFailed(Multiaddr remote, boolean inbound, String step, CloseReason reason) {
        log().debug("{} {} failed in {}: {}", inbound ? "arrival of" : "dial to", remote, step, reason);
    }

    @Override
    public void connected(Connection connection) {
        log().debug("connected {}", connection);
    }

    @Override
    public void disconnected(Connection connection, CloseReason reason) {
        log().debug("disconnected {}: {}", connection, reason);
    }

    @Override
    public void bug(String where, Throwable bug) {
        log().error("a bug in {}", where, bug);
    }
}
