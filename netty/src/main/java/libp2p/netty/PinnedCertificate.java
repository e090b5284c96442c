package libp2p.netty;

import java.util.List;
import libp2p.core.Crypto;
import libp2p.core.Violation;
import libp2p.core.identity.Der;
import libp2p.multiformats.Multihash;

/**
 * A server's certificate that is known by its hash, with what browsers ask of such (W3C WebTransport, "Custom Certificate Requirements").
 */
final class PinnedCertificate {
    private static final long LIFE_MAX_MILLIS = 14L * 24 * 60 * 60 * 1000;

    private static final int INTEGER = 0x02;
    private static final int SEQUENCE = 0x30;

    private PinnedCertificate() {}

    /** {@link Violation} if it is none of those, or not valid at that time of the epoch, or valid for too long. */
    static void check(byte[] der, List<Multihash> hashes, Crypto crypto, long nowMillis) {
        if (der.length > PeerCertificate.SIZE_MAX) throw new Violation("certificate of " + der.length + " bytes");
        if (!hashes.contains(Multihash.of(Multihash.SHA2_256, crypto.sha256(der)))) {
            throw new Violation("the certificate is none that the address names");
        }
        Der outer = Der.of(der);
        Der certificate = outer.sequence();
        outer.end();
        Der fields = certificate.sequence();
        Der version = fields.explicit(0);
        if (version == null) throw new Violation("certificate is not of version 3");
        fields.content(INTEGER); // the serial number
        fields.content(SEQUENCE); // the algorithm
        fields.content(SEQUENCE); // the issuer
        Der validity = fields.sequence();
        long from = PeerCertificate.time(validity);
        long to = PeerCertificate.time(validity);
        validity.end();
        if (nowMillis < from) throw new Violation("certificate is not valid yet");
        if (nowMillis > to) throw new Violation("certificate has expired");
        if (to - from > LIFE_MAX_MILLIS) throw new Violation("certificate is valid for longer than 14 days");
    }
}
