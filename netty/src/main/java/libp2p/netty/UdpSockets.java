package libp2p.netty;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import libp2p.core.Callback;
import libp2p.core.Loop;
import libp2p.multiformats.Nullable;

/**
 * A node's UDP sockets: those that listeners stand behind, of which several may share one, and one of each family to dial from where nobody
 * listens. On the node's loop.
 */
final class UdpSockets {
    private final Loop home;
    private final NettyLoops loops;
    private final QuicSocket.Owner owner;
    private final List<Shared> listening = new ArrayList<>();
    private final @Nullable QuicSocket[] dialling = new QuicSocket[2]; // of IPv4, of IPv6

    /** A socket, what was asked for, and how many listeners have it. */
    private static final class Shared {
        private final QuicSocket socket;
        private final InetSocketAddress at;
        private int holders = 1;

        Shared(QuicSocket socket, InetSocketAddress at) {
            this.socket = socket;
            this.at = at;
        }

        boolean is(InetSocketAddress wanted) {
            return wanted.getPort() != 0 && (wanted.equals(at) || wanted.equals(socket.boundOrNull()));
        }
    }

    UdpSockets(Loop home, NettyLoops loops, QuicSocket.Owner owner) {
        this.home = home;
        this.loops = loops;
        this.owner = owner;
    }

    /** Calls back on its loop with the socket bound there, which is bound now if there is none; {@link #release} follows. */
    void listening(InetSocketAddress at, Callback<? super QuicSocket> done) {
        for (Shared s : listening) {
            if (!s.is(at)) continue;
            s.holders++;
            await(s.socket, done);
            return;
        }
        QuicSocket fresh = new QuicSocket(loops.next(), loops, owner);
        boolean ours = isOurs(at.getPort());
        listening.add(new Shared(fresh, at));
        fresh.loop().execute(() -> fresh.bind(at, ours));
        await(fresh, done);
    }

    private boolean isOurs(int port) {
        for (Shared s : listening) {
            InetSocketAddress bound = s.socket.boundOrNull();
            if (bound != null && bound.getPort() == port) return true;
        }
        return false;
    }

    private void await(QuicSocket socket, Callback<? super QuicSocket> done) {
        socket.loop().execute(() -> socket.whenBound((there, failure) -> {
            if (there == null) home.execute(() -> release(socket));
            done.done(there, failure);
        }));
    }

    /** A listener has gone; the socket goes with the last of them and the last connection. */
    void release(QuicSocket socket) {
        for (Shared s : listening) {
            if (s.socket != socket) continue;
            if (--s.holders > 0) return;
            listening.remove(s);
            socket.loop().execute(socket::closeWhenIdle);
            return;
        }
    }

    /** Calls back on its loop with a socket to dial from: one that is listened on if such can reach the target. */
    void reaching(InetAddress target, Callback<? super QuicSocket> done) {
        QuicSocket there = listener(target);
        int family = target instanceof Inet6Address ? 1 : 0;
        if (there == null) there = dialling[family];
        if (there == null) {
            QuicSocket fresh = new QuicSocket(loops.next(), loops, owner);
            dialling[family] = fresh;
            fresh.loop().execute(() -> fresh.bind(new InetSocketAddress(family == 1 ? "::" : "0.0.0.0", 0), false));
            there = fresh;
        }
        QuicSocket from = there;
        from.loop().execute(() -> from.whenBound((bound, failure) -> {
            if (failure != null) home.execute(() -> forget(from));
            done.done(bound, failure);
        }));
    }

    private void forget(QuicSocket socket) {
        for (int i = 0; i < dialling.length; i++) if (dialling[i] == socket) dialling[i] = null;
    }

    /** One that is bound to all addresses, or to loopback as the target is. */
    private @Nullable QuicSocket listener(InetAddress target) {
        for (Shared s : listening) {
            InetSocketAddress bound = s.socket.boundOrNull();
            if (bound == null) continue;
            InetAddress at = bound.getAddress();
            if (at instanceof Inet6Address != target instanceof Inet6Address) continue;
            boolean same = at.isLoopbackAddress() == target.isLoopbackAddress() && at.isLinkLocalAddress() == target.isLinkLocalAddress();
            if (at.isAnyLocalAddress() || same) return s.socket;
        }
        return null;
    }

    /** Those that are open. */
    List<QuicSocket> all() {
        List<QuicSocket> all = new ArrayList<>();
        for (Shared s : listening) all.add(s.socket);
        for (QuicSocket s : dialling) if (s != null) all.add(s);
        return all;
    }

    /** Closes them all. */
    void stop() {
        for (Shared s : listening) s.socket.loop().execute(s.socket::close);
        listening.clear();
        for (QuicSocket s : dialling) if (s != null) s.loop().execute(s::close);
    }
}
