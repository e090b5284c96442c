package libp2p.gossipsub;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import libp2p.core.identity.PeerId;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;

/** What a {@link Gossip} is made with: {@code GossipConfig.builder().overlay(Overlay.ETHEREUM).build()}. Immutable. */
public final class GossipConfig {
    /** All that the field has by default. */
    public static final GossipConfig DEFAULT = builder().build();

    final Overlay overlay;
    final Timing timing;
    final GossipLimits limits;
    final RpcLimits rpcLimits;
    final ScoreParams scores;
    final @Nullable GaterParams gater;
    final SeenStrategy seen;
    final SubscriptionFilter filter;
    final @Nullable RpcInspector inspector;
    final GossipListener listener;
    final Map<PeerId, List<Multiaddr>> direct;
    final boolean floodPublish;
    final int floodBytesMax;
    final boolean exchange;
    final int idontwantBytesMin;
    final boolean choke;
    final @Nullable PartialHandler partial;
    final List<String> ids;

    private GossipConfig(Builder b) {
        overlay = b.overlay;
        timing = b.timing;
        limits = b.limits;
        rpcLimits = b.rpcLimits;
        scores = b.scores;
        gater = b.gater;
        seen = b.seen;
        filter = b.filter;
        inspector = b.inspector;
        listener = b.listener;
        direct = new LinkedHashMap<>(b.direct);
        floodPublish = b.floodPublish;
        floodBytesMax = b.floodBytesMax;
        exchange = b.exchange;
        idontwantBytesMin = b.idontwantBytesMin;
        choke = b.choke;
        partial = b.partial;
        ids = new ArrayList<>(b.ids);
    }

    /** Begins with the field's defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Makes a configuration. */
    public static final class Builder {
        private Overlay overlay = Overlay.DEFAULT;
        private Timing timing = Timing.DEFAULT;
        private GossipLimits limits = GossipLimits.DEFAULT;
        private RpcLimits rpcLimits = RpcLimits.DEFAULT;
        private ScoreParams scores = ScoreParams.DEFAULT;
        private @Nullable GaterParams gater;
        private SeenStrategy seen = SeenStrategy.FIRST_SEEN;
        private SubscriptionFilter filter = SubscriptionFilter.ALL;
        private @Nullable RpcInspector inspector;
        private GossipListener listener = GossipListener.NONE;
        private final Map<PeerId, List<Multiaddr>> direct = new LinkedHashMap<>();
        private boolean floodPublish = true;
        private int floodBytesMax = Integer.MAX_VALUE;
        private boolean exchange;
        private int idontwantBytesMin = 1024;
        private boolean choke;
        private @Nullable PartialHandler partial;
        private List<String> ids = Version.ids();

        private Builder() {}

        /** The mesh's shape. */
        public Builder overlay(Overlay value) {
            overlay = value;
            return this;
        }

        /** The times. */
        public Builder timing(Timing value) {
            timing = value;
            return this;
        }

        /** The bounds. */
        public Builder limits(GossipLimits value) {
            limits = value;
            return this;
        }

        /** The bounds of one RPC. */
        public Builder rpcLimits(RpcLimits value) {
            rpcLimits = value;
            return this;
        }

        /** How peers are scored. */
        public Builder scores(ScoreParams value) {
            scores = value;
            return this;
        }

        /** Protects validation; without, it is only bounded. */
        public Builder gater(GaterParams value) {
            gater = value;
            return this;
        }

        /** From when on ids are remembered. */
        public Builder seen(SeenStrategy value) {
            seen = value;
            return this;
        }

        /** Which topics of peers are noted. */
        public Builder filter(SubscriptionFilter value) {
            filter = value;
            return this;
        }

        /** Who looks at RPCs first. */
        public Builder inspector(RpcInspector value) {
            inspector = value;
            return this;
        }

        /** Who hears what happens. */
        public Builder listener(GossipListener value) {
            listener = value;
            return this;
        }

        /** A peer that is kept connected, whose RPCs are always heard, and who gets all messages; it should have us so too. */
        public Builder direct(PeerId peer, List<Multiaddr> addresses) {
            direct.put(peer, new ArrayList<>(addresses));
            return this;
        }

        /**
         * Whether messages of ours, of at most so many bytes, go to all peers of the topic instead of the mesh; the default is all of them.
         */
        public Builder floodPublish(boolean yes, int bytesMax) {
            floodPublish = yes;
            floodBytesMax = bytesMax;
            return this;
        }

        /** Whether PRUNEs of ours name other peers; for bootstrappers and other well-connected nodes. Off by default. */
        public Builder exchange(boolean yes) {
            exchange = yes;
            return this;
        }

        /** From how many bytes on the mesh is told that a message came; 1024 by default. */
        public Builder idontwant(int bytesMin) {
            idontwantBytesMin = bytesMin;
            return this;
        }

        /** The experimental choke extension, between peers that both have it; off by default. See docs/gossipsub.md. */
        public Builder choke(boolean yes) {
            choke = yes;
            return this;
        }

        /** Who handles parts of messages, in topics that say so. */
        public Builder partial(PartialHandler value) {
            partial = value;
            return this;
        }

        /** The protocol ids that are spoken, the preferred first: a subset of {@link Version#ids}, for networks that need it. */
        public Builder ids(List<String> value) {
            for (String id : value) if (Version.of(id) == null) throw new IllegalArgumentException("no version of " + id);
            if (value.isEmpty()) throw new IllegalArgumentException("no protocol id");
            ids = new ArrayList<>(value);
            return this;
        }

        /** The configuration. */
        public GossipConfig build() {
            return new GossipConfig(this);
        }
    }
}
