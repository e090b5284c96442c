package libp2p.gossipsub;

import java.util.ArrayList;
import java.util.List;
import libp2p.multiformats.Nullable;

/** What a peer understands, by the protocol id that its stream was opened under. */
public enum Version {
    /** No meshes: it gets all messages of its topics. */
    FLOODSUB("/floodsub/1.0.0"),
    /** Meshes and gossip. */
    V1_0("/meshsub/1.0.0"),
    /** And peer exchange and back-off. */
    V1_1("/meshsub/1.1.0"),
    /** And IDONTWANT. */
    V1_2("/meshsub/1.2.0"),
    /** And extensions. */
    V1_3("/meshsub/1.3.0");

    private final String id;

    Version(String id) {
        this.id = id;
    }

    /** The protocol id. */
    public String id() {
        return id;
    }

    /** The version of a protocol id; null if it is none. */
    public static @Nullable Version of(String id) {
        for (Version v : values()) if (v.id.equals(id)) return v;
        return null;
    }

    /** All ids, the newest first. */
    public static List<String> ids() {
        List<String> all = new ArrayList<>();
        for (Version v : values()) all.add(0, v.id);
        return all;
    }

    boolean has(Version least) {
        return compareTo(least) >= 0;
    }
}
