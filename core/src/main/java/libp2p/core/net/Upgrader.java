package libp2p.core.net;

import libp2p.core.Callback;
import libp2p.core.Cancellable;

/** Makes a libp2p connection of a byte pipe: selects and runs a security protocol, then a muxer. Called on the pipe's loop. */
public interface Upgrader {
    /** For a pipe we connected; calls back on the pipe's loop, and closes the pipe if it fails. */
    Cancellable upgrade(Pipe pipe, Dial dial, Callback<? super Connection> done);

    /** For a pipe that was admitted; tells {@code accept} of the outcome. */
    void accept(Pipe pipe, Accept accept);
}
