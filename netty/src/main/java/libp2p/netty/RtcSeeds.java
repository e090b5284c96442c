package libp2p.netty;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import libp2p.core.identity.LocalIdentity;
import libp2p.core.node.Node;

/**
 * Where a host's {@link RtcCertificate} comes from: from its key, if that is in memory; else from a file beside wherever the key is, made
 * when it is not there; without a file it is another one after each start.
 */
final class RtcSeeds {
    private static final String PURPOSE = "libp2p webrtc-direct certificate";

    private RtcSeeds() {}

    static byte[] of(Node node, NettyOptions options) {
        if (node.identity() instanceof LocalIdentity local) return local.derived(PURPOSE);
        Path file = options.seedFile();
        byte[] fresh = node.random().bytes(RtcCertificate.SEED);
        if (file == null) return fresh;
        try {
            if (Files.exists(file)) return read(file);
            write(file, fresh);
            return fresh;
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be used for the certificate's seed", e);
        }
    }

    private static byte[] read(Path file) throws IOException {
        byte[] seed = Files.readAllBytes(file);
        if (seed.length != RtcCertificate.SEED) throw new IOException(file + " is no seed of " + RtcCertificate.SEED + " bytes");
        return seed;
    }

    /** Whole or not at all, and for the owner only where the file system knows owners. */
    private static void write(Path file, byte[] seed) throws IOException {
        Path beside = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(beside);
        if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.createFile(beside, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        Files.write(beside, seed);
        Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
