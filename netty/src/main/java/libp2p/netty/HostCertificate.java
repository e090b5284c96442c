package libp2p.netty;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import libp2p.core.Crypto;
import libp2p.core.Rng;
import libp2p.core.identity.Der;
import libp2p.core.identity.KeyForms;
import libp2p.core.identity.KeyType;
import libp2p.jvm.JvmCrypto;

/**
 * A certificate of ours: a fresh P-256 key, signed by itself, with the host key and its signature in libp2p's extension
 * (specs/tls/tls.md, "Peer Authentication").
 *
 * @param certificate what the peer is shown
 * @param key the private key of the certificate, which has nothing to do with the host's
 * @param fromMillis when it begins to be valid, of the epoch
 * @param toMillis when it ends
 */
record HostCertificate(X509Certificate certificate, PrivateKey key, long fromMillis, long toMillis) {
    static final byte[] ECDSA_WITH_SHA256 = {0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 4, 3, 2};
    private static final byte[] COMMON_NAME = {0x55, 4, 3};
    static final int VERSION_3 = 2;
    static final int SERIAL_SIZE = 16;
    private static final int SET = 0x31;
    private static final int UTF8_STRING = 0x0c;
    private static final int YEAR_OF_LONG_TIMES = 2050; // RFC 5280 4.1.2.5
    private static final DateTimeFormatter SHORT_TIME =
            DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter LONG_TIME =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    /** A key that has no certificate yet; {@code signed} is what the host's identity has to sign. */
    record Unsigned(byte[] privateKey, byte[] spki, byte[] signed) {}

    static Unsigned prepare(Crypto crypto, Rng rng) {
        byte[] sec1 = crypto.generate(KeyType.ECDSA, 0, rng);
        byte[] spki = crypto.publicKey(KeyType.ECDSA, sec1);
        return new Unsigned(sec1, spki, PeerCertificate.signed(spki));
    }

    /** The certificate of that key, whose extension holds {@code hostKey} and what it signed. */
    static HostCertificate of(Unsigned key, byte[] hostKey, byte[] signature, Crypto crypto, Rng rng, long fromMillis, long toMillis) {
        return of(key, hostKey, signature, crypto, serial(rng), fromMillis, toMillis);
    }

    /** The same, and it tells which security protocols the host has on offer, by preference, if there are several. */
    static HostCertificate of(
            Unsigned key,
            byte[] hostKey,
            byte[] signature,
            List<String> securities,
            Crypto crypto,
            Rng rng,
            long fromMillis,
            long toMillis) {
        return of(key, hostKey, signature, securities, crypto, serial(rng), fromMillis, toMillis);
    }

    /** The same with a serial number that is given; what is signed deterministically comes out the same each time. */
    static HostCertificate of(
            Unsigned key, byte[] hostKey, byte[] signature, Crypto crypto, byte[] serial, long fromMillis, long toMillis) {
        return of(key, hostKey, signature, List.of(), crypto, serial, fromMillis, toMillis);
    }

    private static HostCertificate of(
            Unsigned key,
            byte[] hostKey,
            byte[] signature,
            List<String> securities,
            Crypto crypto,
            byte[] serial,
            long fromMillis,
            long toMillis) {
        byte[] algorithm = Der.sequenceOf(Der.oidOf(ECDSA_WITH_SHA256));
        // An empty name would be enough, but Java's own parser takes none.
        byte[] name = name("libp2p");
        byte[] extension = Der.sequenceOf(
                Der.oidOf(PeerCertificate.EXTENSION), Der.octetsOf(Der.sequenceOf(Der.octetsOf(hostKey), Der.octetsOf(signature))));
        // The host key first: js-libp2p looks at the first extension only.
        boolean tells = securities.size() > 1;
        byte[] extensions = tells ? Der.sequenceOf(extension, PeerCertificate.telling(securities)) : Der.sequenceOf(extension);
        byte[] toBeSigned = Der.sequenceOf(
                Der.explicitOf(0, Der.integerOf(VERSION_3)),
                Der.integerOf(serial),
                algorithm,
                name,
                Der.sequenceOf(time(fromMillis), time(toMillis)),
                name,
                key.spki,
                Der.explicitOf(3, extensions));
        byte[] own = crypto.sign(KeyType.ECDSA, key.privateKey, toBeSigned);
        byte[] der = Der.sequenceOf(toBeSigned, algorithm, Der.bitsOf(own));
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            X509Certificate certificate = (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der));
            byte[] pkcs8 = KeyForms.pkcs8Of(new KeyForms.Unwrapped(KeyType.ECDSA, KeyForms.p256Private(key.privateKey)));
            PrivateKey secret = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            return new HostCertificate(certificate, secret, fromMillis, toMillis);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM cannot read a P-256 certificate", e);
        }
    }

    /** A name that is a common name only. */
    static byte[] name(String common) {
        byte[] text = common.getBytes(StandardCharsets.UTF_8);
        return Der.sequenceOf(Der.tagged(SET, Der.sequenceOf(Der.oidOf(COMMON_NAME), Der.tagged(UTF8_STRING, text))));
    }

    /** A certificate of nobody, for a year from a day ago on. */
    static HostCertificate anonymous(long nowMillis) {
        Crypto crypto = JvmCrypto.create();
        SecureRandom secure = new SecureRandom();
        Rng rng = Rng.of(secure::nextBytes);
        Unsigned key = prepare(crypto, rng);
        long from = nowMillis - HostCertificates.SKEW_MILLIS;
        return of(key, new byte[0], new byte[0], crypto, rng, from, from + Tls.LIFE_MILLIS);
    }

    private static byte[] serial(Rng rng) {
        return positive(rng.bytes(SERIAL_SIZE));
    }

    /** As a serial number has to be, and never zero. */
    static byte[] positive(byte[] serial) {
        serial[0] = (byte) (serial[0] & 0x3f | 0x40);
        return serial;
    }

    private static byte[] time(long millis) {
        Instant at = Instant.ofEpochMilli(millis);
        boolean isLong = at.atZone(ZoneOffset.UTC).getYear() >= YEAR_OF_LONG_TIMES;
        byte[] text = (isLong ? LONG_TIME : SHORT_TIME).format(at).getBytes(StandardCharsets.US_ASCII);
        return Der.tagged(isLong ? PeerCertificate.GENERALIZED_TIME : PeerCertificate.UTC_TIME, text);
    }

    /** Nothing of the key. */
    @Override
    public String toString() {
        return "certificate until " + Instant.ofEpochMilli(toMillis);
    }
}
