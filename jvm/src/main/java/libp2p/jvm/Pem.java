package libp2p.jvm;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import libp2p.core.Crypto;
import libp2p.core.Violation;
import libp2p.core.identity.KeyForms;
import libp2p.core.identity.KeyType;
import libp2p.core.identity.PrivateKey;

/** Private keys in PEM (RFC 7468): PKCS#8, and the older forms that openssl writes. */
final class Pem {
    static final String BEGIN = "-----BEGIN ";
    private static final String END = "-----END ";
    private static final String DASHES = "-----";
    private static final int LINE = 64;

    private Pem() {}

    /** The first private key of the text; {@link Violation} if there is none, or it is encrypted or malformed. */
    static PrivateKey read(String text, Crypto crypto) {
        int at = 0;
        while (true) {
            int begin = text.indexOf(BEGIN, at);
            if (begin < 0) throw new Violation("no private key in this PEM file");
            int labelEnd = text.indexOf(DASHES, begin + BEGIN.length());
            if (labelEnd < 0) throw new Violation("PEM header is cut short");
            String label = text.substring(begin + BEGIN.length(), labelEnd);
            String footer = END + label + DASHES;
            int end = text.indexOf(footer, labelEnd);
            if (end < 0) throw new Violation("PEM block has no end");
            at = end + footer.length();
            if (label.endsWith("PRIVATE KEY")) return key(label, text.substring(labelEnd + DASHES.length(), end), crypto);
        }
    }

    private static PrivateKey key(String label, String body, Crypto crypto) {
        if (label.startsWith("ENCRYPTED") || body.contains("ENCRYPTED")) {
            throw new Violation("the private key is encrypted: decrypt it first");
        }
        return switch (label) {
            case "PRIVATE KEY" -> PrivateKey.ofPkcs8(der(body), crypto);
            case "EC PRIVATE KEY" -> PrivateKey.of(KeyForms.sec1(der(body), null), crypto);
            case "RSA PRIVATE KEY" -> new PrivateKey(KeyType.RSA, der(body));
            default -> throw new Violation("PEM of kind '" + label + "': convert it to PKCS#8 first");
        };
    }

    private static byte[] der(String body) {
        StringBuilder s = new StringBuilder(body.length());
        for (int i = 0; i < body.length(); i++) {
            char c = body.charAt(i);
            if (c != '\n' && c != '\r' && c != ' ' && c != '\t') s.append(c);
        }
        try {
            return Base64.getDecoder().decode(s.toString());
        } catch (IllegalArgumentException e) {
            throw new Violation("PEM is not base64");
        }
    }

    /** The key as PKCS#8. */
    static String write(PrivateKey key) {
        byte[] lineEnd = "\n".getBytes(StandardCharsets.US_ASCII);
        String body = Base64.getMimeEncoder(LINE, lineEnd).encodeToString(key.toPkcs8());
        return BEGIN + "PRIVATE KEY" + DASHES + "\n" + body + "\n" + END + "PRIVATE KEY" + DASHES + "\n";
    }
}
