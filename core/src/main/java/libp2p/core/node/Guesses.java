package libp2p.core.node;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.BiFunction;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.Loop;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Connection;
import libp2p.core.net.Dial;
import libp2p.core.net.Role;
import libp2p.core.wire.Security;
import libp2p.multiformats.Nullable;

/**
 * Which security protocol a dial tries before the peer has said which it speaks: the one that it took in the end the last time, else our
 * first.
 *
 * <p>A wrong guess costs a connection, so it is made once for a dial, and what came of the second is remembered. On the node's loop.
 */
final class Guesses {
    private final List<String> ids = new ArrayList<>(1);
    private final int peersMax;
    private final LinkedHashMap<PeerId, String> others = new LinkedHashMap<>(1); // of those who do not take our first

    /** For these protocols; remembers at most {@code peersMax} peers, and forgets the oldest first. */
    Guesses(List<Security> securities, int peersMax) {
        for (Security s : securities) ids.add(s.id());
        this.peersMax = peersMax;
    }

    List<String> ids() {
        return ids;
    }

    /** Attempts it, and once more without a guess if the first had a wrong one; both, and the callback, on that loop. */
    Cancellable dial(
            Dial dial,
            Loop loop,
            BiFunction<Dial, Callback<? super Connection>, Cancellable> attempt,
            Callback<? super Connection> done) {
        Dial first = guess(dial);
        if (first.guess() == null) return attempt.apply(first, done);
        Cancellable[] now = new Cancellable[1];
        now[0] = attempt.apply(first, (connection, failure) -> {
            if (!wrong(first, failure)) {
                done.done(connection, failure);
                return;
            }
            now[0] = attempt.apply(first.guessing(null), (second, why) -> {
                learn(second);
                done.done(second, why);
            });
        });
        return () -> loop.execute(() -> now[0].cancel());
    }

    /** The dial with a guess, or the dial itself where none is needed. */
    private Dial guess(Dial dial) {
        if (ids.size() < 2 || dial.role() != Role.INITIATOR || dial.guess() != null) return dial;
        PeerId peer = dial.expected();
        String taken = peer == null ? null : others.get(peer);
        return dial.guessing(taken == null ? ids.get(0) : taken);
    }

    /** Whether the guess was wrong. A peer that has no muxer of ours fails alike, and is dialled twice as well. */
    private static boolean wrong(Dial dial, @Nullable CloseReason failure) {
        return dial.guess() != null
                && failure != null
                && failure.kind() == CloseReason.Kind.UNSUPPORTED
                && failure.code() == Codes.PROTOCOL_NEGOTIATION_FAILED;
    }

    /** What came of a dial without a guess, after one whose guess was wrong. */
    private void learn(@Nullable Connection made) {
        if (made == null) return;
        String security = made.security();
        others.remove(made.remote());
        if (security == null || security.equals(ids.get(0)) || peersMax == 0) return;
        if (others.size() >= peersMax) others.remove(others.keySet().iterator().next());
        others.put(made.remote(), security);
    }
}
