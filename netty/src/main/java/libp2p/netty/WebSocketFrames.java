package libp2p.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;

/** Binary messages carry the bytes, whatever their limits; a ping is answered, a text message is not what libp2p speaks (RFC 6455). */
final class WebSocketFrames extends ChannelDuplexHandler {
    /** Bytes of the longest frame that is taken; it has to arrive whole. The field's implementations send records of 64 KiB at most. */
    static final int FRAME_MAX = 1024 * 1024;

    private boolean said; // our close frame

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof BinaryWebSocketFrame || message instanceof ContinuationWebSocketFrame) {
            ByteBuf content = ((WebSocketFrame) message).content();
            if (content.isReadable()) ctx.fireChannelRead(content);
            else ReferenceCountUtil.release(message);
        } else if (message instanceof PingWebSocketFrame ping) {
            if (ctx.channel().isWritable()) ctx.writeAndFlush(new PongWebSocketFrame(ping.content()));
            else ReferenceCountUtil.release(message); // whoever takes nothing of ours is not owed answers without end
        } else if (message instanceof CloseWebSocketFrame) {
            ReferenceCountUtil.release(message);
            ctx.fireUserEventTriggered(ChannelPipe.Ended.PEER);
        } else {
            ReferenceCountUtil.release(message);
            if (message instanceof PongWebSocketFrame) return;
            close(ctx, WebSocketCloseStatus.INVALID_MESSAGE_TYPE);
            ctx.close();
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (!(message instanceof ByteBuf bytes)) {
            ctx.write(message, promise);
        } else if (bytes.isReadable()) {
            ctx.write(new BinaryWebSocketFrame(bytes), promise);
        } else {
            ctx.write(bytes, promise);
        }
    }

    /** Says that nothing more will be sent. */
    static void finish(Channel channel) {
        ChannelHandlerContext ctx = channel.pipeline().context(WebSocketFrames.class);
        if (ctx != null) ((WebSocketFrames) ctx.handler()).close(ctx, WebSocketCloseStatus.NORMAL_CLOSURE);
    }

    private void close(ChannelHandlerContext ctx, WebSocketCloseStatus status) {
        if (said) return;
        said = true;
        ctx.writeAndFlush(new CloseWebSocketFrame(status));
    }
}
