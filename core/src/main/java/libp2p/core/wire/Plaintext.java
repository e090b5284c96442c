package libp2p.core.wire;

import libp2p.core.Buf;
import libp2p.core.Crypto;
import libp2p.core.Violation;
import libp2p.core.identity.PeerId;
import libp2p.core.identity.PublicKey;
import libp2p.core.proto.ProtoReader;
import libp2p.core.proto.ProtoWriter;
import libp2p.multiformats.Nullable;
import libp2p.multiformats.Varint;

/**
 * No security at all: the ends tell each other who they say they are, and nothing proves it (specs/plaintext/README.md).
 *
 * <p>For tests and measurements. No node uses it unless it is given one by name.
 */
public final class Plaintext implements Security {
    /** The protocol id. */
    public static final String ID = "/plaintext/2.0.0";

    /** The longest exchange message that is taken. */
    public static final int EXCHANGE_MAX = 8 * 1024;

    private static final int PLAIN_MAX = 64 * 1024;
    private static final int PEER = 1;
    private static final int KEY = 2;

    @Override
    public String id() {
        return ID;
    }

    @Override
    public Handshake begin(Context context, Runnable ready) {
        return new Exchange(context);
    }

    /** Both ends send at once, and check that the id told is the key's. */
    private static final class Exchange implements Handshake {
        private final Context context;
        private boolean sent;

        Exchange(Context context) {
            this.context = context;
        }

        @Override
        public @Nullable Session step(Buf received, Buf toSend) {
            if (!sent) {
                sent = true;
                byte[] id = context.node().identity().id().bytes();
                byte[] message = new ProtoWriter().bytes(PEER, id).bytes(KEY, context.node().identity().publicKey().encode()).toBytes();
                toSend.putVarint(message.length).put(message);
            }
            int prefix = received.varintLength();
            if (prefix == 0) return null;
            long size = Varint.read(received.array, received.start, received.end);
            if (size > EXCHANGE_MAX) throw new Violation("plaintext exchange of " + size + " bytes");
            if (received.size() < prefix + size) return null;
            return verified(received.skip(prefix).slice((int) size));
        }

        private Session verified(Buf message) {
            byte[] id = {};
            byte[] encoded = {};
            ProtoReader in = new ProtoReader(message);
            for (int field = in.next(); field != 0; field = in.next()) {
                if (field == PEER && in.wireType() == ProtoReader.BYTES) id = in.bytes(PeerId.BYTES_MAX);
                else if (field == KEY && in.wireType() == ProtoReader.BYTES) encoded = in.bytes(PublicKey.ENCODED_MAX);
                else in.skip();
            }
            Crypto crypto = context.node().crypto();
            PublicKey key = PublicKey.decode(encoded);
            PeerId peer = PeerId.of(key, crypto);
            PeerId expected = context.expected();
            if (expected != null && !expected.equals(peer)) throw new Violation("peer id mismatch: expected " + expected + ", got " + peer);
            if (!peer.equals(PeerId.decode(id))) throw new Violation("the peer's id is not of its key");
            return new Open(peer, key);
        }

        @Override
        public void dispose() {
            // There are no secrets.
        }
    }

    /** Bytes as they are. */
    private record Open(PeerId remote, PublicKey remoteKey) implements Session {
        @Override
        public @Nullable String muxer() {
            return null;
        }

        @Override
        public int plainMax() {
            return PLAIN_MAX;
        }

        @Override
        public int sealedSize(int n) {
            return n;
        }

        @Override
        public void seal(Buf plain, Buf wire) {
            wire.put(plain.array, plain.start, plain.size());
            plain.skip(plain.size());
        }

        @Override
        public boolean open(Buf wire, Buf plain) {
            return wire.moveTo(plain, PLAIN_MAX) > 0;
        }

        @Override
        public void close(Buf wire) {
            // There is no farewell.
        }

        @Override
        public void dispose() {
            // There are no keys.
        }
    }
}
