package libp2p.netty;

import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.util.Arrays;
import libp2p.bouncycastle.BouncyCastleCrypto;
import libp2p.core.Crypto;
import libp2p.core.identity.Der;
import libp2p.core.identity.KeyType;
import libp2p.multiformats.Multihash;

/**
 * The DTLS certificate of a host, which a seed gives once and for all: the same seed, the same bytes, the same {@code /certhash} in the
 * host's addresses. Who the host is, it does not say; a Noise handshake does.
 *
 * @param der the certificate
 * @param key its private key
 * @param hash of the certificate, as addresses have it
 */
record RtcCertificate(byte[] der, PrivateKey key, Multihash hash) {
    private static final int SERIAL = 8;
    // Fixed, as all that the certificate is made of; nobody looks at them (RFC 8122 asks for the fingerprint only).
    private static final String FROM = "200101000000Z";
    private static final String TO = "21200101000000Z";

    /** The certificate of a seed. */
    static RtcCertificate of(byte[] seed) {
        // Not the provider that is fastest: this one's ECDSA is deterministic (RFC 6979).
        Crypto crypto = new BouncyCastleCrypto();
        SeededKey key = SeededKey.of(crypto, seed);
        byte[] serial = HostCertificate.positive(Arrays.copyOf(SeededKey.expand(crypto, seed, 3), SERIAL));
        byte[] der = certificate(crypto, key, serial);
        return new RtcCertificate(der, key.key(), Multihash.of(Multihash.SHA2_256, crypto.sha256(der)));
    }

    private static byte[] certificate(Crypto crypto, SeededKey key, byte[] serial) {
        byte[] algorithm = Der.sequenceOf(Der.oidOf(HostCertificate.ECDSA_WITH_SHA256));
        byte[] name = HostCertificate.name("libp2p-webrtc-direct");
        byte[] from = Der.tagged(PeerCertificate.UTC_TIME, FROM.getBytes(StandardCharsets.US_ASCII));
        byte[] to = Der.tagged(PeerCertificate.GENERALIZED_TIME, TO.getBytes(StandardCharsets.US_ASCII));
        byte[] toBeSigned = Der.sequenceOf(
                Der.explicitOf(0, Der.integerOf(HostCertificate.VERSION_3)),
                Der.integerOf(serial),
                algorithm,
                name,
                Der.sequenceOf(from, to),
                name,
                key.spki());
        return Der.sequenceOf(toBeSigned, algorithm, Der.bitsOf(crypto.sign(KeyType.ECDSA, key.sec1(), toBeSigned)));
    }

    /** Nothing of the key. */
    @Override
    public String toString() {
        return "certificate " + hash;
    }
}
