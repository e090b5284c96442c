package libp2p.netty;

import java.net.InetSocketAddress;
import libp2p.core.Buf;
import libp2p.core.Crypto;
import libp2p.core.Rng;

/**
 * Cookies by which a client shows that it is where its packets say (RFC 6347 4.2.1), made of that address and of the client's random bytes:
 * the first part of a ClientHello has them, so that nothing need be kept of a longer one before.
 */
final class HelloCookies {
    private static final int SECRET = 32;
    private static final int PORT = 2;
    private static final int HELLO_VERIFY_REQUEST = 3;
    private static final int VERSION = 0xfeff; // DTLS 1.0, whatever will be spoken

    private final Crypto crypto;
    private final byte[] secret;

    HelloCookies(Crypto crypto, Rng rng) {
        this.crypto = crypto;
        this.secret = rng.bytes(SECRET);
    }

    /** What a client at that address has to show. */
    byte[] of(InetSocketAddress from, byte[] random) {
        byte[] ip = from.getAddress().getAddress();
        Buf b = new Buf(ip.length + PORT + random.length).put(ip).putU16(from.getPort()).put(random);
        return crypto.hmacSha256(secret, b.takeAll());
    }

    /** The packet that asks for it. */
    static byte[] request(HelloFragment of, byte[] cookie) {
        int body = 2 + 1 + cookie.length;
        Buf b = new Buf(HelloFragment.RECORD_HEADER + HelloFragment.MESSAGE_HEADER + body);
        record(b, VERSION, of.number(), HelloFragment.MESSAGE_HEADER + body);
        message(b, HELLO_VERIFY_REQUEST, 0, body);
        b.putU16(VERSION).putU8(cookie.length).put(cookie);
        return b.takeAll();
    }

    /** The header of a record of epoch 0. */
    static void record(Buf b, int version, long number, int length) {
        b.putU8(HelloFragment.HANDSHAKE).putU16(version).putU16(0);
        b.putU16((int) (number >>> 32) & 0xffff).putI32((int) number).putU16(length);
    }

    /** The header of a message that is not in parts. */
    static void message(Buf b, int type, int number, int length) {
        b.putU8(type).putU8(length >>> 16).putU16(length & 0xffff).putU16(number);
        b.putU8(0).putU16(0).putU8(length >>> 16).putU16(length & 0xffff);
    }
}
