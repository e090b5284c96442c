package libp2p.netty;

import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import libp2p.core.Crypto;
import libp2p.core.Violation;
import libp2p.core.identity.Der;
import libp2p.core.identity.PeerId;
import libp2p.core.identity.PublicKey;
import libp2p.multiformats.Nullable;

/**
 * A peer's certificate, read and checked as libp2p wants it (specs/tls/tls.md, "Peer Authentication").
 *
 * <p>Read by ourselves, since rust-libp2p names no issuer and Java's own parser takes no such certificate. Whatever is wrong is a
 * {@link Violation}.
 *
 * @param key the host key that the extension holds
 * @param id its peer id
 * @param securities the security protocols that it has on offer, by preference; empty if it does not say
 */
record PeerCertificate(PublicKey key, PeerId id, List<String> securities) {
    /** Bytes of the longest certificate that is read; the largest host key with its signature fits several times. */
    static final int SIZE_MAX = 16 * 1024;

    /** 1.3.6.1.4.1.53594.1.1. */
    static final byte[] EXTENSION = {0x2b, 6, 1, 4, 1, (byte) 0x83, (byte) 0xa2, 0x5a, 1, 1};

    /** 1.3.6.1.4.1.53594.1.1353, an own extension, which others skip: a sequence of UTF8String, the ids of security protocols. */
    static final byte[] SECURITIES = {0x2b, 6, 1, 4, 1, (byte) 0x83, (byte) 0xa2, 0x5a, 1, (byte) 0x8a, 0x49};

    /** How many security protocols a certificate may name. */
    static final int SECURITIES_MAX = 64;

    static final int UTC_TIME = 0x17;
    static final int GENERALIZED_TIME = 0x18;

    private static final int BOOLEAN = 0x01;
    private static final int UTF8_STRING = 0x0c;
    private static final int INTEGER = 0x02;
    private static final int SEQUENCE = 0x30;
    private static final int ISSUER_UNIQUE_ID = 0x81;
    private static final int SUBJECT_UNIQUE_ID = 0x82;
    private static final byte[] PREFIX = "libp2p-tls-handshake:".getBytes(StandardCharsets.US_ASCII);

    /** Key usage, subject's other names, basic constraints, extended key usage: critical or not, they say nothing about a peer. */
    private static final List<byte[]> UNDERSTOOD =
            List.of(new byte[] {0x55, 0x1d, 15}, new byte[] {0x55, 0x1d, 17}, new byte[] {0x55, 0x1d, 19}, new byte[] {0x55, 0x1d, 37});

    /** What a host key signs to vouch for a certificate's key. */
    static byte[] signed(byte[] spki) {
        byte[] all = Arrays.copyOf(PREFIX, PREFIX.length + spki.length);
        System.arraycopy(spki, 0, all, PREFIX.length, spki.length);
        return all;
    }

    /** Reads and checks the one certificate that a peer showed, at a time of the epoch. */
    static PeerCertificate of(byte[] der, Crypto crypto, long nowMillis) {
        if (der.length > SIZE_MAX) throw new Violation("certificate of " + der.length + " bytes");
        Der outer = Der.of(der);
        Der certificate = outer.sequence();
        outer.end();
        byte[] toBeSigned = certificate.whole();
        byte[] algorithm = certificate.whole();
        byte[] signature = certificate.bits();
        certificate.end();

        Der whole = Der.of(toBeSigned);
        Der fields = whole.sequence();
        whole.end();
        Der version = fields.explicit(0);
        if (version == null) throw new Violation("certificate is not of version 3");
        version.integerIs(2);
        version.end();
        fields.content(INTEGER); // the serial number, which may be anything
        if (!Arrays.equals(fields.whole(), algorithm)) throw new Violation("certificate names two signature algorithms");
        fields.content(SEQUENCE); // the issuer, who is nobody
        checkValid(fields.sequence(), nowMillis);
        fields.content(SEQUENCE); // the subject
        byte[] spki = fields.whole();
        if (fields.nextIs(ISSUER_UNIQUE_ID) || fields.nextIs(SUBJECT_UNIQUE_ID)) throw new Violation("certificate has a unique id");
        Extensions told = extensions(fields);
        fields.end();

        boolean own = SelfSignature.verify(crypto, algorithm, spki, toBeSigned, signature);
        if (!own) throw new Violation("certificate is not signed by its own key");
        return host(told, spki, crypto);
    }

    /** What the extensions say that we understand. */
    private record Extensions(byte[] signedKey, List<String> securities) {}

