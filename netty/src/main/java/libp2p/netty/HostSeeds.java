package libp2p.netty;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import libp2p.bouncycastle.BouncyCastleCrypto;
import libp2p.core.Callback;
import libp2p.core.CloseReason;
import libp2p.core.identity.LocalIdentity;
import libp2p.core.node.Node;
import libp2p.multiformats.Nullable;

/**
 * Where the certificates of a host come from whose hashes its addresses hold: from its key, if that is in memory; else from a file beside
 * wherever the key is, made when it is not there; without a file they are others after each start.
 */
final class HostSeeds {
    private static final String WEBRTC = "libp2p webrtc-direct certificate";
    private static final String WEBTRANSPORT = "libp2p webtransport certificates";
    private static final int SIGNATURE_MAX = 2048;

    private HostSeeds() {}

    /** Of the {@link RtcCertificate}. */
    static byte[] webRtc(Node node, NettyOptions options) {
        return node.identity() instanceof LocalIdentity local ? local.derived(WEBRTC) : kept(node, options.seedFile());
    }

    /** Of the {@link WtCertificates}. */
    static byte[] webTransport(Node node, NettyOptions options) {
        if (node.identity() instanceof LocalIdentity local) return local.derived(WEBTRANSPORT);
        return node.crypto().hmacSha256(kept(node, options.seedFile()), WEBTRANSPORT.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * What the host's identity signs, the same each time: by primitives that are deterministic, or else kept in a file beside the seed's.
     * Calls back on the node's loop.
     */
    static void signature(Node node, NettyOptions options, byte[] message, Callback<byte[]> done) {
        if (node.identity() instanceof LocalIdentity local) {
            byte[] signature = local.signature(message, new BouncyCastleCrypto()); // RFC 6979
            node.loop().execute(() -> done.done(signature, null));
            return;
        }
        Path seed = options.seedFile();
        Path file = seed == null ? null : seed.resolveSibling(seed.getFileName() + ".signature");
        byte[] before = file == null ? null : signed(node, file, message);
        if (before != null) {
            node.loop().execute(() -> done.done(before, null));
            return;
        }
        node.identity().sign(message, node.loop(), (signature, failure) -> {
            if (signature != null && file != null) {
                try {
                    write(file, signature);
                } catch (IOException e) {
                    done.done(null, CloseReason.of(CloseReason.Kind.REFUSED, file + " cannot be written: " + e.getMessage()));
                    return;
                }
            }
            done.done(signature, failure);
        });
    }

    /** The signature there, if it is one of that message. */
    private static byte @Nullable [] signed(Node node, Path file, byte[] message) {
        try {
            if (!Files.exists(file) || Files.size(file) > SIGNATURE_MAX) return null;
            byte[] signature = Files.readAllBytes(file);
            return node.identity().publicKey().verify(node.crypto(), message, signature) ? signature : null;
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read", e);
        }
    }

    private static byte[] kept(Node node, @Nullable Path file) {
        byte[] fresh = node.random().bytes(SeededKey.SEED);
        if (file == null) return fresh;
        try {
            if (Files.exists(file)) return read(file);
            write(file, fresh);
            return fresh;
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be used for the certificates' seed", e);
        }
    }

    private static byte[] read(Path file) throws IOException {
        byte[] seed = Files.readAllBytes(file);
        if (seed.length != SeededKey.SEED) throw new IOException(file + " is no seed of " + SeededKey.SEED + " bytes");
        return seed;
    }

    /** Whole or not at all, and for the owner only where the file system knows owners. */
    private static void write(Path file, byte[] bytes) throws IOException {
        Path beside = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(beside);
        if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.createFile(beside, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        Files.write(beside, bytes);
        Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
