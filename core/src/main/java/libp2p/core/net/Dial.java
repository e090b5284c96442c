package libp2p.core.net;

import libp2p.core.identity.PeerId;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;

/**
 * One attempt to connect to one address.
 *
 * @param address where to, without the trailing {@code /p2p}
 * @param expected who must answer; null takes whoever does
 * @param role RESPONDER connects but then acts as the listener would (hole punching, simultaneous open)
 * @param fromListenPort connect from the port we listen on, where the transport can
 * @param deadlineNanos absolute on {@code Loop.nanoTime}; 0 for the default of {@link Limits}
 * @param guess the security protocol that is likely spoken there: proposed alone, with its first message behind, at the risk that the
 *     attempt fails; null to propose one after the other. The node fills it in, and dials again without it where it was wrong
 */
public record Dial(
        Multiaddr address,
        @Nullable PeerId expected,
        Role role,
        boolean fromListenPort,
        long deadlineNanos,
        @Nullable String guess) {

    /** An attempt without a guess. */
    public Dial(Multiaddr address, @Nullable PeerId expected, Role role, boolean fromListenPort, long deadlineNanos) {
        this(address, expected, role, fromListenPort, deadlineNanos, null);
    }

    /** A plain outbound attempt with the default deadline. */
    public static Dial to(Multiaddr address, @Nullable PeerId expected) {
        return new Dial(address, expected, Role.INITIATOR, false, 0);
    }

    /** The same at another address. */
    public Dial at(Multiaddr other) {
        return new Dial(other, expected, role, fromListenPort, deadlineNanos, guess);
    }

    /** The same with that guess. */
    public Dial guessing(@Nullable String security) {
        return new Dial(address, expected, role, fromListenPort, deadlineNanos, security);
    }
}
