package libp2p.core.net;

import libp2p.core.Buf;
import libp2p.core.CloseReason;

/** What is done with a pipe's bytes; called on the pipe's loop. */
public interface PipeHandler {
    /** Bytes arrived, lent for this call; what is left stays, up to {@link Pipe#HELD_MIN}, and is offered again with more. */
    void onData(Pipe pipe, Buf data);

    /** There is room again after a short write. */
    void onWritable(Pipe pipe);

    /** The peer half-closed; nothing more will come. */
    void onFinish(Pipe pipe);

    /** The end, exactly once, last. */
    void onClose(Pipe pipe, CloseReason reason);
}
