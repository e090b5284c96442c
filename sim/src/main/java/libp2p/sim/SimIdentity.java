package libp2p.sim;

import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.Crypto;
import libp2p.core.Loop;
import libp2p.core.Rng;
import libp2p.core.identity.Identity;
import libp2p.core.identity.KeyType;
import libp2p.core.identity.PeerId;
import libp2p.core.identity.PublicKey;

/** Who a simulated host is: a number in the form of an Ed25519 key, without a private one; {@link SimCrypto} believes its signatures. */
final class SimIdentity implements Identity {
    private static final int KEY = 32;

    private final PeerId id;

    SimIdentity(Rng random, Crypto crypto) {
        id = PeerId.of(new PublicKey(KeyType.ED25519, random.bytes(KEY)), crypto);
    }

    @Override
    public PeerId id() {
        return id;
    }

    /** Made anew each time: it is in the id, and a world of many keeps it there only. */
    @Override
    public PublicKey publicKey() {
        PublicKey key = id.publicKey();
        if (key == null) throw new IllegalStateException("the id of a simulated host is its key");
        return key;
    }

    @Override
    public Cancellable sign(byte[] message, Loop home, Callback<? super byte[]> done) {
        byte[] signature = SimCrypto.signature(publicKey().data(), message);
        home.execute(() -> done.done(signature, null));
        return Cancellable.NONE;
    }

    @Override
    public String toString() {
        return id.toString();
    }
}
