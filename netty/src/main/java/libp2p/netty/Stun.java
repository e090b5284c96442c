package libp2p.netty;

import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.zip.CRC32;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import libp2p.core.Buf;
import libp2p.core.Violation;
import libp2p.multiformats.Nullable;

/**
 * The STUN of ICE's connectivity checks (RFC 8489, RFC 8445 7): binding requests and their answers, with short-term credentials.
 *
 * <p>Nothing is kept between messages: what a server must know to answer is in the request (specs/webrtc/webrtc-direct.md).
 */
final class Stun {
    static final int ID = 12;

    private static final int HEADER = 20;
    private static final int COOKIE = 0x2112a442;
    private static final int REQUEST = 0x0001;
    private static final int SUCCESS = 0x0101;

    private static final int USERNAME = 0x0006;
    private static final int INTEGRITY = 0x0008;
    private static final int MAPPED = 0x0020;
    private static final int PRIORITY = 0x0024;
    private static final int USE_CANDIDATE = 0x0025;
    private static final int FINGERPRINT = 0x8028;
    private static final int CONTROLLING = 0x802a;

    private static final int HMAC = 20;
    private static final int FINGERPRINT_XOR = 0x5354554e;
    private static final int HOST_PRIORITY = 0x7effffff; // RFC 8445 5.1.2.1, of a host candidate
    private static final int MESSAGE_MAX = 1024;

    /**
     * A message whose checksum, if it has one, is right.
     *
     * @param success whether it is an answer, else it is a request
     * @param id of the transaction
     * @param username whom a request is to, then a colon, then who asks; empty in answers
     * @param signed what the integrity is of, null where there is none
     * @param integrity the HMAC
     */
    record Message(boolean success, byte[] id, String username, byte @Nullable [] signed, byte[] integrity) {
        /** The part of the user name that is the receiver's. */
        String to() {
            int colon = username.indexOf(':');
            return colon < 0 ? username : username.substring(0, colon);
        }

        /** Whether someone made it who knows the password. */
        boolean isBy(String password) {
            return signed != null && MessageDigest.isEqual(hmac(password, signed, signed.length), integrity);
        }
    }

    private Stun() {}

    // ---- reading

    /** The message, or null if it is none that ICE needs. */
    static @Nullable Message read(byte[] a, int size) {
        try {
            return parse(new Buf(a, 0, size), a, size);
        } catch (Violation v) {
            return null;
        }
    }

    private static @Nullable Message parse(Buf b, byte[] a, int size) {
        if (size > MESSAGE_MAX) return null;
        int type = b.u16();
        int length = b.u16();
        if (type != REQUEST && type != SUCCESS || b.i32() != COOKIE || length != size - HEADER || length % 4 != 0) return null;
        byte[] id = b.take(ID);
        String username = "";
        byte[] signed = null;
        byte[] integrity = {};
        while (!b.isEmpty()) {
            int at = b.start;
            int attribute = b.u16();
            int n = b.u16();
            Buf value = b.slice(n);
            b.skip(Math.min(b.size(), -n & 3));
            if (attribute == FINGERPRINT) { // the last one, RFC 8489 14.7
                if (n != 4 || !b.isEmpty() || value.i32() != fingerprint(a, at)) return null;
            } else if (signed == null && attribute == USERNAME) {
                username = new String(value.takeAll(), StandardCharsets.UTF_8);
            } else if (signed == null && attribute == INTEGRITY && n == HMAC) {
                signed = Arrays.copyOf(a, at);
                // RFC 8489 14.5: as if it were the last one
                signed[2] = (byte) (at - HEADER + 4 + HMAC >> 8);
                signed[3] = (byte) (at - HEADER + 4 + HMAC);
                integrity = value.takeAll();
            }
        }
        return new Message(type == SUCCESS, id, username, signed, integrity);
    }

    // ---- writing

    /** The answer to a request, which tells where it came from. */
    static byte[] answer(byte[] id, InetSocketAddress from, String password) {
        Buf b = header(SUCCESS, id);
        byte[] ip = from.getAddress().getAddress();
        byte[] mask = new Buf(4 + ID).putI32(COOKIE).put(id).array;
        b.putU16(MAPPED).putU16(4 + ip.length).putU8(0).putU8(from.getAddress() instanceof Inet4Address ? 1 : 2);
        b.putU16(from.getPort() ^ COOKIE >>> 16);
        for (int i = 0; i < ip.length; i++) b.putU8(ip[i] ^ mask[i]);
        return sealed(b, password);
    }

    /** A check by the side that controls, which means to use this pair. */
    static byte[] check(byte[] id, String username, String password, long tieBreaker) {
        Buf b = header(REQUEST, id);
        byte[] name = username.getBytes(StandardCharsets.UTF_8);
        b.putU16(USERNAME).putU16(name.length).put(name);
        while (b.size() % 4 != 0) b.putU8(0);
        b.putU16(PRIORITY).putU16(4).putI32(HOST_PRIORITY);
        b.putU16(CONTROLLING).putU16(8).putI64(tieBreaker);
        b.putU16(USE_CANDIDATE).putU16(0);
        return sealed(b, password);
    }

    private static Buf header(int type, byte[] id) {
        return new Buf(MESSAGE_MAX).putU16(type).putU16(0).putI32(COOKIE).put(id);
    }

    private static byte[] sealed(Buf b, String password) {
        length(b, b.size() - HEADER + 4 + HMAC);
        byte[] mac = hmac(password, b.array, b.size());
        b.putU16(INTEGRITY).putU16(HMAC).put(mac);
        length(b, b.size() - HEADER + 8);
        int crc = fingerprint(b.array, b.size());
        return b.putU16(FINGERPRINT).putU16(4).putI32(crc).takeAll();
    }

    private static void length(Buf b, int length) {
        b.array[2] = (byte) (length >> 8);
        b.array[3] = (byte) length;
    }

    private static int fingerprint(byte[] a, int size) {
        CRC32 c = new CRC32();
        c.update(a, 0, size);
        return (int) c.getValue() ^ FINGERPRINT_XOR;
    }

    private static byte[] hmac(String password, byte[] a, int size) {
        try {
            Mac mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(password.getBytes(StandardCharsets.UTF_8), "HmacSHA1"));
            mac.update(a, 0, size);
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM has no HmacSHA1", e);
        }
    }
}
