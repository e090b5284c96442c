package libp2p.core.wire.noise;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import libp2p.core.Violation;
import libp2p.core.identity.PublicKey;
import libp2p.core.proto.ProtoReader;
import libp2p.core.proto.ProtoWriter;

/**
 * What a side tells of itself within the handshake (specs/noise/README.md, "The libp2p Handshake Payload").
 *
 * @param key its encoded public key
 * @param signature by that key over {@link #signed}
 * @param certhashes of a WebTransport server, extension 1
 * @param muxers it speaks, by preference, extension 2
 * @param securities what it had on offer when Noise was selected, by preference, extension 1353; empty if it does not say. Of the numbers
 *     for experiments: an own extension, which others skip
 */
record NoisePayload(byte[] key, byte[] signature, List<byte[]> certhashes, List<String> muxers, List<String> securities) {
    private static final byte[] PREFIX = "noise-libp2p-static-key:".getBytes(StandardCharsets.US_ASCII);
    private static final int SIGNATURE_MAX = 2048;
    private static final int CERTHASH_MAX = 256;
    private static final int CERTHASHES_MAX = 32;
    private static final int MUXER_MAX = 256;
    private static final int MUXERS_MAX = 64;
    private static final int SECURITIES = 1353;
    private static final int SECURITY_MAX = 256;
    private static final int SECURITIES_MAX = 64;

    /** What the identity key signs. */
    static byte[] signed(byte[] staticPublic) {
        byte[] message = java.util.Arrays.copyOf(PREFIX, PREFIX.length + staticPublic.length);
        System.arraycopy(staticPublic, 0, message, PREFIX.length, staticPublic.length);
        return message;
    }

    byte[] encode() {
        ProtoWriter extensions = new ProtoWriter();
        for (byte[] hash : certhashes) extensions.bytes(1, hash);
        for (String id : muxers) extensions.string(2, id);
        for (String id : securities) extensions.string(SECURITIES, id);
        ProtoWriter out = new ProtoWriter().bytes(1, key).bytes(2, signature);
        if (!certhashes.isEmpty() || !muxers.isEmpty() || !securities.isEmpty()) out.message(4, extensions);
        return out.toBytes();
    }

    static NoisePayload decode(byte[] bytes) {
        byte[] key = {};
        byte[] signature = {};
        List<byte[]> certhashes = new ArrayList<>();
        List<String> muxers = new ArrayList<>();
        List<String> securities = new ArrayList<>();
        ProtoReader in = new ProtoReader(bytes);
        for (int field = in.next(); field != 0; field = in.next()) {
            if (field == 1 && in.wireType() == ProtoReader.BYTES) {
                key = in.bytes(PublicKey.ENCODED_MAX);
            } else if (field == 2 && in.wireType() == ProtoReader.BYTES) {
                signature = in.bytes(SIGNATURE_MAX);
            } else if (field == 4 && in.wireType() == ProtoReader.BYTES) {
                extensions(in.message(Integer.MAX_VALUE), certhashes, muxers, securities);
            } else {
                in.skip();
            }
        }
        return new NoisePayload(key, signature, certhashes, muxers, securities);
    }

    private static void extensions(ProtoReader in, List<byte[]> certhashes, List<String> muxers, List<String> securities) {
        for (int field = in.next(); field != 0; field = in.next()) {
            if (field == 1 && in.wireType() == ProtoReader.BYTES) {
                if (certhashes.size() == CERTHASHES_MAX) throw new Violation("too many certhashes in a Noise payload");
                certhashes.add(in.bytes(CERTHASH_MAX));
            } else if (field == 2 && in.wireType() == ProtoReader.BYTES) {
                if (muxers.size() == MUXERS_MAX) throw new Violation("too many muxers in a Noise payload");
                muxers.add(in.string(MUXER_MAX));
            } else if (field == SECURITIES && in.wireType() == ProtoReader.BYTES) {
                if (securities.size() == SECURITIES_MAX) throw new Violation("too many security protocols in a Noise payload");
                securities.add(in.string(SECURITY_MAX));
            } else {
                in.skip();
            }
        }
    }
}
