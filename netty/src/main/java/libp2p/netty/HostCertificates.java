package libp2p.netty;

import java.util.ArrayList;
import java.util.List;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Loop;
import libp2p.core.Rng;
import libp2p.core.node.Node;
import libp2p.multiformats.Nullable;

/**
 * The certificate of a host: made when first needed, the same for all connections, and made anew in the second half of its life.
 *
 * <p>One node's; used from all its loops. The host's identity signs once for each certificate, asynchronously: who needs the first one
 * waits, and while a later one is made the one before serves.
 */
final class HostCertificates {
    /** How far a peer's clock may be behind ours. */
    static final long SKEW_MILLIS = 24L * 60 * 60 * 1000;

    /** An identity that has not signed for so long is asked again. */
    static final long PATIENCE_NANOS = 30_000_000_000L;

    private record Waiting(Loop home, Callback<? super HostCertificate> done) {
        void tell(@Nullable HostCertificate certificate, @Nullable CloseReason failure) {
            home.execute(() -> done.done(certificate, failure));
        }
    }

    private final long lifeMillis;
    private final List<Waiting> waiting = new ArrayList<>(); // guarded by this
    private volatile @Nullable HostCertificate current;
    private boolean making; // guarded by this
    private long makingSince; // guarded by this
    private int round; // guarded by this; an answer of an earlier one comes too late

    /** Certificates that are valid for so long from when they are made. */
    HostCertificates(long lifeMillis) {
        this.lifeMillis = lifeMillis;
    }

    /** The certificate if there is a valid one, else null; has a new one made when it is time. On a loop, with its randomness. */
    @Nullable HostCertificate now(Node node, Loop loop, Rng rng) {
        HostCertificate c = current;
        long now = node.epochMillis();
        if (c == null || now >= c.toMillis() || now < c.fromMillis()) return null;
        if (now >= c.toMillis() - lifeMillis / 2) make(node, loop, rng, null);
        return c;
    }

    /** Calls back on the loop once there is a valid certificate, or the identity did not sign. */
    Cancellable await(Node node, Loop loop, Rng rng, Callback<? super HostCertificate> done) {
        HostCertificate c = now(node, loop, rng);
        Waiting w = new Waiting(loop, done);
        if (c != null) {
            w.tell(c, null);
            return Cancellable.NONE;
        }
        make(node, loop, rng, w);
        return () -> {
            synchronized (this) {
                waiting.remove(w);
            }
        };
    }

    private void make(Node node, Loop loop, Rng rng, @Nullable Waiting w) {
        int mine;
        synchronized (this) {
            if (w != null) waiting.add(w);
            if (making && loop.nanoTime() - makingSince < PATIENCE_NANOS) return;
            making = true;
            makingSince = loop.nanoTime();
            mine = ++round;
        }
        HostCertificate.Unsigned key = HostCertificate.prepare(node.crypto(), rng);
        node.identity().sign(key.signed(), loop, (signature, failure) -> {
            if (signature == null) {
                made(mine, null, failure);
                return;
            }
            long now = node.epochMillis();
            byte[] host = node.identity().publicKey().encode();
            List<String> securities = node.securities();
            made(mine, HostCertificate.of(
                    key, host, signature, securities, node.crypto(), rng, now - SKEW_MILLIS, now + lifeMillis), null);
        });
    }

    private void made(int of, @Nullable HostCertificate certificate, @Nullable CloseReason failure) {
        List<Waiting> told;
        synchronized (this) {
            if (of != round) return;
            making = false;
            if (certificate != null) current = certificate;
            told = new ArrayList<>(waiting);
            waiting.clear();
        }
        for (Waiting w : told) w.tell(certificate, failure);
    }
}
