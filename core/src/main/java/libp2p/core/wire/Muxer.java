package libp2p.core.wire;

import java.util.function.Consumer;
import java.util.function.Function;
import libp2p.core.Buf;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.net.Connection;
import libp2p.core.net.Limits;
import libp2p.core.net.Observer;
import libp2p.core.net.Scope;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.multiformats.Nullable;

/** Many streams over one secured pipe, as a machine. One instance per node, used from all its loops. */
public interface Muxer {
    /** The protocol id, such as {@code /yamux/1.0.0}. */
    String id();

    /** Begins to multiplex. */
    Session start(Context context);

    /**
     * What a session works with.
     *
     * @param connection whose streams these are; its loop is where everything happens and what gives time
     * @param initiator whether we take the initiator's stream numbers
     * @param accept gives the handler of a stream that the peer opened, never null; called when its first frame arrives
     * @param transmitReady to be run, once until the next {@code transmit}, when there is something to send; does not call back at once
     * @param readReady to be run when {@code receive} can go on after it left bytes; does not call back at once
     * @param ended to be run once if the session ends by itself: the peer's GoAway, a dead keep-alive. Does not call back at once
     * @param plainMax the most bytes a {@code transmit} may give: what one security record carries
     * @param workspace the loop's buffers and randomness
     * @param limits the node's bounds
     * @param scope the connection's budget, for streams and buffered bytes
     * @param observer hears of bugs
     */
    record Context(
            Connection connection,
            boolean initiator,
            Function<Stream, StreamHandler> accept,
            Runnable transmitReady,
            Runnable readReady,
            Consumer<CloseReason> ended,
            int plainMax,
            Workspace workspace,
            Limits limits,
            Scope scope,
            Observer observer) {}

    /** The streams of one connection. */
    interface Session {
        /** Opens a stream, without a protocol yet; or refuses, and the handler hears only {@code onClose}. */
        Cancellable open(StreamHandler handler);

        /** Takes in plain bytes; may leave some, and then runs {@code readReady} when it wants them. Throws Violation. */
        void receive(Buf plain);

        /**
         * Appends frames to {@code plain} (an empty workspace buffer; may be swapped for another), at most plainMax bytes, and says whether
         * more may follow.
         */
        boolean transmit(Buf plain);

        /** How many streams there are. */
        int streams();

        /** The peer is known to bear streams that are opened in bursts; for muxers that pace themselves until then. */
        default void unpaced() {}

        /** What the peer said goodbye with, which tells more than that its pipe has closed; null if it said nothing. */
        @Nullable CloseReason goodbye();

        /** Takes and opens no more streams and tells those there; after the last, says goodbye with the code, then runs {@code ended}. */
        void drain(long code);

        /** Ends all streams with CONNECTION_CLOSED and queues a farewell with the reason's code, which a last {@code transmit} fetches. */
        void close(CloseReason reason);

        /** Gives back what it borrowed, sent or not; comes after {@link #close}, when the pipe is of no more use. */
        void dispose();
    }
}
