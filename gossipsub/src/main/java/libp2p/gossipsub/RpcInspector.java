package libp2p.gossipsub;

import libp2p.core.identity.PeerId;

/** Looks at each RPC before anything is done with it; on the node's loop. */
@FunctionalInterface
public interface RpcInspector {
    /** Whether to go on with it. */
    boolean accepts(PeerId from, RpcFacts rpc);
}
