package libp2p.gossipsub;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import libp2p.bouncycastle.BouncyCastleCrypto;
import libp2p.core.CloseReason;
import libp2p.core.Crypto;
import libp2p.core.Rng;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Connection;
import libp2p.core.node.Protocol;
import libp2p.core.node.Swarm;
import libp2p.identify.Identify;
import libp2p.testkit.World;

/** A world of nodes that gossip; each test makes one. */
final class Net {
    static final Crypto CRYPTO = new BouncyCastleCrypto();
    static final String T = "topic";
    static final TopicConfig PLAIN = TopicConfig.unsigned(MessageIds.sha256(CRYPTO));

    /** A node, and what it heard. */
    final class Member {
        final Gossip gossip;
        final Swarm swarm;
        final List<Message> heard = new ArrayList<>();
        final List<String> texts = new ArrayList<>();

        private Member(GossipConfig config) {
            gossip = new Gossip(config);
            swarm = world.node(new Identify(), gossip);
        }

        PeerId id() {
            return swarm.identity().id();
        }

        Router router() {
            return gossip.router();
        }

        Peer peer(PeerId id) {
            return router().state.peers.get(id);
        }

        Peer peer(Member other) {
            return peer(other.id());
        }

        double score(PeerId id) {
            return router().state.scores.of(id);
        }

        Topic topic(String name, TopicConfig config) {
            return gossip.topic(name, config);
        }

        /** Hears a topic from now on. */
        libp2p.core.Cancellable hear(String name, TopicConfig config) {
            libp2p.core.Cancellable c = topic(name, config).subscribe(m -> {
                heard.add(m);
                texts.add(new String(m.data(), StandardCharsets.UTF_8));
            });
            world.settle();
            return c;
        }

        libp2p.core.Cancellable hear(String name) {
            return hear(name, PLAIN);
        }

        /** Publishes, and says to whom it went. */
        PublishResult publish(String name, byte[] data) {
            World.Result<PublishResult> r = new World.Result<>();
            new Topic(gossip, name).publish(data, r);
            world.settle();
            return r.value();
        }

        PublishResult publish(String name, String text) {
            return publish(name, text.getBytes(StandardCharsets.UTF_8));
        }

        CloseReason publishFails(String name, byte[] data) {
            World.Result<PublishResult> r = new World.Result<>();
            new Topic(gossip, name).publish(data, r);
            world.settle();
            return r.failure();
        }

        TopicState state(String name) {
            return router().state.topics.get(name);
        }

        Set<PeerId> mesh(String name) {
            Set<PeerId> ids = new LinkedHashSet<>();
            TopicState t = state(name);
            if (t != null) for (Peer p : t.mesh) ids.add(p.id);
            return ids;
        }

        void run(Runnable task) {
            swarm.loop().execute(task);
            world.settle();
        }
    }

    final World world;
    final List<Member> members = new ArrayList<>();
    private final Rng random;

    Net(boolean apart, long seed) {
        world = new World(CRYPTO).apart(apart);
        random = Rng.seeded(seed);
    }

    Net() {
        this(false, 1);
    }

    Member member(GossipConfig config) {
        Member m = new Member(config);
        members.add(m);
        return m;
    }

    Member member() {
        return member(GossipConfig.DEFAULT);
    }

    Net members(int n, GossipConfig config) {
        for (int i = 0; i < n; i++) member(config);
        return this;
    }

    Net members(int n) {
        return members(n, GossipConfig.DEFAULT);
    }

    /** A node of the test's own making. */
    Puppet puppet(String... ids) {
        return new Puppet(this, ids.length == 0 ? List.of(Version.V1_3.id()) : List.of(ids));
    }

    Connection connect(Member a, Member b) {
        return world.connect(a.swarm, b.swarm);
    }

    /** Everyone with everyone. */
    Net connectAll() {
        for (int i = 0; i < members.size(); i++) for (int j = i + 1; j < members.size(); j++) connect(members.get(i), members.get(j));
        return this;
    }

    /** Everyone with so many others at random, and with the one before, so that it is one network. */
    Net connectSome(int each) {
        for (int i = 0; i < members.size(); i++) {
            if (i > 0) connect(members.get(i), members.get(i - 1));
            for (int n = 1; n < each; n++) {
                Member other = members.get(random.nextInt(members.size()));
                if (other != members.get(i) && members.get(i).swarm.connections(other.id()).isEmpty()) connect(members.get(i), other);
            }
        }
        return this;
    }

    Net hear(String topic, TopicConfig config) {
        for (Member m : members) m.hear(topic, config);
        return this;
    }

    Net hear(String topic) {
        return hear(topic, PLAIN);
    }

    Member get(int i) {
        return members.get(i);
    }

    Net beats(int n) {
        world.advanceSeconds(n);
        return this;
    }

    /** A second protocol node, for what is no gossip. */
    Swarm other(Protocol... protocols) {
        return world.node(protocols);
    }
}
