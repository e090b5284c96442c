package libp2p.netty;

import java.security.cert.CertificateEncodingException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import libp2p.bouncycastle.BouncyCastleCrypto;
import libp2p.core.Buf;
import libp2p.core.Crypto;
import libp2p.multiformats.Multihash;
import libp2p.multiformats.Nullable;

/**
 * The certificates that a host shows to browsers, which take none that is valid for longer than 14 days (W3C WebTransport, "Custom
 * Certificate Requirements").
 *
 * <p>Time is divided into periods, each with a certificate of its own. A host's seed and the period give all of it, so that a host has the
 * same ones after a restart, however long that takes. Its address names the current one and the next two: it stays good for two periods to
 * three.
 * All are of one key, for which the host's identity has signed once. Thread-safe.
 */
final class WtCertificates {
    /** How far a peer's clock may be off: a certificate is valid for so much longer than it is shown, at both ends. */
    static final long SKEW_MILLIS = 60L * 60 * 1000;

    /** For how long a certificate is shown. */
    static final long PERIOD_MILLIS = (14 * 24 - 3) * 60L * 60 * 1000;

    private static final int SERIAL = 3;
    private static final int OFFSET = 4;
    private static final long SECOND = 1000; // what certificates count time in

    /** A certificate, and its hash as addresses have it. */
    record Hashed(HostCertificate certificate, Multihash hash) {}

    /** How many an address names, from the one that is shown on. */
    private static final int NAMED = 3;

    /** Those that an address may name which is good in that period, by age; the one shown is in the middle. */
    private record Known(long period, List<Hashed> all) {
        List<Hashed> named() {
            return all.subList(NAMED - 1, all.size());
        }
    }

    private final Crypto crypto = new BouncyCastleCrypto(); // whose ECDSA is deterministic (RFC 6979)
    private final byte[] seed;
    private final HostCertificate.Unsigned key;
    private final byte[] hostKey;
    private final byte[] signature;
    private final long offsetMillis; // hosts do not all change at the same time
    private volatile @Nullable Known last;

    private WtCertificates(byte[] seed, HostCertificate.Unsigned key, byte[] hostKey, byte[] signature) {
        this.seed = seed;
        this.key = key;
        this.hostKey = hostKey;
        this.signature = signature;
        long random = new Buf(SeededKey.expand(crypto, seed, OFFSET)).u32();
        this.offsetMillis = random % (PERIOD_MILLIS / SECOND) * SECOND;
    }

    /** A seed's key, which has no certificate yet; the host's identity has to sign {@link HostCertificate.Unsigned#signed}. */
    static HostCertificate.Unsigned key(byte[] seed) {
        SeededKey k = SeededKey.of(new BouncyCastleCrypto(), seed);
        return new HostCertificate.Unsigned(k.sec1(), k.spki(), PeerCertificate.signed(k.spki()));
    }

    /** Those of a seed, with its key and what the host's identity signed, under the host's encoded public key. */
    static WtCertificates of(byte[] seed, HostCertificate.Unsigned key, byte[] hostKey, byte[] signature) {
        return new WtCertificates(seed, key, hostKey, signature);
    }

    /** The one to show at that time of the epoch. */
    Hashed shown(long millis) {
        return known(millis).named().get(0);
    }

    /** What an address names at that time. */
    List<Multihash> advertised(long millis) {
        List<Multihash> hashes = new ArrayList<>();
        for (Hashed c : known(millis).named()) hashes.add(c.hash);
        return hashes;
    }

    /** All that a client's address may name at that time, as the Noise handshake tells them. */
    List<byte[]> told(long millis) {
        List<byte[]> hashes = new ArrayList<>();
        for (Hashed c : known(millis).all) hashes.add(c.hash.bytes());
        return hashes;
    }

    /** When another is shown. */
    long changesMillis(long millis) {
        return start(period(millis) + 1);
    }

    private long period(long millis) {
        return Math.floorDiv(millis - offsetMillis, PERIOD_MILLIS);
    }

    private long start(long period) {
        return period * PERIOD_MILLIS + offsetMillis;
    }

    private Known known(long millis) {
        long period = period(millis);
        Known k = last;
        if (k != null && k.period == period) return k;
        List<Hashed> all = new ArrayList<>();
        for (long p = period - NAMED + 1; p < period + NAMED; p++) all.add(of(p));
        Known now = new Known(period, all);
        last = now;
        return now;
    }

    private Hashed of(long period) {
        byte[] serial = crypto.hmacSha256(seed, new Buf(1 + Long.BYTES).putU8(SERIAL).putI64(period).array);
        long from = start(period);
        HostCertificate c = HostCertificate.of(
                key,
                hostKey,
                signature,
                crypto,
                HostCertificate.positive(Arrays.copyOf(serial, HostCertificate.SERIAL_SIZE)),
                from - SKEW_MILLIS,
                from + PERIOD_MILLIS + SKEW_MILLIS);
        try {
            return new Hashed(c, Multihash.of(Multihash.SHA2_256, crypto.sha256(c.certificate().getEncoded())));
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("this JVM cannot encode a certificate that it has read", e);
        }
    }
}
