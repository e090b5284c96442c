package libp2p.core.identity;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.Crypto;
import libp2p.core.Loop;
import libp2p.core.Violation;
import libp2p.core.proto.ProtoReader;
import libp2p.core.proto.ProtoWriter;
import libp2p.multiformats.FormatException;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;

/**
 * Where a peer says it can be reached, to be signed in an {@link Envelope}.
 *
 * <p>Two dialects are read: what go, js and nim send (domain {@code libp2p-peer-record}, type 0x0301), which we send too, and the RFC's,
 * which rust sends (domain {@code libp2p-routing-state}). Source: specs/RFC/0003-routing-records.md; go-libp2p, core/peer/record.go.
 *
 * @param peer whose addresses they are
 * @param seq grows with each new record of the peer; an unsigned number (see {@link #newerThan}), no time
 * @param addresses at most {@link #ADDRESSES_MAX}
 */
public record PeerRecord(PeerId peer, long seq, List<Multiaddr> addresses) {
    /** Bytes of the longest record. */
    public static final int ENCODED_MAX = 32 * 1024;
    /** Addresses of a record; what a peer says beyond them is left out. */
    public static final int ADDRESSES_MAX = 256;

    private static final String DOMAIN = "libp2p-peer-record";
    private static final String DOMAIN_RFC = "libp2p-routing-state";
    private static final String TYPE_RFC = "/libp2p/routing-state-record";
    private static final int PEER = 1;
    private static final int SEQ = 2;
    private static final int ADDRESS = 3;
    private static final int MULTIADDR = 1;

    /** {@link IllegalArgumentException} if there are too many addresses. */
    public PeerRecord {
        if (addresses.size() > ADDRESSES_MAX) throw new IllegalArgumentException(addresses.size() + " addresses");
        addresses = Collections.unmodifiableList(new ArrayList<>(addresses));
    }

    /** The protobuf message. */
    public byte[] encode() {
        ProtoWriter out = new ProtoWriter().bytes(PEER, peer.bytes()).varint(SEQ, seq);
        for (Multiaddr a : addresses) {
            byte[] bytes = a.bytes();
            out.header(ADDRESS, ProtoWriter.bytesSize(MULTIADDR, bytes.length)).bytes(MULTIADDR, bytes);
        }
        return out.toBytes();
    }

    /** Reads the protobuf message; {@link Violation} if it is malformed. Addresses of protocols that we do not know are left out. */
    public static PeerRecord decode(byte[] encoded) {
        if (encoded.length > ENCODED_MAX) throw new Violation("peer record of more than " + ENCODED_MAX + " bytes");
        ProtoReader in = new ProtoReader(encoded);
        PeerId peer = null;
        long seq = 0;
        List<Multiaddr> addresses = new ArrayList<>();
        for (int field = in.next(); field != 0; field = in.next()) {
            switch (field) {
                case PEER -> peer = PeerId.decode(in.bytes(PeerId.BYTES_MAX));
                case SEQ -> seq = in.varint();
                case ADDRESS -> {
                    Multiaddr a = address(in.message(ENCODED_MAX));
                    if (a != null && addresses.size() < ADDRESSES_MAX) addresses.add(a);
                }
                default -> {}
            }
        }
        if (peer == null) throw new Violation("peer record without a peer");
        return new PeerRecord(peer, seq, addresses);
    }

    private static @Nullable Multiaddr address(ProtoReader in) {
        byte[] bytes = null;
        for (int field = in.next(); field != 0; field = in.next()) {
            if (field == MULTIADDR) bytes = in.bytes(ENCODED_MAX);
        }
        if (bytes == null) return null;
        try {
            return Multiaddr.of(bytes);
        } catch (FormatException e) {
            return null;
        }
    }

    /** The record in the envelope, of either dialect; {@link Violation} unless the peer it names has signed it. */
    public static PeerRecord open(Envelope envelope, Crypto crypto) {
        String domain = envelope.hasType(type()) ? DOMAIN : DOMAIN_RFC;
        if (domain.equals(DOMAIN_RFC) && !envelope.hasType(TYPE_RFC.getBytes(StandardCharsets.UTF_8))) {
            throw new Violation("envelope holds no peer record");
        }
        if (!envelope.verify(domain, crypto)) throw new Violation("peer record has a wrong signature");
        PeerRecord record = decode(envelope.payload());
        if (!record.peer.matches(envelope.key(), crypto)) throw new Violation("peer record was signed by another peer");
        return record;
    }

    /** Signs the record, in the dialect of go and js, and calls back on {@code home}. */
    public Cancellable seal(Identity signer, Loop home, Callback<? super Envelope> done) {
        if (!signer.id().equals(peer)) throw new IllegalArgumentException("the record is of another peer");
        return Envelope.seal(signer, DOMAIN, type(), encode(), home, done);
    }

    /** Whether this one replaces {@code other}. */
    public boolean newerThan(PeerRecord other) {
        return Long.compareUnsigned(seq, other.seq) > 0;
    }

    private static byte[] type() {
        return new byte[] {3, 1}; // multicodec 0x0301 as two plain bytes, not as varint
    }
}
