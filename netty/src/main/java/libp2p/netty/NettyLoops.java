package libp2p.netty;

import io.netty.channel.EventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import libp2p.core.net.Observer;
import libp2p.jvm.HostLoops;
import libp2p.jvm.LoopThread;

/**
 * The event loops of one node's transports, and of all that the node does if it is asked to live on them: by epoll where Netty has it, else
 * by Java's selectors. Thread-safe.
 */
final class NettyLoops implements HostLoops {
    /** How long tasks that keep giving new ones may hold up the end. */
    private static final long CLOSE_SECONDS = 1;

    private final MultiThreadIoEventLoopGroup group;
    private final List<NettyLoop> all = new ArrayList<>();
    private final AtomicInteger turn = new AtomicInteger();
    private final boolean epoll;
    private final NettySockets sockets;

    private static final class NettyThread extends FastThreadLocalThread implements LoopThread {
        NettyThread(Runnable run, String name) {
            super(run, name);
            setDaemon(true);
        }
    }

    NettyLoops(int count, boolean wantsEpoll, LongSupplier clock, Observer observer) {
        epoll = wantsEpoll && Epoll.isAvailable();
        sockets = new NettySockets(epoll);
        IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        AtomicInteger number = new AtomicInteger();
        ThreadFactory threads = run -> new NettyThread(run, "libp2p-netty-" + number.getAndIncrement());
        group = new MultiThreadIoEventLoopGroup(count, threads, io);
        group.forEach(e -> all.add(new NettyLoop(this, (EventLoop) e, clock, observer)));
    }

    @Override
    public List<NettyLoop> all() {
        return all;
    }

    /** One after the other. */
    NettyLoop next() {
        return all.get(Math.floorMod(turn.getAndIncrement(), all.size()));
    }

    /** The loop that a channel of ours lives on. */
    NettyLoop of(EventLoop events) {
        for (NettyLoop l : all) if (l.events() == events) return l;
        throw new IllegalArgumentException("not one of these loops");
    }

    MultiThreadIoEventLoopGroup group() {
        return group;
    }

    boolean epoll() {
        return epoll;
    }

    /** How sockets on them are made. */
    NettySockets sockets() {
        return sockets;
    }

    /** Closes all channels and ends the threads, soon. */
    void end() {
        group.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        end();
        for (NettyLoop l : all) if (l.isCurrent()) return;
        group.terminationFuture().awaitUninterruptibly();
    }
}
