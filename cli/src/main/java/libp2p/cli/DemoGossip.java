package libp2p.cli;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import libp2p.core.Callback;
import libp2p.gossipsub.Gossip;
import libp2p.gossipsub.PublishOptions;
import libp2p.gossipsub.PublishResult;
import libp2p.gossipsub.Topic;
import libp2p.jvm.Host;

/** The demo's topic, which all nodes are in. */
final class DemoGossip {
    private static final String TOPIC = "demo";
    private static final long PATIENCE_NANOS = 10_000_000_000L;

    private final List<Host> hosts = new ArrayList<>();
    private final List<Topic> topics = new ArrayList<>();
    private final Semaphore met = new Semaphore(0); // one for each that learned of another in the topic
    private final BlockingQueue<Integer> heard = new LinkedBlockingQueue<>();

    void join(Host host, Gossip gossip) {
        int node = hosts.size();
        Topic topic = gossip.topic(TOPIC);
        topic.subscribe(message -> heard.add(node));
        topic.onPeer(Runnable::run, (peer, joined) -> {
            if (joined) met.release();
        });
        hosts.add(host);
        topics.add(topic);
    }

    /** Each node publishes in turn; shown is how long its message took to all others. */
    void spread(DemoView view) throws Exception {
        // Connected is not yet subscribed: a message goes to those of whom it is known that they are in the topic.
        if (!met.tryAcquire(hosts.size() * (hosts.size() - 1), PATIENCE_NANOS, TimeUnit.NANOSECONDS)) {
            throw new IllegalStateException("not all nodes have learned that the others are in the topic");
        }
        for (int i = 0; i < hosts.size(); i++) {
            byte[] text = ("hello from node " + i).getBytes(StandardCharsets.UTF_8);
            Topic topic = topics.get(i);
            long began = System.nanoTime();
            PublishResult result = hosts.get(i).await((Callback<PublishResult> done) ->
                    topic.publish(text, PublishOptions.ready(1, PATIENCE_NANOS), done));
            int by = 0;
            while (by < hosts.size() - 1 && heard.poll(PATIENCE_NANOS, TimeUnit.NANOSECONDS) != null) by++;
            view.spread(i, result.sent().size(), by, System.nanoTime() - began);
            if (by < hosts.size() - 1) throw new IllegalStateException("a message of node " + i + " was not heard by all");
        }
    }
}
