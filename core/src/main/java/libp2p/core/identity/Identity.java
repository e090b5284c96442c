package libp2p.core.identity;

import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.Loop;

/**
 * Who we are: a public key, and someone who signs with its private one.
 *
 * <p>The signer may be a key store, an HSM or a phone's secure element: signing is asynchronous, and the private bytes need not be here.
 * Thread-safe.
 */
public interface Identity {
    /** The peer id of {@link #publicKey}. */
    PeerId id();

    /** The key that peers verify our signatures with. */
    PublicKey publicKey();

    /** Signs the message, in the form libp2p has for the key's type, and calls back on {@code home}. Legal from any loop. */
    Cancellable sign(byte[] message, Loop home, Callback<? super byte[]> done);
}
