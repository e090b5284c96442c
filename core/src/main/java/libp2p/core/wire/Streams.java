package libp2p.core.wire;

import java.util.List;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.multiformats.Nullable;

/** What a node answers on streams that peers open. Called on the connections' loops, from several at once. */
public interface Streams {
    /** Whether it answers that protocol id. */
    boolean speaks(String protocol);

    /** All ids it answers, for a peer that asks for the list. */
    List<String> protocolIds();

    /** The handler of a stream that was just negotiated; null if the protocol has gone meanwhile. */
    @Nullable StreamHandler accept(Stream stream, String protocol);
}
