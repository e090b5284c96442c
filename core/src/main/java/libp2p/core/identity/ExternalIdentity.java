package libp2p.core.identity;

import java.util.Arrays;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Crypto;
import libp2p.core.Loop;
import libp2p.multiformats.Nullable;

/**
 * An identity whose private key is elsewhere: in a key store, an HSM, a phone's secure element, another process.
 *
 * <p>Each signature is verified before it is used, since peers ban those who send wrong ones; a wrong one ends with
 * {@link CloseReason.Kind#BUG}.
 */
public final class ExternalIdentity implements Identity {

    /** Whoever has the private key. */
    @FunctionalInterface
    public interface Signer {
        /**
         * Signs the message, in the form libp2p has for the key's type ({@link Crypto#sign}), and calls back once, from any thread.
         *
         * <p>Called on any loop, so it must not block; {@code message} is its own. After a cancel it may call back or not.
         */
        Cancellable sign(byte[] message, Callback<? super byte[]> done);
    }

    private final PublicKey key;
    private final PeerId id;
    private final Crypto crypto;
    private final Signer signer;

    /** The identity of that public key. */
    public ExternalIdentity(PublicKey key, Crypto crypto, Signer signer) {
        this.key = key;
        this.id = PeerId.of(key, crypto);
        this.crypto = crypto;
        this.signer = signer;
    }

    @Override
    public PeerId id() {
        return id;
    }

    @Override
    public PublicKey publicKey() {
        return key;
    }

    @Override
    public Cancellable sign(byte[] message, Loop home, Callback<? super byte[]> done) {
        byte[] own = Arrays.copyOf(message, message.length);
        Answer answer = new Answer(own, done);
        Cancellable work;
        try {
            work = signer.sign(Arrays.copyOf(own, own.length), (signature, failure) -> home.execute(() -> answer.come(signature, failure)));
        } catch (RuntimeException e) {
            home.execute(() -> answer.come(null, CloseReason.bug(e)));
            return Cancellable.NONE;
        }
        return () -> {
            work.cancel();
            home.execute(() -> answer.come(null, CloseReason.CANCELLED));
        };
    }

    /** The peer id. */
    @Override
    public String toString() {
        return id.toString();
    }

    /** What is awaited; lives on {@code home}, and the first that comes counts. */
    private final class Answer {
        private final byte[] message;
        private final Callback<? super byte[]> done;
        private boolean came;

        Answer(byte[] message, Callback<? super byte[]> done) {
            this.message = message;
            this.done = done;
        }

        void come(byte @Nullable [] signature, @Nullable CloseReason failure) {
            if (came) return;
            came = true;
            if (failure != null) done.done(null, failure);
            else if (signature == null || !key.verify(crypto, message, signature)) {
                done.done(null, CloseReason.of(CloseReason.Kind.BUG, "the signer's signature is not of its public key"));
            } else done.done(signature, null);
        }
    }
}
