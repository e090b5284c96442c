package libp2p.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import libp2p.core.Buf;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Loop;
import libp2p.core.Violation;
import libp2p.core.net.Pipe;
import libp2p.core.net.PipeHandler;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;

/**
 * A Netty channel as a {@link Pipe}, the last of the channel's handlers: below it bytes pass as {@link ByteBuf}s, whatever carries them.
 *
 * <p>The channel reads when told to, so that what the handler leaves holds up the peer. Of what is written it takes what the channel's
 * water mark lets pass. On its loop.
 */
final class ChannelPipe extends ChannelInboundHandlerAdapter implements Pipe {
    /** How the carrier says that nothing more will be sent: half-closes, sends a frame. */
    @FunctionalInterface
    interface Finish {
        void finish(Channel channel);
    }

    /** Sent up the pipeline by a carrier whose peer will send no more. */
    enum Ended { PEER }

    /** The most bytes that one write takes. */
    private static final int WRITE_MAX = 64 * 1024;

    /** How long a farewell may wait for the peer to close. */
    private static final long LINGER_NANOS = 1_000_000_000L;

    private final NettyLoop loop;
    private final Channel channel;
    private final Multiaddr local;
    private final Multiaddr remote;
    private final Finish finisher;
    private final ArrayDeque<ByteBuf> arrived = new ArrayDeque<>();
    private @Nullable Buf held;
    private @Nullable PipeHandler handler;
    private Cancellable linger = Cancellable.NONE;
    private boolean reading; // a read of the channel was asked for and not answered
    private boolean offerPosted;
    private boolean shortWrite;
    private boolean finished;
    private boolean peerFinished;
    private boolean finishTold;
    private boolean written;
    private @Nullable CloseReason end;
    private boolean closeTold;

    ChannelPipe(NettyLoop loop, Channel channel, Multiaddr local, Multiaddr remote, Finish finisher) {
        this.loop = loop;
        this.channel = channel;
        this.local = local;
        this.remote = remote;
        this.finisher = finisher;
    }

    @Override
    public Loop loop() {
        return loop;
    }

    @Override
    public Multiaddr localAddress() {
        return local;
    }

    @Override
    public Multiaddr remoteAddress() {
        return remote;
    }

    @Override
    public boolean limited() {
        return false;
    }

    @Override
    public void handler(PipeHandler next) {
        handler = next;
        if (end != null) loop.execute(this::tellClose);
        else postOffer();
    }

    // ---- writing

    @Override
    public int write(Buf source) {
        if (finished || end != null || source.isEmpty()) return 0;
        int before = source.size();
        while (!source.isEmpty() && channel.isWritable()) {
            int n = Math.min(source.size(), WRITE_MAX);
            ByteBuf out = channel.alloc().directBuffer(n).writeBytes(source.array, source.start, n);
            source.skip(n);
            channel.write(out, channel.voidPromise());
            written = true;
        }
        channel.flush();
        shortWrite = !source.isEmpty();
        return before - source.size();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (!ctx.channel().isWritable() || !shortWrite || end != null) return;
        shortWrite = false;
        loop.execute(() -> call(h -> h.onWritable(this))); // never within a write of the handler
    }

    @Override
    public void finish() {
        if (finished || end != null) return;
        finished = true;
        shortWrite = false;
        finisher.finish(channel);
        if (finishTold) loop.execute(this::endIfFinished);
    }

    // ---- reading

    @Override
    public void read() {
        postOffer();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (end != null || !(message instanceof ByteBuf bytes)) {
            ReferenceCountUtil.release(message);
            return;
        }
        arrived.add(bytes);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        reading = false;
        if (end == null) offer();
        else if (linger != Cancellable.NONE) ctx.read();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == Ended.PEER || event == ChannelInputShutdownReadComplete.INSTANCE) {
            peerFinished = true;
            if (end == null) offer();
            else channel.close();
        }
    }

    private void postOffer() {
        if (offerPosted || end != null) return;
        offerPosted = true;
        loop.execute(() -> {
            offerPosted = false;
            if (end == null) offer();
        });
    }

    private void offer() {
        boolean again = held != null;
        while (end == null && handler != null && (again || !arrived.isEmpty())) {
            again = false;
            Buf h = held;
            if (h == null) h = new Buf(HELD_MIN);
            held = null;
            int before = take(h);
            int offered = h.size();
            held = h; // for an end within the call
            Buf lent = h;
            call(p -> p.onData(this, lent));
            if (end != null) return;
            held = h.isEmpty() ? null : h;
            if (h.size() == offered && before == 0) break; // nothing taken, nothing to add
        }
        if (end != null || handler == null) return;
        if (peerFinished && arrived.isEmpty() && held == null && !finishTold) {
            finishTold = true;
            call(p -> p.onFinish(this));
            endIfFinished();
        } else if (!peerFinished && arrived.isEmpty() && (held == null || held.size() < HELD_MIN)) {
            want();
        }
    }

    /** Moves what fits of what has arrived; says how much. */
    private int take(Buf to) {
        to.compact();
        int moved = 0;
        while (!arrived.isEmpty() && to.room() > 0) {
            ByteBuf head = arrived.peek();
            int n = Math.min(head.readableBytes(), to.room());
            head.readBytes(to.array, to.end, n);
            to.end += n;
            moved += n;
            if (!head.isReadable()) arrived.remove().release();
        }
        return moved;
    }

    private void want() {
        if (reading) return;
        reading = true;
        channel.read();
    }

    // ---- the end

    @Override
    public void close(CloseReason reason) {
        if (end != null) return;
        boolean quiet = reason.kind() == CloseReason.Kind.CANCELLED || reason.kind() == CloseReason.Kind.LOST;
        over(reason);
        if (!written || quiet || peerFinished) {
            channel.writeAndFlush(channel.alloc().buffer(0)).addListener(ChannelFutureListener.CLOSE);
            return;
        }
        // A socket closed over unread bytes sends a reset, and a reset makes the peer forget what it has not read yet: our farewell.
        if (!finished) finisher.finish(channel);
        linger = loop.schedule(LINGER_NANOS, channel::close);
        channel.read();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        linger.cancel();
        over(CloseReason.of(CloseReason.Kind.LOST, "the connection is gone"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        over(CloseReason.of(CloseReason.Kind.LOST, String.valueOf(cause.getMessage())));
        ctx.close();
    }

    private void endIfFinished() {
        if (!finished || !finishTold || end != null) return;
        over(CloseReason.FINISHED);
        channel.close();
    }

    private void over(CloseReason reason) {
        if (end != null) return;
        end = reason;
        held = null;
        while (!arrived.isEmpty()) arrived.remove().release();
        loop.execute(this::tellClose);
    }

    private void tellClose() {
        if (closeTold || handler == null || end == null) return;
        closeTold = true;
        CloseReason reason = end;
        call(p -> p.onClose(this, reason));
    }

    private void call(Consumer<PipeHandler> what) {
        PipeHandler h = handler;
        if (h == null) return;
        try {
            what.accept(h);
        } catch (Violation v) {
            close(CloseReason.of(v));
        } catch (RuntimeException e) {
            loop.observer().bug("pipe to " + remote, e);
            close(CloseReason.bug(e));
        }
    }

    @Override
    public String toString() {
        return "ChannelPipe[" + local + " to " + remote + "]";
    }
}
