package libp2p.core.wire.noise;

import java.util.Arrays;
import java.util.List;
import libp2p.core.Buf;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.Crypto;
import libp2p.core.Violation;
import libp2p.core.identity.Identity;
import libp2p.core.identity.PeerId;
import libp2p.core.identity.PublicKey;
import libp2p.core.net.Role;
import libp2p.core.wire.Security;
import libp2p.multiformats.Nullable;

/**
 * The handshake: messages of the pattern, each framed by two bytes of length, with our payload in the first encrypted message that we send.
 *
 * <p>Our payload is signed by the identity while the handshake is under way; a message that needs it waits for the signature.
 */
final class NoiseHandshake implements Security.Handshake {
    /** The longest handshake message that is taken; the largest RSA key, its signature and full lists fit. */
    static final int MESSAGE_MAX = 32 * 1024;

    private static final int LENGTH = 2;
    private static final byte[] NO_PAYLOAD = {};

    private final Crypto crypto;
    private final Security.Context context;
    private final HandshakeState state;
    private final byte[] scalar;
    private final Cancellable signing;
    private byte @Nullable [] signature;
    private @Nullable CloseReason unsigned;
    private @Nullable NoisePayload peer;
    private @Nullable PublicKey peerKey;
    private @Nullable PeerId peerId;
    private int written;

    NoiseHandshake(Noise noise, Crypto crypto, byte[] scalar, byte[] publicKey, Security.Context context, Runnable ready) {
        this.crypto = crypto;
        this.scalar = scalar;
        this.context = context;
        boolean initiator = context.role() == Role.INITIATOR;
        state = new HandshakeState(crypto, initiator, context.prologue(), scalar, publicKey, context.rng().bytes(HandshakeState.KEY));
        Identity identity = context.node().identity();
        signature = noise.signature(identity);
        signing = signature != null ? Cancellable.NONE : identity.sign(NoisePayload.signed(publicKey), context.loop(), (value, failure) -> {
            if (value != null) noise.keep(identity, value);
            signature = value;
            unsigned = failure;
            ready.run();
        });
    }

    @Override
    public Security.@Nullable Session step(Buf received, Buf toSend) {
        while (!state.finished()) {
            if (state.writing()) {
                if (!write(toSend)) return null;
            } else if (!read(received)) {
                return null;
            }
        }
        PublicKey key = peerKey;
        PeerId id = peerId;
        NoisePayload told = peer;
        if (key == null || id == null || told == null) throw new IllegalStateException("finished without a payload");
        String muxer = muxer(told.muxers());
        CipherState[] keys = state.split();
        Arrays.fill(scalar, (byte) 0);
        return new NoiseSession(id, key, muxer, told.securities(), keys[0], keys[1]);
    }

    /** Only the second and the third message carry a payload. */
    private boolean write(Buf toSend) {
        boolean first = context.role() == Role.INITIATOR && written == 0;
        byte[] payload = NO_PAYLOAD;
        if (!first) {
            byte[] s = signature;
            CloseReason failure = unsigned;
            if (failure != null) throw new Violation("our identity did not sign: " + failure, Codes.NONE);
            if (s == null) return false;
            List<byte[]> certhashes = context.role() == Role.RESPONDER ? context.certhashes() : List.of();
            byte[] key = context.node().identity().publicKey().encode();
            List<String> offer = context.chosen() ? context.offer() : List.of();
            payload = new NoisePayload(key, s, certhashes, context.muxers(), offer).encode();
        }
        toSend.putU16(state.overhead() + payload.length);
        state.writeMessage(payload, toSend);
        written++;
        return true;
    }

    private boolean read(Buf received) {
        if (received.size() < LENGTH) return false;
        int size = received.peek(0) << 8 | received.peek(1);
        if (size > MESSAGE_MAX) throw new Violation("Noise handshake message of " + size + " bytes");
        if (received.size() < LENGTH + size) return false;
        byte[] payload = state.readMessage(received.skip(LENGTH).slice(size));
        boolean first = context.role() == Role.RESPONDER && peer == null && state.writing() && written == 0;
        if (!first) verify(NoisePayload.decode(payload));
        return true;
    }

    private void verify(NoisePayload payload) {
        PublicKey key = PublicKey.decode(payload.key());
        PeerId id = PeerId.of(key, crypto);
        PeerId expected = context.expected();
        if (expected != null && !expected.equals(id)) throw new Violation("peer id mismatch: expected " + expected + ", got " + id);
        if (!key.verify(crypto, NoisePayload.signed(state.remoteStatic()), payload.signature())) {
            throw new Violation("the peer's identity did not sign its Noise key");
        }
        if (context.role() == Role.INITIATOR) vouched(payload.certhashes());
        peer = payload;
        peerKey = key;
        peerId = id;
    }

    /** A server that does not know a certificate that we would have taken may not be the one that showed it (specs/webtransport). */
    private void vouched(List<byte[]> told) {
        for (byte[] wanted : context.certhashes()) {
            boolean found = false;
            for (byte[] hash : told) found |= Arrays.equals(hash, wanted);
            if (!found) throw new Violation("the peer does not vouch for a certificate of its address");
        }
    }

    /** The first of the initiator's that both speak (specs/connections/inlined-muxer-negotiation.md); null if a side told nothing. */
    private @Nullable String muxer(List<String> theirs) {
        List<String> ours = context.muxers();
        if (theirs.isEmpty() || ours.isEmpty()) return null;
        boolean initiator = context.role() == Role.INITIATOR;
        for (String id : initiator ? ours : theirs) {
            if ((initiator ? theirs : ours).contains(id)) return id;
        }
        throw new Violation("no muxer in common: ours " + ours, Codes.PROTOCOL_NEGOTIATION_FAILED);
    }

    @Override
    public void dispose() {
        signing.cancel();
        state.dispose();
        Arrays.fill(scalar, (byte) 0);
    }
}
