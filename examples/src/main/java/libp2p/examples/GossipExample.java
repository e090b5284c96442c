package libp2p.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import libp2p.core.Callback;
import libp2p.core.Crypto;
import libp2p.core.identity.PeerId;
import libp2p.gossipsub.Gossip;
import libp2p.gossipsub.GossipConfig;
import libp2p.gossipsub.Message;
import libp2p.gossipsub.MessageId;
import libp2p.gossipsub.MessageIds;
import libp2p.gossipsub.Overlay;
import libp2p.gossipsub.PublishOptions;
import libp2p.gossipsub.PublishResult;
import libp2p.gossipsub.RpcLimits;
import libp2p.gossipsub.ScoreParams;
import libp2p.gossipsub.SubscriptionFilter;
import libp2p.gossipsub.Thresholds;
import libp2p.gossipsub.Timing;
import libp2p.gossipsub.Topic;
import libp2p.gossipsub.TopicConfig;
import libp2p.gossipsub.TopicScoreParams;
import libp2p.gossipsub.Validator;
import libp2p.gossipsub.Verdict;
import libp2p.identify.Identify;
import libp2p.jvm.Host;
import libp2p.jvm.JvmCrypto;

/** Gossip as Ethereum's clients have it: unsigned messages, named by their decompressed content, judged off the loops, with scores. */
public final class GossipExample {
    private static final String BLOCKS = "/eth2/00000000/beacon_block/ssz";
    private static final long SECOND = 1_000_000_000L;
    private static final long SLOT = 12 * SECOND;
    private static final int PAYLOAD_MAX = 10 << 20;
    private static final int ID_SIZE = 20;

    private GossipExample() {}

    static Gossip gossip() {
        ScoreParams scores = ScoreParams.DEFAULT
                .thresholds(Thresholds.ETHEREUM)
                .decay(SLOT, 0.01, 100 * 32 * SLOT)
                .behaviour(-15.92, 6, ScoreParams.decayFactor(10 * 32 * SLOT, SLOT, 0.01))
                .colocation(-35.11, 10, address -> address.isPrivate())
                .appScore(peer -> 0, 1);
        return new Gossip(GossipConfig.builder()
                .overlay(Overlay.ETHEREUM)
                .timing(Timing.ETHEREUM)
                .rpcLimits(RpcLimits.DEFAULT.bytesMax(PAYLOAD_MAX + PAYLOAD_MAX / 6 + 1024))
                .floodPublish(true, 16 * 1024)
                .filter(SubscriptionFilter.of(topic -> topic.startsWith("/eth2/")))
                .scores(scores)
                .build());
    }

    static TopicConfig blocks(Crypto crypto) {
        return TopicConfig.unsigned(ids(crypto))
                .limits(64, PAYLOAD_MAX)
                .validator(Validator.pure(GossipExample::judge)) // off the loops
                .score(TopicScoreParams.NONE
                        .weight(0.5)
                        .timeInMesh(0.0324, SLOT, 300)
                        .firstDeliveries(1, ScoreParams.decayFactor(20 * 32 * SLOT, SLOT, 0.01), 23)
                        .invalid(-140, ScoreParams.decayFactor(50 * 32 * SLOT, SLOT, 0.01)));
    }

    /** The content is decompressed once, to name the message, and kept for the validator. */
    private static MessageIds ids(Crypto crypto) {
        return message -> {
            byte[] content = decompress(message.data());
            message.attach(content);
            byte[] hash = crypto.sha256(content == null ? message.data() : content);
            return MessageId.of(Arrays.copyOf(hash, ID_SIZE));
        };
    }

    private static Verdict judge(Message message) {
        byte[] content = (byte[]) message.attachment();
        return content == null || content.length == 0 ? Verdict.REJECT : Verdict.ACCEPT;
    }

    private static byte[] decompress(byte[] data) {
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(data);
            byte[] out = new byte[PAYLOAD_MAX];
            int n = inflater.inflate(out);
            return inflater.finished() ? Arrays.copyOf(out, n) : null;
        } catch (DataFormatException e) {
            return null;
        } finally {
            inflater.end();
        }
    }

    private static byte[] compress(byte[] content) {
        Deflater deflater = new Deflater();
        deflater.setInput(content);
        deflater.finish();
        byte[] out = new byte[content.length + 100];
        int n = deflater.deflate(out);
        deflater.end();
        return Arrays.copyOf(out, n);
    }

    /** Two nodes; what the one publishes, the other hears. */
    static String publish(String content) throws Exception {
        Gossip ours = gossip();
        Gossip theirs = gossip();
        JvmCrypto crypto = JvmCrypto.create();
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        try (Host alice = Host.builder().protocol(new Identify(), ours).start();
                Host bob = Host.builder().listen("/ip4/127.0.0.1/tcp/0").protocol(new Identify(), theirs).start()) {
            theirs.topic(BLOCKS, blocks(crypto)).subscribe(m -> heard.add(new String((byte[]) m.attachment(), UTF_8)));
            Topic topic = ours.topic(BLOCKS, blocks(crypto));
            PeerId peer = alice.connect(bob.addresses().get(0));
            PublishResult result = alice.await((Callback<PublishResult> done) ->
                    topic.publish(compress(content.getBytes(UTF_8)), PublishOptions.ready(1, 10 * SECOND), done));
            if (!result.sent().equals(List.of(peer))) throw new IllegalStateException("it went to " + result.sent());
            return heard.poll(10, TimeUnit.SECONDS);
        }
    }

    /** Prints what was heard. */
    public static void main(String[] args) throws Exception {
        System.out.println(publish("a block"));
    }
}