    private static PeerCertificate host(Extensions told, byte[] spki, Crypto crypto) {
        Der outer = Der.of(told.signedKey);
        Der both = outer.sequence();
        outer.end();
        PublicKey key = PublicKey.decode(both.octets());
        byte[] signature = both.octets();
        both.end();
        if (!key.verify(crypto, signed(spki), signature)) throw new Violation("the peer's identity did not sign its certificate's key");
        return new PeerCertificate(key, PeerId.of(key, crypto), told.securities);
    }

    private static void checkValid(Der validity, long nowMillis) {
        long from = time(validity);
        long to = time(validity);
        validity.end();
        if (nowMillis < from) throw new Violation("certificate is not valid yet");
        if (nowMillis > to) throw new Violation("certificate has expired");
    }

    private static Extensions extensions(Der fields) {
        Der tagged = fields.explicit(3);
        if (tagged == null) throw new Violation("certificate has no extensions");
        Der all = tagged.sequence();
        tagged.end();
        byte[] found = null;
        List<String> securities = null;
        while (all.hasMore()) {
            Der one = all.sequence();
            byte[] oid = one.oid();
            boolean critical = one.nextIs(BOOLEAN) && truth(one.content(BOOLEAN));
            byte[] value = one.octets();
            one.end();
            if (Arrays.equals(oid, EXTENSION)) {
                if (found != null) throw new Violation("certificate has two libp2p extensions");
                found = value;
            } else if (Arrays.equals(oid, SECURITIES)) {
                if (securities != null) throw new Violation("certificate names its security protocols twice");
                securities = securities(value);
            } else if (critical && !understood(oid)) {
                throw new Violation("certificate has an unknown critical extension");
            }
        }
        if (found == null) throw new Violation("certificate has no libp2p extension");
        return new Extensions(found, securities == null ? List.of() : securities);
    }

    /** The extension that tells these ids. */
    static byte[] telling(List<String> securities) {
        byte[][] all = new byte[securities.size()][];
        for (int i = 0; i < all.length; i++) all[i] = Der.tagged(UTF8_STRING, securities.get(i).getBytes(StandardCharsets.UTF_8));
        return Der.sequenceOf(Der.oidOf(SECURITIES), Der.octetsOf(Der.sequenceOf(all)));
    }

    private static List<String> securities(byte[] value) {
        Der outer = Der.of(value);
        Der all = outer.sequence();
        outer.end();
        List<String> ids = new ArrayList<>();
        while (all.hasMore()) {
            if (ids.size() == SECURITIES_MAX) throw new Violation("certificate names too many security protocols");
            ids.add(new String(all.content(UTF8_STRING), StandardCharsets.UTF_8));
        }
        return ids;
    }

    private static boolean truth(byte[] content) {
        if (content.length != 1) throw new Violation("DER boolean of " + content.length + " bytes");
        return content[0] != 0;
    }

    private static boolean understood(byte[] oid) {
        for (byte[] known : UNDERSTOOD) if (Arrays.equals(known, oid)) return true;
        return false;
    }

    /** A time of RFC 5280 4.1.2.5, in milliseconds of the epoch. */
    static long time(Der validity) {
        boolean isLong = validity.nextIs(GENERALIZED_TIME);
        String text = new String(validity.content(isLong ? GENERALIZED_TIME : UTC_TIME), StandardCharsets.ISO_8859_1);
        int digits = isLong ? 14 : 12;
        if (text.length() != digits + 1 || text.charAt(digits) != 'Z') throw new Violation("certificate's time is malformed");
        int at = isLong ? 4 : 2;
        int year = number(text, 0, at);
        if (!isLong) year += year < 50 ? 2000 : 1900;
        try {
            LocalDateTime when = LocalDateTime.of(
                    year,
                    number(text, at, at + 2),
                    number(text, at + 2, at + 4),
                    number(text, at + 4, at + 6),
                    number(text, at + 6, at + 8),
                    number(text, at + 8, at + 10));
            return when.toInstant(ZoneOffset.UTC).toEpochMilli();
        } catch (DateTimeException e) {
            throw new Violation("certificate's time is malformed");
        }
    }

    private static int number(String text, int from, int to) {
        int n = 0;
        for (int i = from; i < to; i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) throw new Violation("certificate's time is malformed");
            n = 10 * n + digit;
        }
        return n;
    }

    /** The peer's certificate out of a chain, which must be all there is; null or empty is none. */
    static byte[] only(Certificate @Nullable [] chain) {
        int n = chain == null ? 0 : chain.length;
        if (chain == null || n != 1) throw new Violation("the peer showed " + n + " certificates instead of one");
        try {
            return chain[0].getEncoded(); // nothing else may be asked: the rest is parsed by Java only then, and fails
        } catch (CertificateEncodingException e) {
            throw new Violation("certificate is malformed");
        }
    }
}
