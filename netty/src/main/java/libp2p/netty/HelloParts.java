package libp2p.netty;

import java.security.SecureRandom;
import java.util.BitSet;
import libp2p.core.Buf;
import libp2p.multiformats.Nullable;
import org.bouncycastle.jcajce.util.DefaultJcaJceHelper;
import org.bouncycastle.tls.DTLSRequest;
import org.bouncycastle.tls.DTLSVerifier;
import org.bouncycastle.tls.DatagramSender;
import org.bouncycastle.tls.crypto.TlsHMAC;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCrypto;

/** A ClientHello whose cookie was right, until all its parts are there. */
final class HelloParts {
    private final HelloFragment first;
    private final byte[] cookie;
    private final byte[] whole;
    private final BitSet there = new BitSet();
    private long last; // record

    /** Of the first part, which is not taken in yet. */
    HelloParts(HelloFragment first, byte[] cookie) {
        this.first = first;
        this.cookie = cookie;
        this.whole = new byte[first.length()];
    }

    /** Takes a part in, if it is of the same message; true if all are there. */
    boolean add(HelloFragment f) {
        if (f.message() != first.message() || f.length() != first.length()) return false;
        System.arraycopy(f.bytes(), 0, whole, f.offset(), f.bytes().length);
        there.set(f.offset(), f.offset() + f.bytes().length);
        last = Math.max(last, f.number());
        return there.cardinality() == whole.length;
    }

    /** The whole, as the library takes it; null if it is malformed. */
    @Nullable DTLSRequest request() {
        int size = HelloFragment.MESSAGE_HEADER + whole.length;
        Buf b = new Buf(HelloFragment.RECORD_HEADER + size);
        HelloCookies.record(b, first.version(), last, size);
        HelloCookies.message(b, HelloFragment.CLIENT_HELLO, first.message(), whole.length);
        byte[] record = b.put(whole).takeAll();
        try {
            return new DTLSVerifier(new Believing(cookie)).verifyRequest(new byte[0], record, 0, record.length, new Silent());
        } catch (RuntimeException e) {
            return null; // what the library makes of some malformed ones
        }
    }

    /** The library knows no other way to its request than by its own cookie, of the whole message: it is told that this is ours. */
    private static final class Believing extends JcaTlsCrypto {
        private final byte[] cookie;

        Believing(byte[] cookie) {
            super(new DefaultJcaJceHelper(), new SecureRandom(), new SecureRandom());
            this.cookie = cookie;
        }

        @Override
        public TlsHMAC createHMAC(int algorithm) {
            return new TlsHMAC() {
                @Override
                public void setKey(byte[] key, int at, int n) {}

                @Override
                public void update(byte[] bytes, int at, int n) {}

                @Override
                public byte[] calculateMAC() {
                    return cookie;
                }

                @Override
                public void calculateMAC(byte[] out, int at) {
                    System.arraycopy(cookie, 0, out, at, cookie.length);
                }

                @Override
                public int getMacLength() {
                    return cookie.length;
                }

                @Override
                public int getInternalBlockSize() {
                    return 64; // of SHA-256
                }

                @Override
                public void reset() {}
            };
        }
    }

    /** Another cookie than the one that was seen in the first part: it is not asked for again. */
    private static final class Silent implements DatagramSender {
        @Override
        public int getSendLimit() {
            return HelloFragment.LENGTH_MAX;
        }

        @Override
        public void send(byte[] bytes, int at, int n) {}
    }
}
