package libp2p.core.wire;

import java.util.List;
import libp2p.core.Buf;
import libp2p.core.Loop;
import libp2p.core.Rng;
import libp2p.core.identity.PeerId;
import libp2p.core.identity.PublicKey;
import libp2p.core.net.Role;
import libp2p.core.node.Node;
import libp2p.multiformats.Nullable;

/**
 * A secure channel as a machine, in the manner of an SSLEngine: bytes go in, bytes come out. One instance per node, used from all its
 * loops.
 */
public interface Security {
    /** The protocol id, such as {@code /noise}. */
    String id();

    /**
     * Begins a handshake; {@code ready} is run on the context's loop when work that was signed or offloaded has come back, to be stepped
     * again.
     *
     * <p>Where the id was already proposed optimistically, the first message follows at once.
     */
    Handshake begin(Context context, Runnable ready);

    /**
     * What a handshake may know.
     *
     * @param node whose identity signs
     * @param loop where {@code step} is called
     * @param rng that loop's randomness
     * @param role who speaks first
     * @param expected who the peer must be, null for anyone
     * @param muxers ids for early muxer negotiation, by preference; empty for none
     * @param prologue bytes both sides must have agreed on; empty but for WebRTC
     * @param certhashes what a WebTransport server, the responder, tells in its Noise extension, and what its client must be told; empty
     *     otherwise
     * @param offer what was on offer when this protocol was selected in the clear, by preference, to be told the peer within the
     *     handshake; empty where nothing was selected
     */
    record Context(Node node, Loop loop, Rng rng, Role role, @Nullable PeerId expected, List<String> muxers, byte[] prologue,
            List<byte[]> certhashes, List<String> offer) {

        /** Where nothing was selected in the clear. */
        public Context(Node node, Loop loop, Rng rng, Role role, @Nullable PeerId expected, List<String> muxers, byte[] prologue,
                List<byte[]> certhashes) {
            this(node, loop, rng, role, expected, muxers, prologue, certhashes, List.of());
        }

        /** Whether there was a choice, so that someone on the way could have taken a part of it. */
        public boolean chosen() {
            return offer.size() > 1;
        }
    }

    /** A handshake under way. */
    interface Handshake {
        /** The most bytes a single step leaves unread while it waits for more, and the most it writes. */
        int RECORD_MAX = 65537;

        /**
         * Takes whole messages from {@code received}, appends what to send to {@code toSend} (at least {@link #RECORD_MAX} room), and
         * returns the session once there is one; null while more bytes or {@code ready} are awaited. Throws Violation if the peer
         * misbehaves; an alert written to {@code toSend} before is still flushed.
         */
        @Nullable Session step(Buf received, Buf toSend);

        /** Forgets secrets, if no session came of it. */
        void dispose();
    }

    /** A secured channel. */
    interface Session {
        /** Who is at the other end. */
        PeerId remote();

        /** The key that proved it. */
        PublicKey remoteKey();

        /** The muxer agreed on in the handshake, or null. */
        @Nullable String muxer();

        /**
         * What the peer said within the handshake that it had on offer when this protocol was selected, by preference; empty if it does not
         * say.
         */
        default List<String> offer() {
            return List.of();
        }

        /** The most plain bytes one record carries. */
        int plainMax();

        /** How many bytes sealing {@code n} takes on the wire. */
        int sealedSize(int n);

        /** Takes all of {@code plain} (1 to plainMax bytes) and appends one record to {@code wire}, which has room for it. */
        void seal(Buf plain, Buf wire);

        /**
         * Takes one whole record from {@code wire} and appends what it holds, perhaps nothing, to {@code plain}, which has room for
         * plainMax; false if there is no whole record yet.
         */
        boolean open(Buf wire, Buf plain);

        /** Appends a farewell to {@code wire}, where the protocol has one. */
        void close(Buf wire);

        /** Forgets the keys. */
        void dispose();
    }
}
