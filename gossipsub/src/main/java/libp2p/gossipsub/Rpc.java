package libp2p.gossipsub;

import java.util.ArrayList;
import java.util.List;
import libp2p.core.identity.PeerId;
import libp2p.multiformats.Nullable;

/** An RPC as it was read: small lists that are empty where nothing was said. Made on a connection's loop, then the node's alone. */
final class Rpc {
    record Subscription(String topic, boolean subscribe, boolean requestsPartial, boolean supportsPartial) {}

    record IHave(String topic, List<MessageId> ids) {}

    record Prune(String topic, List<Px> peers, long backoffSeconds) {}

    /** A peer that is named in a PRUNE, with its signed record where it came with one. */
    record Px(PeerId peer, byte @Nullable [] signedRecord) {}

    record Extensions(boolean partial, boolean test, boolean choke) {
        static final Extensions NONE = new Extensions(false, false, false);
    }

    final int size;
    List<Subscription> subscriptions = List.of();
    /** New to the loop it came on. */
    List<Message> messages = List.of();
    /** Those that it is copies of. */
    List<Message> copies = List.of();
    /** How many were of topics that we have not joined. */
    int strange;
    List<IHave> ihave = List.of();
    List<MessageId> iwant = List.of();
    List<String> graft = List.of();
    List<Prune> prune = List.of();
    List<MessageId> idontwant = List.of();
    @Nullable Extensions extensions;
    @Nullable PartialMessage partial;
    List<String> choke = List.of();
    List<String> unchoke = List.of();
    boolean test;

    Rpc(int size) {
        this.size = size;
    }

    boolean hasControl() {
        return !ihave.isEmpty() || !iwant.isEmpty() || !graft.isEmpty() || !prune.isEmpty() || !idontwant.isEmpty();
    }

    static <T> List<T> with(List<T> list, T more) {
        List<T> l = list.isEmpty() ? new ArrayList<>(4) : list;
        l.add(more);
        return l;
    }
}
