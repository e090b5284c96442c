package libp2p.gossipsub;

import libp2p.core.Buf;
import libp2p.core.Violation;
import libp2p.core.proto.ProtoReader;

/** Counts what is in an RPC, in its bytes, and throws {@link Violation} for what is too many or malformed. */
final class RpcCounts {
    private final RpcLimits limits;
    private int messages;
    private int subscriptions;
    private int grafts;
    private int prunes;
    private int peers;

    private RpcCounts(RpcLimits limits) {
        this.limits = limits;
    }

    /** Looks through the RPC without taking it. */
    static void check(Buf rpc, RpcLimits limits) {
        new RpcCounts(limits).walk(new ProtoReader(new Buf(rpc.array, rpc.start, rpc.end)));
    }

    private void walk(ProtoReader in) {
        for (int field = in.next(); field != 0; field = in.next()) {
            switch (field) {
                case Fields.RPC_PUBLISH -> messages = one(messages, limits.messagesMax(), "messages");
                case Fields.RPC_SUBSCRIPTIONS -> subscriptions = one(subscriptions, limits.subscriptionsMax(), "subscriptions");
                case Fields.RPC_CONTROL -> control(in.message(limits.bytesMax()));
                default -> {}
            }
        }
    }

    private void control(ProtoReader in) {
        for (int field = in.next(); field != 0; field = in.next()) {
            switch (field) {
                case Fields.CONTROL_GRAFT -> grafts = one(grafts, limits.graftsMax(), "GRAFTs");
                case Fields.CONTROL_PRUNE -> {
                    prunes = one(prunes, limits.prunesMax(), "PRUNEs");
                    prune(in.message(limits.bytesMax()));
                }
                default -> {}
            }
        }
    }

    private void prune(ProtoReader in) {
        for (int field = in.next(); field != 0; field = in.next()) {
            if (field == Fields.PRUNE_PEERS) peers = one(peers, limits.peersMax(), "peers in PRUNEs");
        }
    }

    private static int one(int before, int max, String what) {
        if (before >= max) throw new Violation("an RPC of more than " + max + " " + what);
        return before + 1;
    }
}
