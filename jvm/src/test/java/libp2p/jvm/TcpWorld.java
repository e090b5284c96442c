package libp2p.jvm;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import libp2p.core.CloseReason;
import libp2p.core.Loop;
import libp2p.core.net.Accept;
import libp2p.core.net.Connection;
import libp2p.core.net.Dial;
import libp2p.core.net.Limits;
import libp2p.core.net.Listener;
import libp2p.core.net.Observer;
import libp2p.core.net.Pipe;
import libp2p.multiformats.Multiaddr;

/** A TCP transport on a few loops over a {@link BareNode}, and one who admits whoever arrives. */
final class TcpWorld implements Accept, AutoCloseable {
    final LinkedBlockingQueue<Throwable> bugs = new LinkedBlockingQueue<>();
    final LinkedBlockingQueue<CloseReason> failures = new LinkedBlockingQueue<>();
    final List<NioLoop> loops = new ArrayList<>();
    final BareNode node;
    final TcpTransport tcp;
    volatile CloseReason refusal;

    TcpWorld(int count, TcpOptions options) {
        this(count, options, Limits.DEFAULT);
    }

    TcpWorld(int count, TcpOptions options, Limits limits) {
        Observer observer = new Observer() {
            @Override
            public void bug(String where, Throwable bug) {
                bugs.add(bug);
            }
        };
        try {
            for (int i = 0; i < count; i++) loops.add(new NioLoop("libp2p-loop-" + i, System::nanoTime, observer));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        node = new BareNode(loops.get(0)).limits(limits);
        tcp = new TcpTransport(options);
        tcp.start(node, List.<Loop>copyOf(loops));
    }

    @Override
    public CloseReason admit(Multiaddr local, Multiaddr remote) {
        return refusal;
    }

    @Override
    public void failed(Multiaddr local, Multiaddr remote, CloseReason reason) {
        failures.add(reason);
    }

    @Override
    public void accepted(Connection connection) {
        throw new AssertionError("a bare upgrader makes no connections");
    }

    Listener listen(String address) {
        Waiting.Told<Listener> told = new Waiting.Told<>();
        tcp.listen(Multiaddr.of(address), this, told);
        return told.value();
    }

    CloseReason listenInVain(String address) {
        Waiting.Told<Listener> told = new Waiting.Told<>();
        tcp.listen(Multiaddr.of(address), this, told);
        return told.failure();
    }

    /** Listens on loopback and says where. */
    Multiaddr loopback() {
        return listen("/ip4/127.0.0.1/tcp/0").addresses().value().get(0);
    }

    Pipe dial(Multiaddr address) {
        Waiting.Told<Connection> told = new Waiting.Told<>();
        tcp.dial(Dial.to(address, null), told);
        told.value();
        return Waiting.next(node.dialed);
    }

    CloseReason dialInVain(Multiaddr address) {
        Waiting.Told<Connection> told = new Waiting.Told<>();
        tcp.dial(Dial.to(address, null), told);
        return told.failure();
    }

    @Override
    public void close() {
        tcp.stop();
        for (NioLoop l : loops) l.close();
        if (!bugs.isEmpty()) throw new AssertionError("bugs: " + bugs, bugs.peek());
    }
}
