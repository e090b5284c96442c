package libp2p.gossipsub;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import libp2p.core.Buf;
import libp2p.core.CloseReason;
import libp2p.core.Watch;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Connection;
import libp2p.core.net.OpenOptions;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.core.node.Frames;
import libp2p.core.node.Node;
import libp2p.core.node.Protocol;
import libp2p.core.node.Swarm;
import libp2p.multiformats.Nullable;
import libp2p.testkit.Caller;
import libp2p.testkit.World;

/** A peer in the hand of a test: says what it is told to, good or bad, and remembers all that it hears. */
final class Puppet implements Protocol {
    private static final RpcLimits LIMITS = RpcLimits.DEFAULT.bytesMax(16 << 20);

    final List<Rpc> heard = new ArrayList<>();
    final List<Message> messages = new ArrayList<>();
    private final Net net;
    private final List<String> ids;
    final Swarm swarm;
    private Connection connection;
    Caller line;
    boolean reads = true;
    private final List<Stream> inbound = new ArrayList<>();
    private final RpcReader reader = new RpcReader(LIMITS, new Any(), new Recent(1, 1, 1));

    /** Whatever topic it is. */
    private static final class Any extends Watch<Map<String, TopicConfig>> {
        Any() {
            super(new java.util.HashMap<>() {
                private static final long serialVersionUID = 1;

                @Override
                public TopicConfig get(Object key) {
                    return Net.PLAIN;
                }
            });
        }
    }

    Puppet(Net net, List<String> ids) {
        this.net = net;
        this.ids = ids;
        swarm = net.world.node(World.RECKLESS, new libp2p.identify.Identify(), this);
    }

    PeerId id() {
        return swarm.identity().id();
    }

    /** Connects, and opens its stream. */
    Puppet meet(Net.Member m) {
        connection = net.world.connect(swarm, m.swarm);
        return open();
    }

    /** Is connected by the member, and opens its stream. */
    Puppet met(Net.Member m) {
        net.world.connect(m.swarm, swarm);
        connection = swarm.connections(m.id()).get(0);
        return open();
    }

    Puppet open() {
        line = new Caller();
        connection.open(ids, OpenOptions.DEFAULT, line);
        net.world.settle();
        return this;
    }

    void close() {
        connection.close(CloseReason.CANCELLED);
        net.world.settle();
    }

    RpcWriter rpc() {
        return new RpcWriter(LIMITS.bytesMax());
    }

    Puppet say(RpcWriter w) {
        for (byte[] f : w.frames()) line.send(f);
        net.world.settle();
        return this;
    }

    Puppet say(byte[] frame) {
        line.send(frame);
        net.world.settle();
        return this;
    }

    Puppet subscribe(String topic) {
        return say(rpc().subscription(topic, true, false, false));
    }

    Puppet graft(String topic) {
        return say(rpc().graft(topic));
    }

    Message message(String topic, byte[] data) {
        Message m = Message.make(topic, data, null, null, null, null, id(), 0, LIMITS);
        m.name(MessageIds.sha256(Net.CRYPTO).of(m));
        return m;
    }

    Puppet publish(String topic, byte[] data) {
        return say(message(topic, data).frame());
    }

    /** Reads what lies unread. */
    void wake() {
        for (Stream s : inbound) s.loop().execute(s::read);
        net.world.settle();
    }

    // ---- what it heard

    List<String> grafts() {
        List<String> all = new ArrayList<>();
        for (Rpc r : heard) all.addAll(r.graft);
        return all;
    }

    List<Rpc.Prune> prunes() {
        List<Rpc.Prune> all = new ArrayList<>();
        for (Rpc r : heard) all.addAll(r.prune);
        return all;
    }

    List<MessageId> ihaves() {
        List<MessageId> all = new ArrayList<>();
        for (Rpc r : heard) for (Rpc.IHave h : r.ihave) all.addAll(h.ids());
        return all;
    }

    List<MessageId> iwants() {
        List<MessageId> all = new ArrayList<>();
        for (Rpc r : heard) all.addAll(r.iwant);
        return all;
    }

    List<MessageId> idontwants() {
        List<MessageId> all = new ArrayList<>();
        for (Rpc r : heard) all.addAll(r.idontwant);
        return all;
    }

    List<Rpc.Subscription> subscriptions() {
        List<Rpc.Subscription> all = new ArrayList<>();
        for (Rpc r : heard) all.addAll(r.subscriptions);
        return all;
    }

    // ---- as a protocol

    @Override
    public List<String> ids() {
        return ids;
    }

    @Override
    public void start(Node node) {}

    @Override
    public StreamHandler accept(Stream stream) {
        Frames frames = new Frames(LIMITS.bytesMax());
        inbound.add(stream);
        return new StreamHandler() {
            @Override
            public void onData(Stream s, Buf data) {
                if (!reads) return;
                for (Buf f = frames.next(data); f != null; f = frames.next(data)) {
                    Rpc rpc = reader.read(s.connection().remote(), f, 0);
                    heard.add(rpc);
                    messages.addAll(rpc.messages);
                    messages.addAll(rpc.copies);
                }
            }

            @Override
            public void onFinish(Stream s) {
                s.finish();
            }

            @Override
            public void onClose(@Nullable Stream s, CloseReason reason) {}
        };
    }
}
