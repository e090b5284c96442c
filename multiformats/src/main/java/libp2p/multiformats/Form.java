package libp2p.multiformats;

import java.util.Arrays;

/**
 * How the value of a protocol looks in text. What {@link #check} lets pass, {@link #print} prints, and {@link #parse} reads back the same.
 */
enum Form {
    NONE,
    IP4,
    IP6,
    PORT,
    CIDR,
    /** A name of UTF-8 without a slash: DNS, zone, SNI, memory. */
    NAME,
    /** UTF-8 that begins with a slash and does not end with one. */
    PATH,
    /** A multihash, SHA2-256 or identity; in text base58, or a CID of a key. */
    PEER,
    /** A base32 host and a port that is not 0. */
    ONION,
    /** Base64 with the alphabet of I2P and with padding. */
    GARLIC64,
    /** Base32 in lower case without padding. */
    GARLIC32,
    /** A multihash; in text any multibase, printed in base64url. */
    CERTHASH,
    /** Any bytes, percent-encoded in text. */
    HTTP_PATH;

    private static final int GARLIC64_MIN = 386;
    private static final int GARLIC32_PLAIN = 32;
    private static final int GARLIC32_ENCRYPTED_MIN = 35;
    private static final int PORT_MAX = 0xffff;
    private static final Alphabet BASE32 = new Alphabet("abcdefghijklmnopqrstuvwxyz234567", true);
    private static final Alphabet BASE32_LOWER = new Alphabet("abcdefghijklmnopqrstuvwxyz234567", false);
    private static final Alphabet BASE64_I2P = new Alphabet("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-~", false);

    /** The value of that text; it may still fail {@link #check}. */
    byte[] parse(String text, int sizeBits) {
        switch (this) {
            case NONE:
                throw new FormatException("the protocol takes no value");
            case IP4:
                return Ip.parse4(text);
            case IP6:
                return Ip.parse6(text);
            case PORT:
                return port(Bytes.decimal(text, PORT_MAX));
            case CIDR:
                return new byte[] {(byte) Bytes.decimal(text, 0xff)};
            case PEER:
                return peer(text);
            case ONION:
                return onion(text, sizeBits / 8 - 2);
            case GARLIC64:
                return BASE64_I2P.decodeBits(text, 0, 6, 4, true);
            case GARLIC32:
                // Addresses in the field have bits left over that are not zero.
                return BASE32_LOWER.decodeBits(text, 0, 5, 0, false);
            case CERTHASH:
                return Multibase.decode(text);
            case HTTP_PATH:
                return unescape(text);
            default:
                return Bytes.ofText(text);
        }
    }

    /** @throws FormatException if a value of the right size is none of this form */
    void check(byte[] value) {
        switch (this) {
            case NAME:
                Bytes.text(value);
                require(value.length > 0 && !Bytes.contains(value, '/'), "a name is empty or has a slash");
                break;
            case PATH:
                Bytes.text(value);
                require(value.length > 1 && value[0] == '/', "a path is empty or does not begin with a slash");
                require(value[value.length - 1] != '/', "a path ends with a slash");
                break;
            case PEER:
                Multihash id = Multihash.parse(value);
                require(id.code() == Multihash.IDENTITY || id.isWholeSha2256(), "a peer id is SHA2-256 or identity");
                break;
            case ONION:
                require(port(value) != 0, "the port of an onion address is not 0");
                break;
            case GARLIC64:
                require(value.length >= GARLIC64_MIN, "garlic64 of less than " + GARLIC64_MIN + " bytes");
                break;
            case GARLIC32:
                require(value.length == GARLIC32_PLAIN || value.length >= GARLIC32_ENCRYPTED_MIN, "garlic32 of a wrong length");
                break;
            case CERTHASH:
                Multihash.parse(value);
                break;
            case HTTP_PATH:
                require(value.length > 0, "an HTTP path is empty");
                break;
            default:
                break;
        }
    }

    /** The text of a value that passed {@link #check}. */
    String print(byte[] value) {
        switch (this) {
            case NONE:
                return "";
            case IP4:
                return Ip.print4(value, 0);
            case IP6:
                return Ip.print6(value);
            case PORT:
                return Integer.toString(port(value));
            case CIDR:
                return Integer.toString(value[0] & 0xff);
            case PEER:
                return Base58.encode(value);
            case ONION:
                return BASE32.encodeBits(Arrays.copyOf(value, value.length - 2), 5, 0) + ":" + port(value);
            case GARLIC64:
                return BASE64_I2P.encodeBits(value, 6, 4);
            case GARLIC32:
                return BASE32_LOWER.encodeBits(value, 5, 0);
            case CERTHASH:
                return Multibase.encode(Base.BASE64_URL, value);
            case HTTP_PATH:
                return escape(value);
            default:
                return Bytes.text(value);
        }
    }

    /** The last two bytes. */
    static int port(byte[] value) {
        return (value[value.length - 2] & 0xff) << 8 | value[value.length - 1] & 0xff;
    }

    static byte[] port(int port) {
        return new byte[] {(byte) (port >> 8), (byte) port};
    }

    /** Base58 of the multihash begins with 1 or Qm, which no multibase does (specs: peer-ids, "String representation"). */
    private static byte[] peer(String text) {
        if (text.startsWith("1") || text.startsWith("Qm")) {
            return Base58.decode(text);
        }
        Cid cid = Cid.parse(text);
        require(cid.codec() == Multicodec.LIBP2P_KEY, "the CID of a peer id has the codec of a key");
        return cid.hash().bytes();
    }

    private static byte[] onion(String text, int hostSize) {
        int colon = text.indexOf(':');
        require(colon == hostSize * 8 / 5, "not an onion address and port");
        byte[] host = BASE32.decodeBits(text.substring(0, colon), 0, 5, 0, true);
        return Bytes.join(host, port(Bytes.decimal(text.substring(colon + 1), PORT_MAX)));
    }

    /** All but the unreserved characters of RFC 3986, and in particular '+', which some read as a space. */
    private static String escape(byte[] value) {
        StringBuilder out = new StringBuilder(value.length);
        for (byte b : value) {
            char c = (char) (b & 0xff);
            if (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '.' || c == '_' || c == '~') {
                out.append(c);
            } else {
                out.append('%').append(upper(c >> 4)).append(upper(c));
            }
        }
        return out.toString();
    }

    private static char upper(int value) {
        char digit = Bytes.hexDigit(value);
        return digit >= 'a' ? (char) (digit - 'a' + 'A') : digit;
    }

    private static byte[] unescape(String text) {
        byte[] bytes = Bytes.ofText(text);
        int length = 0;
        for (int i = 0; i < bytes.length; i++) {
            byte b = bytes[i];
            if (b == '%') {
                require(i + 2 < bytes.length, "percent without two digits");
                int high = Bytes.hexValue((char) (bytes[i + 1] & 0xff));
                int low = Bytes.hexValue((char) (bytes[i + 2] & 0xff));
                require(high >= 0 && low >= 0, "percent without two digits");
                b = (byte) (high << 4 | low);
                i += 2;
            }
            bytes[length++] = b;
        }
        return Arrays.copyOf(bytes, length);
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new FormatException(message);
        }
    }
}
