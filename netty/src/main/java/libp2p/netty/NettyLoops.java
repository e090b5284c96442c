package libp2p.netty;

import io.netty.channel.EventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import libp2p.core.net.Observer;
import libp2p.jvm.LoopThread;

/** The event loops of one node's transports: by epoll where Netty has it, else by Java's selectors. Thread-safe. */
final class NettyLoops {
    private final MultiThreadIoEventLoopGroup group;
    private final List<NettyLoop> all = new ArrayList<>();
    private final AtomicInteger turn = new AtomicInteger();
    private final boolean epoll;

    private static final class NettyThread extends FastThreadLocalThread implements LoopThread {
        NettyThread(Runnable run, String name) {
            super(run, name);
            setDaemon(true);
        }
    }

    NettyLoops(int count, boolean wantsEpoll, LongSupplier clock, Observer observer) {
        epoll = wantsEpoll && Epoll.isAvailable();
        IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        AtomicInteger number = new AtomicInteger();
        ThreadFactory threads = run -> new NettyThread(run, "libp2p-netty-" + number.getAndIncrement());
        group = new MultiThreadIoEventLoopGroup(count, threads, io);
        group.forEach(e -> all.add(new NettyLoop((EventLoop) e, clock, observer)));
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

    Class<? extends SocketChannel> socket() {
        return epoll ? EpollSocketChannel.class : NioSocketChannel.class;
    }

    Class<? extends ServerChannel> serverSocket() {
        return epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    }

    Class<? extends DatagramChannel> datagrams() {
        return epoll ? EpollDatagramChannel.class : NioDatagramChannel.class;
    }

    /** Closes all channels and ends the threads, soon. */
    void close() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
