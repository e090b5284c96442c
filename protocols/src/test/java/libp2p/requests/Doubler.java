package libp2p.requests;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import libp2p.core.Buf;
import libp2p.core.Callback;
import libp2p.core.CloseReason;
import libp2p.core.Violation;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.core.node.Codec;
import libp2p.core.node.Node;
import libp2p.core.node.Protocol;
import libp2p.core.node.Requests;

/** Answers each word with itself, twice; "wait" only when told to, "no" with a refusal. Words are ASCII letters. */
final class Doubler implements Protocol {
    static final String ID = "/doubler/1";
    static final int WORD_MAX = 1000;

    static final class Words implements Codec<String> {
        private final int max;

        Words(int max) {
            this.max = max;
        }

        @Override
        public int sizeMax() {
            return max;
        }

        @Override
        public int size(String message) {
            return message.length();
        }

        @Override
        public void write(String message, Buf out) {
            out.put(message.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public String read(Buf data) {
            byte[] b = data.takeAll();
            for (byte c : b) if (c < 'a' || c > 'z') throw new Violation("not a letter");
            return new String(b, StandardCharsets.UTF_8);
        }
    }

    static final Requests.Params PARAMS = new Requests.Params(10_000_000_000L, 60_000_000_000L, 100);

    final List<Callback<? super String>> waiting = new ArrayList<>();
    final List<String> heard = new ArrayList<>();
    private Node node;
    private Requests<String, String> requests;

    Requests<String, String> requests() {
        return requests;
    }

    @Override
    public List<String> ids() {
        return List.of(ID);
    }

    @Override
    public void start(Node owner) {
        node = owner;
        requests = new Requests<>(node, new Words(WORD_MAX), new Words(2 * WORD_MAX), PARAMS, (stream, word, done) -> {
            if (!node.loop().isCurrent()) throw new IllegalStateException("asked on another loop");
            heard.add(word);
            if (word.equals("wait")) waiting.add(done);
            else if (word.equals("no")) done.done(null, CloseReason.of(CloseReason.Kind.REFUSED, 0x12345, "no"));
            else done.done(word + word, null);
        });
    }

    @Override
    public boolean onConnectionLoop() {
        return true;
    }

    @Override
    public StreamHandler accept(Stream stream) {
        return requests.accept();
    }
}
