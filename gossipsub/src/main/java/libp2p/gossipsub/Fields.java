package libp2p.gossipsub;

/** Field numbers (specs/pubsub/README.md, gossipsub-v1.0.md to v1.3.md, extensions/extensions.proto). */
final class Fields {
    static final int RPC_SUBSCRIPTIONS = 1;
    static final int RPC_PUBLISH = 2;
    static final int RPC_CONTROL = 3;
    static final int RPC_PARTIAL = 10;
    static final int RPC_TEST = 6492434;
    /** Ours, drawn at random: the draft's own numbers (specs pull request 681) are taken by 1.3's extensions. */
    static final int RPC_CHOKE = 5816307;

    static final int SUB_SUBSCRIBE = 1;
    static final int SUB_TOPIC = 2;
    static final int SUB_REQUESTS_PARTIAL = 3;
    static final int SUB_SUPPORTS_PARTIAL = 4;

    static final int MESSAGE_FROM = 1;
    static final int MESSAGE_DATA = 2;
    static final int MESSAGE_SEQNO = 3;
    static final int MESSAGE_TOPIC = 4;
    static final int MESSAGE_SIGNATURE = 5;
    static final int MESSAGE_KEY = 6;

    static final int CONTROL_IHAVE = 1;
    static final int CONTROL_IWANT = 2;
    static final int CONTROL_GRAFT = 3;
    static final int CONTROL_PRUNE = 4;
    static final int CONTROL_IDONTWANT = 5;
    static final int CONTROL_EXTENSIONS = 6;

    static final int IHAVE_TOPIC = 1;
    static final int IHAVE_IDS = 2;
    static final int IWANT_IDS = 1;
    static final int GRAFT_TOPIC = 1;
    static final int PRUNE_TOPIC = 1;
    static final int PRUNE_PEERS = 2;
    static final int PRUNE_BACKOFF = 3;
    static final int PEER_ID = 1;
    static final int PEER_RECORD = 2;

    static final int EXTENSIONS_PARTIAL = 10;
    static final int EXTENSIONS_TEST = 6492434;
    static final int EXTENSIONS_CHOKE = RPC_CHOKE;

    static final int PARTIAL_TOPIC = 1;
    static final int PARTIAL_GROUP = 2;
    static final int PARTIAL_MESSAGE = 3;
    static final int PARTIAL_METADATA = 4;

    static final int CHOKE_TOPICS = 1;
    static final int UNCHOKE_TOPICS = 2;

    private Fields() {}
}
